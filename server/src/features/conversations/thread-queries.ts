/** SQL of the thread: messages, notes and activity lines, each newest first before a place of its own. */
import { type Selectable, sql } from 'kysely'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { DeliveryTable, EventTable, MessageTable, NoteTable } from '../../kernel/tables.ts'
import type { ConversationRecord } from './queries.ts'
import { anyOf, oneByOne } from './row-queries.ts'

type DeliveryRecord = Pick<Selectable<DeliveryTable>, 'state' | 'attempts' | 'reason' | 'next_attempt_at'>

export type MessageRecord = Omit<Selectable<MessageTable>, 'workspace_id' | 'preview_sealed'> & {
  [K in keyof DeliveryRecord]: DeliveryRecord[K] | null
}
export type NoteRecord = Omit<Selectable<NoteTable>, 'workspace_id'>
export type ActivityRecord = Pick<
  Selectable<EventTable>,
  'number' | 'kind' | 'at' | 'actor_member_id' | 'conversation_id' | 'facts'
>

export type MessagePlace = { readonly sentAt: Date; readonly sequence: number; readonly number: number }
export type NotePlace = { readonly createdAt: Date; readonly id: string }

function messages(tx: WorkspaceTx) {
  return tx.db
    .selectFrom('message as m')
    .leftJoin('delivery as d', (join) =>
      join.onRef('d.workspace_id', '=', 'm.workspace_id').onRef('d.message_id', '=', 'm.id'),
    )
    .select([
      'm.id',
      'm.conversation_id',
      'm.number',
      'm.direction',
      'm.author_kind',
      'm.author_member_id',
      'm.text_sealed',
      'm.attachment_count',
      'm.sent_at',
      'm.provider_sequence',
      'm.received_at',
      'm.is_late',
      'm.client_message_id',
      'd.state',
      'd.attempts',
      'd.reason',
      'd.next_attempt_at',
    ])
    .where('m.workspace_id', '=', tx.workspaceId)
}

/** Those of one conversation. Its window of ids leaves out every month that holds none of them. */
function messagesOf(tx: WorkspaceTx, conversation: ConversationRecord) {
  return messages(tx)
    .where('m.conversation_id', '=', conversation.id)
    .where('m.id', '>=', conversation.first_message_id)
    .where('m.id', '<=', conversation.newest_message_id)
    .orderBy('m.sent_at', 'desc')
    .orderBy('m.provider_sequence', 'desc')
    .orderBy('m.number', 'desc')
}

export async function selectMessages(
  tx: WorkspaceTx,
  conversation: ConversationRecord,
  before: MessagePlace | null,
  limit: number,
): Promise<MessageRecord[]> {
  let query = messagesOf(tx, conversation)
  if (before) {
    const place = sql`(${before.sentAt}::timestamptz, ${before.sequence}::bigint, ${before.number}::int)`
    query = query.where(sql<boolean>`(m.sent_at, m.provider_sequence, m.number) < ${place}`)
  }
  return query.limit(limit).execute()
}

/** Messages that came after a number, newest first. */
export async function selectNewerMessages(
  tx: WorkspaceTx,
  conversation: ConversationRecord,
  afterNumber: number,
  limit: number,
): Promise<MessageRecord[]> {
  return messagesOf(tx, conversation).where('m.number', '>', afterNumber).limit(limit).execute()
}

export async function selectMessagesById(tx: WorkspaceTx, ids: readonly string[]): Promise<MessageRecord[]> {
  if (ids.length === 0) return []
  const { each, isThisOne } = oneByOne(ids)
  return tx.db
    .selectFrom(each)
    .innerJoinLateral(messages(tx).where(isThisOne).limit(1).as('found'), (join) => join.onTrue())
    .selectAll('found')
    .execute()
}

const NOTE = ['id', 'conversation_id', 'author_member_id', 'text_sealed', 'client_message_id', 'created_at'] as const

export async function selectNotes(
  tx: WorkspaceTx,
  conversationId: string,
  before: NotePlace | null,
  limit: number,
): Promise<NoteRecord[]> {
  let query = tx.db
    .selectFrom('note')
    .select(NOTE)
    .where('workspace_id', '=', tx.workspaceId)
    .where('conversation_id', '=', conversationId)
  if (before)
    query = query.where(sql<boolean>`(created_at, id) < (${before.createdAt}::timestamptz, ${before.id}::uuid)`)
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
}

export async function selectNotesById(tx: WorkspaceTx, ids: readonly string[]): Promise<NoteRecord[]> {
  if (ids.length === 0) return []
  return tx.db
    .selectFrom('note')
    .select(NOTE)
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', anyOf(ids))
    .execute()
}

export async function selectActivity(
  tx: WorkspaceTx,
  conversationId: string,
  beforeNumber: number | null,
  limit: number,
): Promise<ActivityRecord[]> {
  let query = tx.db
    .selectFrom('event')
    .select(['number', 'kind', 'at', 'actor_member_id', 'conversation_id', 'facts'])
    .where('workspace_id', '=', tx.workspaceId)
    .where('conversation_id', '=', conversationId)
    .where('kind', '=', 'conversation.changed')
    .where('facts', 'is not', null)
  if (beforeNumber !== null) query = query.where('number', '<', beforeNumber)
  return query.orderBy('number', 'desc').limit(limit).execute()
}

export type EventRecord = Omit<Selectable<EventTable>, 'workspace_id'>

export async function selectEvents(tx: WorkspaceTx, after: number, limit: number): Promise<EventRecord[]> {
  return tx.db
    .selectFrom('event')
    .select([
      'number',
      'kind',
      'at',
      'actor_member_id',
      'conversation_id',
      'contact_id',
      'item_id',
      'for_member_id',
      'facts',
    ])
    .where('workspace_id', '=', tx.workspaceId)
    .where('number', '>', after)
    .orderBy('number')
    .limit(limit)
    .execute()
}
