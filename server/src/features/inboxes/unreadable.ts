/**
 * Events that were kept and could not be read: listed for admins, taken into the queue again after a fix, by an admin
 * or by an operator who has only the id. What is not unreadable (any more) is left alone and said so.
 */
import { encodeId } from '@central-desk/contract/ids.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { CursorUuid, cursorOf } from '../../kernel/cursor.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { Type } from 'typebox'
import { openInbox } from './connect.ts'
import { lockInboundEvent, queueAgain, unreadableRows, workspaceOfUnreadable } from './ledger-queries.ts'

const REPLAYED = 'inbound_event.replayed'
const place = cursorOf(Type.Object({ before: CursorUuid }))

export type UnreadablePage = { readonly cursor?: string; readonly limit?: number }

export async function listUnreadable(tx: WorkspaceTx, inboxId: string, page: UnreadablePage) {
  await openInbox(tx, inboxId)
  const limit = page.limit ?? LIMITS.listPageSize
  const before = page.cursor === undefined ? null : place.read('cursor', page.cursor).before
  const rows = await unreadableRows(tx, inboxId, before, limit + 1)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    events: shown.map((row) => ({
      id: row.id,
      inboxId: row.inbox_id,
      receivedAt: row.received_at,
      reason: row.reason ?? '',
      byteSize: row.byte_size,
    })),
    nextCursor: rows.length > limit && last ? place.write({ before: last.id }) : null,
  }
}

export async function replayEvent(tx: WorkspaceTx, id: string): Promise<{ queued: boolean }> {
  const event = await lockInboundEvent(tx, id)
  if (!event) throw refuse('not_found')
  const queued = event.state === 'unreadable'
  if (queued) await queueAgain(tx, id)
  const { state, reason } = event
  tx.audit({ action: REPLAYED, target: encodeId('inboundEvent', id), before: { state, reason }, after: { queued } })
  return { queued }
}

/** For the operator's command. Null when no unreadable event has that id. */
export async function replayAsOperator(
  { doors }: Pick<Kernel, 'doors'>,
  id: string,
): Promise<{ queued: boolean } | null> {
  const workspaceId = await doors.inSystem('inboxes.replay', 'desk_worker', ({ db }) => workspaceOfUnreadable(db, id))
  if (workspaceId === null) return null
  const options = { workspaceId, actor: { kind: 'operator' }, promisedAudit: REPLAYED } as const
  return doors.inWorkspace(options, (tx) => replayEvent(tx, id))
}
