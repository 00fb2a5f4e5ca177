/**
 * All SQL of the web chat room. Visitors are found by token across workspaces by desk_ingest, which also writes them;
 * threads are read in one workspace, by the keyed hash of the visitor's own address.
 */
import { sql } from 'kysely'
import type { Database } from '../../kernel/pools.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'

export type NewVisitor = {
  id: string
  inboxId: string
  tokenHash: Buffer
  externalKey: Buffer
  externalSealed: Buffer
  nameSealed: Buffer | null
  emailSealed: Buffer | null
  isIdentified: boolean
}

export async function insertVisitor(tx: WorkspaceTx, visitor: NewVisitor): Promise<void> {
  await tx.db
    .insertInto('visitor')
    .values({
      workspace_id: tx.workspaceId,
      id: visitor.id,
      inbox_id: visitor.inboxId,
      token_hash: visitor.tokenHash,
      external_key: visitor.externalKey,
      external_sealed: visitor.externalSealed,
      name_sealed: visitor.nameSealed,
      email_sealed: visitor.emailSealed,
      is_identified: visitor.isIdentified,
      created_at: tx.now,
      last_seen_at: tx.now,
    })
    .execute()
}

export type VisitorKey = { id: string; external_sealed: Buffer; external_key: Buffer }

export async function visitorsAfter(tx: WorkspaceTx, after: string | null, limit: number): Promise<VisitorKey[]> {
  let query = tx.db
    .selectFrom('visitor')
    .select(['id', 'external_sealed', 'external_key'])
    .where('workspace_id', '=', tx.workspaceId)
  if (after !== null) query = query.where('id', '>', after)
  return query.orderBy('id').limit(limit).execute()
}

export async function storeVisitorKey(tx: WorkspaceTx, id: string, external_key: Buffer): Promise<void> {
  await tx.db
    .updateTable('visitor')
    .set({ external_key })
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .execute()
}

export async function touchVisitor(tx: WorkspaceTx, id: string): Promise<void> {
  await tx.db
    .updateTable('visitor')
    .set({ last_seen_at: tx.now })
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .execute()
}

/** The visitor of a token, when the token belongs to that inbox and the inbox is on. */
export function visitorByToken(db: Database, tokenHash: Buffer, inboxKey: string) {
  return db
    .selectFrom('visitor')
    .innerJoin('inbox', (join) =>
      join.onRef('inbox.workspace_id', '=', 'visitor.workspace_id').onRef('inbox.id', '=', 'visitor.inbox_id'),
    )
    .select(['visitor.workspace_id', 'visitor.id', 'visitor.inbox_id', 'visitor.is_identified', 'visitor.created_at'])
    .where('visitor.token_hash', '=', tokenHash)
    .where('inbox.key', '=', inboxKey)
    .where('inbox.is_enabled', '=', true)
    .executeTakeFirst()
}

export function visitorRow(tx: WorkspaceTx, id: string) {
  return tx.db
    .selectFrom('visitor')
    .select(['id', 'external_sealed', 'name_sealed', 'email_sealed', 'is_identified'])
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
}

/** A conversation and the ids between which its messages lie. */
export type Thread = { id: string; first_message_id: string | null; newest_message_id: string | null }

