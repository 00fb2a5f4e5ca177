/** All SQL of the contacts room, inside the transaction of one workspace. */
import { type Selectable, sql } from 'kysely'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { ContactTable } from '../../kernel/tables.ts'

export type ContactRow = Pick<
  Selectable<ContactTable>,
  | 'id'
  | 'name_sealed'
  | 'email_sealed'
  | 'phone_sealed'
  | 'comment_sealed'
  | 'created_at'
  | 'last_seen_at'
  | 'blocked_at'
  | 'blocked_by_member_id'
>
export type AddressRow = {
  id: string
  contact_id: string
  inbox_id: string
  channel: string
  external_sealed: Buffer
  is_verified: boolean
}
export type NamedRow = { id: string; name_sealed: Buffer | null }
export type Place = { readonly lastSeenAt: Date; readonly id: string }

const COLUMNS = [
  'id',
  'name_sealed',
  'email_sealed',
  'phone_sealed',
  'comment_sealed',
  'created_at',
  'last_seen_at',
  'blocked_at',
  'blocked_by_member_id',
] as const

export interface PageWanted {
  /** Null: all. */
  readonly ids: readonly string[] | null
  readonly onlyBlocked: boolean
  readonly after: Place | null
  readonly limit: number
}

/** Newest first, after a place, of these contacts or of all. */
export async function pageOfContacts(
  tx: WorkspaceTx,
  { ids, onlyBlocked, after, limit }: PageWanted,
): Promise<ContactRow[]> {
  let query = tx.db.selectFrom('contact').select(COLUMNS).where('workspace_id', '=', tx.workspaceId)
  if (ids) query = query.where('id', '=', sql<string>`any(${[...ids]}::uuid[])`)
  if (onlyBlocked) query = query.where('blocked_at', 'is not', null)
  if (after) query = query.where(sql<boolean>`(last_seen_at, id) < (${after.lastSeenAt}, ${after.id}::uuid)`)
  return query.orderBy('last_seen_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
}

export async function findContact(tx: WorkspaceTx, id: string, lock?: 'forUpdate'): Promise<ContactRow | undefined> {
  const query = tx.db
    .selectFrom('contact')
    .select(COLUMNS)
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
  return (lock ? query.forNoKeyUpdate() : query).executeTakeFirst()
}

export async function addressesOf(tx: WorkspaceTx, contactIds: readonly string[]): Promise<AddressRow[]> {
  if (contactIds.length === 0) return []
  return tx.db
    .selectFrom('contact_address as address')
    .innerJoin('inbox', (join) =>
      join.onRef('inbox.workspace_id', '=', 'address.workspace_id').onRef('inbox.id', '=', 'address.inbox_id'),
    )
    .select([
      'address.id',
      'address.contact_id',
      'address.inbox_id',
      'inbox.channel',
      'address.external_sealed',
      'address.is_verified',
    ])
    .where('address.workspace_id', '=', tx.workspaceId)
    .where('address.contact_id', '=', sql<string>`any(${[...contactIds]}::uuid[])`)
    .orderBy('address.created_at')
    .execute()
}

export type Keys = {
  readonly emails: readonly Buffer[]
  readonly phones: readonly Buffer[]
  readonly addresses: readonly Buffer[]
}

/** Who has exactly this e-mail, phone or address. */
export async function idsByKeys(tx: WorkspaceTx, keys: Keys, limit: number): Promise<string[]> {
  const found = await sql<{ id: string }>`
    select id from contact
    where workspace_id = ${tx.workspaceId} and email_key = any(${[...keys.emails]}::bytea[])
    union
    select id from contact
    where workspace_id = ${tx.workspaceId} and phone_key = any(${[...keys.phones]}::bytea[])
    union
    select contact_id from contact_address
    where workspace_id = ${tx.workspaceId} and external_key = any(${[...keys.addresses]}::bytea[])
    limit ${limit}
  `.execute(tx.db)
  return found.rows.map(({ id }) => id)
}

/** Whose name may hold these words: to be confirmed after unsealing. */
export async function namedByTokens(tx: WorkspaceTx, words: readonly bigint[][], limit: number): Promise<NamedRow[]> {
  const found = await sql<NamedRow>`
    select contact.id, contact.name_sealed
    from app.search_contacts(${words}::bigint[], ${limit}) as found
    join contact on contact.workspace_id = ${tx.workspaceId} and contact.id = found.contact_id
  `.execute(tx.db)
  return found.rows
}

export type ContactChange = Partial<
  Pick<
    Selectable<ContactTable>,
    | 'name_sealed'
    | 'email_sealed'
    | 'phone_sealed'
    | 'comment_sealed'
    | 'email_key'
    | 'phone_key'
    | 'blocked_at'
    | 'blocked_by_member_id'
  >
>

export async function storeContact(tx: WorkspaceTx, id: string, change: ContactChange): Promise<void> {
  await tx.db
    .updateTable('contact')
    .set(change)
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .execute()
}

export async function storeNameTokens(tx: WorkspaceTx, contactId: string, tokens: readonly bigint[]): Promise<void> {
  await tx.db
    .insertInto('contact_search_entry')
    .values({ workspace_id: tx.workspaceId, contact_id: contactId, tokens })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'contact_id']).doUpdateSet({ tokens }))
    .execute()
}

export async function removeNameTokens(tx: WorkspaceTx, contactId: string): Promise<void> {
  await tx.db
    .deleteFrom('contact_search_entry')
    .where('workspace_id', '=', tx.workspaceId)
    .where('contact_id', '=', contactId)
    .execute()
}

/** Those of these contacts that have a name and no entry in the index. */
export async function unindexedNames(tx: WorkspaceTx, contactIds: readonly string[]): Promise<NamedRow[]> {
  return tx.db
    .selectFrom('contact')
    .select(['id', 'name_sealed'])
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', sql<string>`any(${[...contactIds]}::uuid[])`)
    .where('name_sealed', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('contact_search_entry as entry')
            .select('entry.contact_id')
            .whereRef('entry.workspace_id', '=', 'contact.workspace_id')
            .whereRef('entry.contact_id', '=', 'contact.id'),
        ),
      ),
    )
    .execute()
}

/** First come, first written: an agent who renames the contact at the same moment wins. */
export async function addNameTokens(
  tx: WorkspaceTx,
  entries: readonly { contactId: string; tokens: readonly bigint[] }[],
): Promise<void> {
  if (entries.length === 0) return
  await tx.db
    .insertInto('contact_search_entry')
    .values(entries.map(({ contactId, tokens }) => ({ workspace_id: tx.workspaceId, contact_id: contactId, tokens })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
