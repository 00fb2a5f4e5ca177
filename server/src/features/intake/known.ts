/**
 * While a re-index of look-up keys runs, what is known under an older key goes on under it: an event or a message that
 * comes again is no new one, whichever version of the key it came under first. Asks nothing when there is one version.
 */
import { sql } from 'kysely'
import type { SystemTx } from '../../kernel/scope.ts'
import { hexOf } from './sealing.ts'

export type Candidate = {
  readonly workspaceId: string
  readonly inboxId: string
  /** The one to write under, then others. */
  readonly keys: readonly [string, ...string[]]
}

/** For each candidate the key to write under. */
export async function settledKeys(
  tx: SystemTx,
  scopes: readonly string[],
  kind: 'event' | 'message',
  candidates: readonly Candidate[],
): Promise<string[]> {
  const asked = candidates.flatMap(({ workspaceId, inboxId, keys: [, ...others] }) =>
    others.map((key) => ({ workspace_id: workspaceId, inbox_id: inboxId, kind, key })),
  )
  if (asked.length === 0) return candidates.map(({ keys }) => keys[0])
  const { rows } = await sql<{ inbox_id: string; key: Buffer }>`
    select inbox_id, key from app.ingest_known(${scopes}::text[], ${JSON.stringify(asked)}::jsonb)
  `.execute(tx.db)
  const known = new Set(rows.map(({ inbox_id, key }) => `${inbox_id}|${hexOf(key)}`))
  return candidates.map(({ inboxId, keys }) => keys.find((key) => known.has(`${inboxId}|${key}`)) ?? keys[0])
}
