/** The SQL of the ledger and of events that could not be read. Counts and ids; no query here reads what was written. */
import { sql } from 'kysely'
import type { Database } from '../../kernel/pools.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'

export async function ledgerRow(tx: WorkspaceTx, inboxId: string) {
  return tx.db
    .selectFrom('inbox_ledger')
    .select(['received', 'stored', 'last_received_at', 'last_stored_at'])
    .where('workspace_id', '=', tx.workspaceId)
    .where('inbox_id', '=', inboxId)
    .executeTakeFirstOrThrow()
}

/** Kept events that are no message yet: how many wait and since when. By state, so that each count has its own small index. */
export async function countWaiting(tx: WorkspaceTx, inboxId: string): Promise<{ count: number; oldest: Date | null }> {
  return tx.db
    .selectFrom('inbound_event')
    .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.min<Date | null>('received_at').as('oldest')])
    .where('workspace_id', '=', tx.workspaceId)
    .where('inbox_id', '=', inboxId)
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow()
}

export async function countUnreadable(tx: WorkspaceTx, inboxId: string): Promise<number> {
  const { count } = await tx.db
    .selectFrom('inbound_event')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('workspace_id', '=', tx.workspaceId)
    .where('inbox_id', '=', inboxId)
    .where('state', '=', 'unreadable')
    .executeTakeFirstOrThrow()
  return count
}

/** Messages of contacts in that inbox whose event no screen and no list has carried yet. */
export async function countUnshown(tx: WorkspaceTx, inboxId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count
    from event
    join conversation on conversation.workspace_id = event.workspace_id and conversation.id = event.conversation_id
    join message on message.workspace_id = event.workspace_id and message.id = event.item_id
    where event.workspace_id = ${tx.workspaceId} and event.kind = 'message.created'
      and event.number > (select shown_number from workspace_counter where workspace_id = ${tx.workspaceId})
      and conversation.inbox_id = ${inboxId} and message.direction = 'in'
  `.execute(tx.db)
  return rows[0]?.count ?? 0
}

export function countDeliveries(tx: WorkspaceTx, inboxId: string): Promise<{ state: string; count: number }[]> {
  return tx.db
    .selectFrom('delivery')
    .select((eb) => ['state' as const, eb.fn.countAll<number>().as('count')])
    .where('workspace_id', '=', tx.workspaceId)
    .where('inbox_id', '=', inboxId)
    .groupBy('state')
    .execute()
}

/** Newest first, those before an id. */
export function unreadableRows(tx: WorkspaceTx, inboxId: string, before: string | null, limit: number) {
  let query = tx.db
    .selectFrom('inbound_event')
    .select(['id', 'inbox_id', 'received_at', 'reason', 'byte_size'])
    .where('workspace_id', '=', tx.workspaceId)
    .where('inbox_id', '=', inboxId)
    .where('state', '=', 'unreadable')
  if (before !== null) query = query.where('id', '<', before)
  return query.orderBy('id', 'desc').limit(limit).execute()
}

export async function lockInboundEvent(tx: WorkspaceTx, id: string) {
  return tx.db
    .selectFrom('inbound_event')
    .select(['inbox_id', 'state', 'reason'])
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

export async function queueAgain(tx: WorkspaceTx, id: string): Promise<void> {
  await tx.db
    .updateTable('inbound_event')
    .set({ state: 'pending', reason: null })
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .execute()
}

/** The workspace of an unreadable event, for an operator who has nothing but its id. */
export async function workspaceOfUnreadable(db: Database, id: string): Promise<string | null> {
  const { rows } = await sql<{ workspace_id: string | null }>`
    select app.workspace_of_unreadable(${id}) as workspace_id
  `.execute(db)
  return rows[0]?.workspace_id ?? null
}
