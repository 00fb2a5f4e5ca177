/** SQL of blocking: the conversations of one contact. There are as many as the contact has addresses. */
import { sql } from 'kysely'
import type { WorkspaceTx } from '../../kernel/scope.ts'

/** In the order of their ids, and before the contact, as intake takes them. */
export async function lockConversationsOf(
  tx: WorkspaceTx,
  contactId: string,
): Promise<{ id: string; contact_id: string }[]> {
  return tx.db
    .selectFrom('conversation')
    .select(['id', 'contact_id'])
    .where('workspace_id', '=', tx.workspaceId)
    .where('contact_id', '=', contactId)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
}

/** Closes what is not closed. Since when somebody waits stays known, for the day they are brought back. */
export async function setAside(tx: WorkspaceTx, contactId: string): Promise<void> {
  await tx.db
    .updateTable('conversation')
    .set({ status: 'closed', snoozed_until: null, is_set_aside: true })
    .where('workspace_id', '=', tx.workspaceId)
    .where('contact_id', '=', contactId)
    .where('status', '<>', 'closed')
    .execute()
}

export async function bringBack(tx: WorkspaceTx, contactId: string): Promise<void> {
  await tx.db
    .updateTable('conversation')
    .set({
      status: 'open',
      is_set_aside: false,
      last_activity_at: sql<Date>`greatest(last_activity_at, ${tx.now}::timestamptz)`,
    })
    .where('workspace_id', '=', tx.workspaceId)
    .where('contact_id', '=', contactId)
    .where('is_set_aside', '=', true)
    .execute()
}
