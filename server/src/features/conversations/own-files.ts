/** The files of a message or note that is being written: the writer's own uploads, each used once. */
import { refuse, refuseField } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { sql } from 'kysely'
import { anyOf } from './row-queries.ts'
import { memberOf } from './rows.ts'

export interface OwnFile {
  readonly id: string
  readonly media_type: string
  readonly byte_size: number
}

/** Locks them; somebody else's are as if they were not there. */
export async function openOwnFiles(tx: WorkspaceTx, ids: readonly string[]): Promise<OwnFile[]> {
  if (ids.length === 0) return []
  const rows = await tx.db
    .selectFrom('attachment')
    .select(['id', 'media_type', 'byte_size', 'message_id', 'note_id'])
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', anyOf(ids))
    .where('uploaded_by_member_id', '=', memberOf(tx))
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
  if (rows.length !== ids.length) throw refuse('not_found')
  if (rows.some((row) => row.message_id !== null || row.note_id !== null)) {
    throw refuseField('attachmentIds', 'already_used')
  }
  return rows
}

export async function giveFiles(
  tx: WorkspaceTx,
  ids: readonly string[],
  to: { readonly message_id: string } | { readonly note_id: string },
): Promise<void> {
  if (ids.length === 0) return
  await tx.db
    .updateTable('attachment')
    .set({ ...to, position: sql<number>`array_position(${[...ids]}::uuid[], id) - 1` })
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', anyOf(ids))
    .execute()
}
