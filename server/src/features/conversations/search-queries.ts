/** SQL of search and of its index. The functions of schema app answer ids; rows are read again under our own policies. */
import { sql } from 'kysely'
import type { Database } from '../../kernel/pools.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { anyOf, oneByOne } from './row-queries.ts'

export type FoundMessage = { id: string; conversation_id: string; text_sealed: Buffer; sent_at: Date }

/** Messages that may hold these words, newest id first, before an id. */
export async function proposeMessages(
  tx: WorkspaceTx,
  words: readonly bigint[][],
  before: string | null,
  limit: number,
): Promise<string[]> {
  const found = await sql<{ message_id: string }>`
    select message_id from app.search_messages(${words}::bigint[], ${before}::uuid, ${limit})
  `.execute(tx.db)
  return found.rows.map(({ message_id }) => message_id)
}

export async function selectTexts(tx: WorkspaceTx, ids: readonly string[]): Promise<FoundMessage[]> {
  if (ids.length === 0) return []
  const { each, isThisOne } = oneByOne(ids)
  const found = tx.db
    .selectFrom('message as m')
    .select(['m.id', 'm.conversation_id', 'm.text_sealed', 'm.sent_at'])
    .where('m.workspace_id', '=', tx.workspaceId)
    .where(isThisOne)
    .limit(1)
  return tx.db
    .selectFrom(each)
    .innerJoinLateral(found.as('found'), (join) => join.onTrue())
    .selectAll('found')
    .orderBy('found.id', 'desc')
    .execute()
}

export async function isIndexComplete(tx: WorkspaceTx): Promise<boolean> {
  const { rows } = await sql<{ complete: boolean }>`select app.search_is_complete() as complete`.execute(tx.db)
  return rows[0]?.complete ?? false
}

export async function idByNumber(tx: WorkspaceTx, number: number): Promise<string | null> {
  const found = await tx.db
    .selectFrom('conversation')
    .select('id')
    .where('workspace_id', '=', tx.workspaceId)
    .where('number', '=', number)
    .executeTakeFirst()
  return found?.id ?? null
}

export async function idsByContacts(tx: WorkspaceTx, contactIds: readonly string[], limit: number): Promise<string[]> {
  if (contactIds.length === 0) return []
  const found = await tx.db
    .selectFrom('conversation')
    .select('id')
    .where('workspace_id', '=', tx.workspaceId)
    .where('contact_id', '=', anyOf(contactIds))
    .orderBy('last_activity_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return found.map(({ id }) => id)
}

export type BacklogRow = { workspace_id: string; message_id: string; conversation_id: string }

export async function backlog(db: Database, limit: number): Promise<BacklogRow[]> {
  const found = await sql<BacklogRow>`
    select workspace_id, message_id, conversation_id from app.search_backlog_of(${limit})
  `.execute(db)
  return found.rows
}

/** Held to the end of the transaction: one worker indexes a workspace at a time. */
export async function takeWorkspace(tx: WorkspaceTx): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${`desk.search:${tx.workspaceId}`}, 0)) as taken
  `.execute(tx.db)
  return rows[0]?.taken ?? false
}

/** Takes these off the backlog and names those that were still on it. */
export async function takeBacklog(tx: WorkspaceTx, messageIds: readonly string[]): Promise<string[]> {
  const taken = await tx.db
    .deleteFrom('search_backlog')
    .where('workspace_id', '=', tx.workspaceId)
    .where('message_id', '=', anyOf(messageIds))
    .returning('message_id')
    .execute()
  return taken.map(({ message_id }) => message_id)
}

export type Entry = { messageId: string; conversationId: string; tokens: readonly bigint[] }

export async function storeEntries(tx: WorkspaceTx, entries: readonly Entry[]): Promise<void> {
  if (entries.length === 0) return
  await tx.db
    .insertInto('search_entry')
    .values(
      entries.map(({ messageId, conversationId, tokens }) => ({
        workspace_id: tx.workspaceId,
        message_id: messageId,
        conversation_id: conversationId,
        tokens,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['workspace_id', 'message_id']).doUpdateSet((eb) => ({ tokens: eb.ref('excluded.tokens') })),
    )
    .execute()
}

export type Indexed = { message_id: string; tokens: string }

/** A page of the index in the order of message ids, with the tokens as the database spells them. */
export async function indexedAfter(tx: WorkspaceTx, after: string | null, limit: number): Promise<Indexed[]> {
  let query = tx.db
    .selectFrom('search_entry')
    .select('message_id')
    .select(sql<string>`tokens::text`.as('tokens'))
    .where('workspace_id', '=', tx.workspaceId)
  if (after !== null) query = query.where('message_id', '>', after)
  return query.orderBy('message_id').limit(limit).execute()
}

export type Tokens = Pick<Entry, 'messageId' | 'tokens'>

export async function replaceTokens(tx: WorkspaceTx, entries: readonly Tokens[]): Promise<void> {
  if (entries.length === 0) return
  // Forty bits each, so a JSON number holds them.
  const rows = entries.map(({ messageId, tokens }) => ({ message_id: messageId, tokens: tokens.map(Number) }))
  await sql`
    update search_entry as entry set tokens = given.tokens
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given(message_id uuid, tokens bigint[])
    where entry.workspace_id = ${tx.workspaceId} and entry.message_id = given.message_id
  `.execute(tx.db)
}

export async function contactsOf(tx: WorkspaceTx, conversationIds: readonly string[]): Promise<string[]> {
  const found = await tx.db
    .selectFrom('conversation')
    .select('contact_id')
    .distinct()
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', anyOf(conversationIds))
    .execute()
  return found.map(({ contact_id }) => contact_id)
}
