/** All SQL of the realtime room: how far a workspace's events go, and how far they were shown. */
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
