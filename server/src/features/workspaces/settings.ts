/** A workspace's own settings: name, language, time zone, and from when it asks its members for a second factor. */
import type { BodyOf } from '@central-desk/contract/endpoint.ts'
import { encodeId } from '@central-desk/contract/ids.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import type { updateWorkspace as endpoint } from '@central-desk/contract/workspaces.ts'
import { refuseField } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { hasSecondFactor, selectWorkspace, storeSettings, type WorkspaceRow } from './queries.ts'

function wordsOf(row: WorkspaceRow) {
  const { id, slug, name, language, time_zone: timeZone, created_at: createdAt } = row
  return { id, slug, name, language, timeZone, createdAt, secondFactorFrom: row.second_factor_from }
}

export async function getWorkspace(tx: WorkspaceTx) {
  return wordsOf(await selectWorkspace(tx))
}

/** True for the zones that date formatting knows here and in browsers. */
function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

const DAY_MS = 24 * 3_600_000

/** The time a workspace asks from, or a refusal. Nobody locks out themselves by asking others. */
async function askedFrom(tx: WorkspaceTx, asked: string | null, before: Date | null): Promise<Date | null> {
  if (asked === null) return null
  const from = new Date(asked)
  if (from.getTime() === before?.getTime()) return before
  const latest = tx.now.getTime() + LIMITS.secondFactorGraceDays * DAY_MS
  if (from.getTime() > latest) throw refuseField('secondFactorFrom', 'too_late')
  const isOwnOn = tx.actor.kind === 'member' && (await hasSecondFactor(tx, tx.actor.memberId))
  if (!isOwnOn) throw refuseField('secondFactorFrom', 'own_second_factor_first')
  return from
}

export async function updateWorkspace(tx: WorkspaceTx, body: BodyOf<typeof endpoint>) {
  if (body.timeZone !== undefined && !isTimeZone(body.timeZone)) throw refuseField('timeZone', 'unknown_time_zone')
  const row = await selectWorkspace(tx, 'forUpdate')
  const before = {
    name: row.name,
    language: row.language,
    timeZone: row.time_zone,
    secondFactorFrom: row.second_factor_from,
  }
  const after = {
    name: body.name?.trim() ?? before.name,
    language: body.language ?? before.language,
    timeZone: body.timeZone ?? before.timeZone,
    secondFactorFrom:
      body.secondFactorFrom === undefined
        ? before.secondFactorFrom
        : await askedFrom(tx, body.secondFactorFrom, before.secondFactorFrom),
  }
  await storeSettings(tx, after)
  tx.audit({ action: 'workspace.updated', target: encodeId('workspace', tx.workspaceId), before, after })
  tx.publish({ kind: 'workspace.changed' })
  return { ...wordsOf(row), ...after }
}
