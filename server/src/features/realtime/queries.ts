/** All SQL of the realtime room: how far a workspace's events go, and how far they were shown. */
import { sql } from 'kysely'
import type { Database } from '../../kernel/pools.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'

export async function lastNumber(tx: WorkspaceTx): Promise<number> {
  const row = await tx.db
    .selectFrom('workspace_counter')
    .select('event_number')
    .where('workspace_id', '=', tx.workspaceId)
    .executeTakeFirstOrThrow()
  return row.event_number
}

/** Remembers up to which event some screen was shown; never goes back. */
export async function markShown(tx: WorkspaceTx, number: number): Promise<void> {
  await tx.db
    .updateTable('workspace_counter')
    .set({ shown_number: number })
    .where('workspace_id', '=', tx.workspaceId)
    .where('shown_number', '<', number)
    .execute()
}

export async function numbersOf(
  db: Database,
  workspaceIds: readonly string[],
): Promise<{ workspace_id: string; event_number: number }[]> {
  const found = await sql<{ workspace_id: string; event_number: number }>`
    select workspace_id, event_number from app.event_numbers(${[...workspaceIds]}::uuid[])
  `.execute(db)
  return found.rows
}
