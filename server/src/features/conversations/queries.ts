/** SQL that opens and changes one conversation, inside the transaction of one workspace. */
import { type Selectable, sql, type UpdateObject } from 'kysely'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { ConversationTable, MemberTable, Tables } from '../../kernel/tables.ts'

export type ConversationRecord = Omit<Selectable<ConversationTable>, 'workspace_id' | 'is_set_aside'>

const COLUMNS = [
  'id',
  'number',
  'inbox_id',
  'contact_id',
  'contact_address_id',
  'status',
  'snoozed_until',
  'assignee_id',
  'last_message_number',
  'last_inbound_number',
  'last_message_id',
  'last_message_sent_at',
  'last_reply_number',
  'last_reply_member_id',
  'first_message_id',
  'newest_message_id',
  'waiting_since',
  'last_activity_at',
  'created_at',
] as const

export async function findConversation(
  tx: WorkspaceTx,
  id: string,
  lock?: 'forChange',
): Promise<ConversationRecord | undefined> {
  const query = tx.db
    .selectFrom('conversation')
    .select(COLUMNS)
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
  // Not `for update`: rows that point here are written beside it, and each of them holds a share of its key.
  return (lock ? query.forNoKeyUpdate() : query).executeTakeFirst()
}

export async function storeConversation(
  tx: WorkspaceTx,
  id: string,
  change: UpdateObject<Tables, 'conversation'>,
): Promise<void> {
  await tx.db
    .updateTable('conversation')
    .set(change)
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .execute()
}

export async function eventNumber(tx: WorkspaceTx): Promise<number> {
  const { event_number } = await tx.db
    .selectFrom('workspace_counter')
    .select('event_number')
    .where('workspace_id', '=', tx.workspaceId)
    .executeTakeFirstOrThrow()
  return event_number
}

export async function findMember(
  tx: WorkspaceTx,
  id: string,
): Promise<Pick<Selectable<MemberTable>, 'id' | 'role' | 'removed_at'> | undefined> {
  return tx.db
    .selectFrom('member')
    .select(['id', 'role', 'removed_at'])
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function findInbox(
  tx: WorkspaceTx,
  id: string,
): Promise<{ channel: string; is_enabled: boolean } | undefined> {
  return tx.db
    .selectFrom('inbox')
    .select(['channel', 'is_enabled'])
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** `keep` for whoever refers to it: a tag that is being deleted at this moment is none, and the insert would fail. */
export async function tagExists(tx: WorkspaceTx, id: string, lock?: 'keep'): Promise<boolean> {
  const query = tx.db.selectFrom('tag').select('id').where('workspace_id', '=', tx.workspaceId).where('id', '=', id)
  const found = await (lock ? query.forKeyShare() : query).executeTakeFirst()
  return found !== undefined
}

export async function countTagsOf(tx: WorkspaceTx, conversationId: string): Promise<number> {
  const { count } = await tx.db
    .selectFrom('conversation_tag')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('workspace_id', '=', tx.workspaceId)
    .where('conversation_id', '=', conversationId)
    .executeTakeFirstOrThrow()
  return count
}

/** False when it had the tag already. */
export async function insertTag(tx: WorkspaceTx, conversationId: string, tagId: string): Promise<boolean> {
  const made = await tx.db
    .insertInto('conversation_tag')
    .values({ workspace_id: tx.workspaceId, conversation_id: conversationId, tag_id: tagId, created_at: tx.now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('tag_id')
    .executeTakeFirst()
  return made !== undefined
}

/** False when it did not have the tag. */
export async function deleteTag(tx: WorkspaceTx, conversationId: string, tagId: string): Promise<boolean> {
  const gone = await tx.db
    .deleteFrom('conversation_tag')
    .where('workspace_id', '=', tx.workspaceId)
    .where('conversation_id', '=', conversationId)
    .where('tag_id', '=', tagId)
    .returning('tag_id')
    .executeTakeFirst()
  return gone !== undefined
}

/** False when that was the mark already. */
export async function storeReading(
  tx: WorkspaceTx,
  memberId: string,
  conversationId: string,
  readNumber: number,
): Promise<boolean> {
  const moved = await tx.db
    .insertInto('reading')
    .values({
      workspace_id: tx.workspaceId,
      member_id: memberId,
      conversation_id: conversationId,
      read_number: readNumber,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['workspace_id', 'member_id', 'conversation_id'])
        .doUpdateSet({ read_number: readNumber })
        .where('reading.read_number', '<>', readNumber),
    )
    .returning('read_number')
    .executeTakeFirst()
  return moved !== undefined
}

export type DraftMode = 'reply' | 'note'

export async function selectDrafts(
  tx: WorkspaceTx,
  memberId: string,
  conversationId: string,
): Promise<{ mode: DraftMode; text_sealed: Buffer; updated_at: Date }[]> {
  return tx.db
    .selectFrom('draft')
    .select(['mode', 'text_sealed', 'updated_at'])
    .where('workspace_id', '=', tx.workspaceId)
    .where('member_id', '=', memberId)
    .where('conversation_id', '=', conversationId)
    .orderBy('mode')
    .execute()
}

type DraftKey = { memberId: string; conversationId: string; mode: DraftMode }

export async function storeDraft(tx: WorkspaceTx, key: DraftKey, text_sealed: Buffer): Promise<void> {
  await tx.db
    .insertInto('draft')
    .values({
      workspace_id: tx.workspaceId,
      member_id: key.memberId,
      conversation_id: key.conversationId,
      mode: key.mode,
      text_sealed,
      updated_at: tx.now,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['workspace_id', 'member_id', 'conversation_id', 'mode'])
        .doUpdateSet({ text_sealed, updated_at: tx.now }),
    )
    .execute()
}

/** False when there was none. */
export async function deleteDraft(tx: WorkspaceTx, key: DraftKey): Promise<boolean> {
  const gone = await tx.db
    .deleteFrom('draft')
    .where('workspace_id', '=', tx.workspaceId)
    .where('member_id', '=', key.memberId)
    .where('conversation_id', '=', key.conversationId)
    .where('mode', '=', key.mode)
    .returning('mode')
    .executeTakeFirst()
  return gone !== undefined
}

export async function dueSnoozes(
  db: WorkspaceTx['db'],
  now: Date,
  limit: number,
): Promise<{ workspace_id: string; conversation_id: string }[]> {
  const found = await sql<{ workspace_id: string; conversation_id: string }>`
    select workspace_id, conversation_id from app.due_snoozes(${now}, ${limit})
  `.execute(db)
  return found.rows
}

/** Opens those whose snooze has run out, and names them: another worker may have been faster. */
export async function wakeDue(tx: WorkspaceTx, ids: readonly string[]): Promise<{ id: string; contact_id: string }[]> {
  // In the order of their ids, as everybody who locks several does.
  const due = await tx.db
    .selectFrom('conversation')
    .select('id')
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', sql<string>`any(${[...ids]}::uuid[])`)
    .where('status', '=', 'snoozed')
    .where('snoozed_until', '<=', tx.now)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
  return tx.db
    .updateTable('conversation')
    .set({
      status: 'open',
      snoozed_until: null,
      last_activity_at: sql<Date>`greatest(last_activity_at, ${tx.now}::timestamptz)`,
    })
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', sql<string>`any(${due.map(({ id }) => id)}::uuid[])`)
    .returning(['id', 'contact_id'])
    .execute()
}