/** The thread of an address in that inbox: a person has one, which goes on. */
export function threadOf(
  tx: WorkspaceTx,
  inboxId: string,
  addressKeys: readonly Buffer[],
): Promise<Thread | undefined> {
  return tx.db
    .selectFrom('contact_address')
    .innerJoin('conversation', (join) =>
      join
        .onRef('conversation.workspace_id', '=', 'contact_address.workspace_id')
        .onRef('conversation.contact_address_id', '=', 'contact_address.id'),
    )
    .select(['conversation.id', 'conversation.first_message_id', 'conversation.newest_message_id'])
    .where('contact_address.workspace_id', '=', tx.workspaceId)
    .where('contact_address.inbox_id', '=', inboxId)
    .where('contact_address.external_key', '=', sql<Buffer>`any(${[...addressKeys]}::bytea[])`)
    .orderBy('conversation.created_at', 'desc')
    .orderBy('conversation.id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export type MessageRow = {
  id: string
  number: number
  direction: 'in' | 'out'
  text_sealed: Buffer
  sent_at: Date
  client_message_id: string | null
  author_name: string | null
}
export type Place = { readonly after: number } | { readonly before: number | null }

/** `after`: the next ones, oldest first. `before`: the newest ones before that number, newest first. */
export async function messageRows(tx: WorkspaceTx, thread: Thread, place: Place, limit: number): Promise<MessageRow[]> {
  if (thread.first_message_id === null || thread.newest_message_id === null) return []
  const query = tx.db
    .selectFrom('message')
    .leftJoin('member', (join) =>
      join
        .onRef('member.workspace_id', '=', 'message.workspace_id')
        .onRef('member.id', '=', 'message.author_member_id'),
    )
    .select([
      'message.id',
      'message.number',
      'message.direction',
      'message.text_sealed',
      'message.sent_at',
      'message.client_message_id',
      'member.name as author_name',
    ])
    .where('message.workspace_id', '=', tx.workspaceId)
    .where('message.conversation_id', '=', thread.id)
    .where('message.id', '>=', thread.first_message_id)
    .where('message.id', '<=', thread.newest_message_id)
    .limit(limit)
  if ('after' in place) return query.where('message.number', '>', place.after).orderBy('message.number').execute()
  const newest = query.orderBy('message.number', 'desc')
  return (place.before === null ? newest : newest.where('message.number', '<', place.before)).execute()
}

/** How many of these files this visitor may put into that message: their own, and in no other message yet. */
export async function countUsableFiles(
  tx: WorkspaceTx,
  visitorId: string,
  attachmentIds: readonly string[],
  clientMessageId: string,
): Promise<number> {
  const { count } = await tx.db
    .selectFrom('attachment')
    .leftJoin('message', (join) =>
      join
        .onRef('message.workspace_id', '=', 'attachment.workspace_id')
        .onRef('message.id', '=', 'attachment.message_id'),
    )
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('attachment.workspace_id', '=', tx.workspaceId)
    .where('attachment.id', '=', sql<string>`any(${[...attachmentIds]}::uuid[])`)
    .where('attachment.uploaded_by_visitor_id', '=', visitorId)
    .where((eb) =>
      // The same message again, because its answer was lost: its files stand in it already.
      eb.or([eb('attachment.message_id', 'is', null), eb('message.client_message_id', '=', clientMessageId)]),
    )
    .executeTakeFirstOrThrow()
  return count
}

export async function countUnsentFiles(tx: WorkspaceTx, visitorId: string): Promise<number> {
  const { count } = await tx.db
    .selectFrom('attachment')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('workspace_id', '=', tx.workspaceId)
    .where('uploaded_by_visitor_id', '=', visitorId)
    .where('message_id', 'is', null)
    .where('note_id', 'is', null)
    .executeTakeFirstOrThrow()
  return count
}

export async function lastEventNumber(tx: WorkspaceTx): Promise<number> {
  const row = await tx.db
    .selectFrom('workspace_counter')
    .select('event_number')
    .where('workspace_id', '=', tx.workspaceId)
    .executeTakeFirstOrThrow()
  return row.event_number
}

export type NewsRow = { number: number; kind: string; address_key: Buffer | null; inbox_id: string | null }

/** What happened after an event number that concerns these addresses, or all visitors. */
export async function newsAfter(tx: WorkspaceTx, number: number, addressKeys: readonly Buffer[]): Promise<NewsRow[]> {
  const { rows } = await sql<NewsRow>`
    select event.number, event.kind, contact_address.external_key as address_key, contact_address.inbox_id
    from event
    left join conversation
      on conversation.workspace_id = event.workspace_id and conversation.id = event.conversation_id
    left join contact_address
      on contact_address.workspace_id = event.workspace_id and contact_address.id = conversation.contact_address_id
    where event.workspace_id = ${tx.workspaceId} and event.number > ${number}
      and (event.kind = 'inboxes.changed'
           or event.kind = 'message.created' and contact_address.external_key = any(${[...addressKeys]}::bytea[]))
    order by event.number
  `.execute(tx.db)
  return rows
}

export async function selectWorkspaceName(tx: WorkspaceTx): Promise<string> {
  const row = await tx.db
    .selectFrom('workspace')
    .select('name')
    .where('id', '=', tx.workspaceId)
    .executeTakeFirstOrThrow()
  return row.name
}
