/** A workspace's own settings: name, language, time zone. */
import type { BodyOf } from '@central-desk/contract/endpoint.ts'
import { encodeId } from '@central-desk/contract/ids.ts'
import type { updateWorkspace as endpoint } from '@central-desk/contract/workspaces.ts'
import { refuseField } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { selectWorkspace, storeSettings, type WorkspaceRow } from './queries.ts'

function wordsOf(row: WorkspaceRow) {
  const { id, slug, name, language, time_zone: timeZone, created_at: createdAt } = row
  return { id, slug, name, language, timeZone, createdAt }
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

export async function updateWorkspace(tx: WorkspaceTx, body: BodyOf<typeof endpoint>) {
  if (body.timeZone !== undefined && !isTimeZone(body.timeZone)) throw refuseField('timeZone', 'unknown_time_zone')
  const row = await selectWorkspace(tx, 'forUpdate')
  const before = { name: row.name, language: row.language, timeZone: row.time_zone }
  const after = {
    name: body.name?.trim() ?? before.name,
    language: body.language ?? before.language,
    timeZone: body.timeZone ?? before.timeZone,
  }
  await storeSettings(tx, after)
  tx.audit({ action: 'workspace.updated', target: encodeId('workspace', tx.workspaceId), before, after })
  tx.publish({ kind: 'workspace.changed' })
  return { ...wordsOf(row), ...after }
}
