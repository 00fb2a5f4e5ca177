/** SQL of the re-index of contacts, run as desk_rekey in the transaction of one workspace, a page at a time. */
import { sql } from 'kysely'
import type { WorkspaceTx } from '../../kernel/scope.ts'

export type KeyedContact = {
  id: string
  email_sealed: Buffer | null
  phone_sealed: Buffer | null
  email_key: Buffer | null
  phone_key: Buffer | null
}
export type KeyedAddress = { id: string; external_sealed: Buffer; external_key: Buffer }
export type IndexedName = { contact_id: string; tokens: string; name_sealed: Buffer | null }

/** Before every id that is minted. */
const FIRST = '00000000-0000-0000-0000-000000000000'

/** Locked when they are to be changed: a member who changes one at the same moment comes before or after. */
export async function contactsAfter(tx: WorkspaceTx, after: string | null, limit: number, isLocked: boolean) {
  const query = tx.db
    .selectFrom('contact')
    .select(['id', 'email_sealed', 'phone_sealed', 'email_key', 'phone_key'])
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '>', after ?? FIRST)
    .orderBy('id')
    .limit(limit)
  return (isLocked ? query.forNoKeyUpdate() : query).execute()
}

export async function storeKeys(
  tx: WorkspaceTx,
  id: string,
  keys: Pick<KeyedContact, 'email_key' | 'phone_key'>,
): Promise<void> {
  await tx.db.updateTable('contact').set(keys).where('workspace_id', '=', tx.workspaceId).where('id', '=', id).execute()
}

/**
 * Intake works for one workspace in one hand, and holds this to the end of its transaction: what it has found by an old
 * key is not given a new one behind its back, which would make a second contact.
 */
export async function keepIntakeOut(tx: WorkspaceTx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`desk.ingest:${tx.workspaceId}`}, 0))`.execute(tx.db)
}

export async function addressesAfter(tx: WorkspaceTx, after: string | null, limit: number): Promise<KeyedAddress[]> {
  return tx.db
    .selectFrom('contact_address')
    .select(['id', 'external_sealed', 'external_key'])
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '>', after ?? FIRST)
    .orderBy('id')
    .limit(limit)
    .execute()
}

export async function storeAddressKey(tx: WorkspaceTx, id: string, external_key: Buffer): Promise<void> {
  await tx.db
    .updateTable('contact_address')
    .set({ external_key })
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .execute()
}

/** Names that are indexed. Their contacts are locked when the tokens are to be changed: whoever renames one waits. */
export async function namesAfter(tx: WorkspaceTx, after: string | null, limit: number, isLocked: boolean) {
  const query = tx.db
    .selectFrom('contact_search_entry as entry')
    .innerJoin('contact', (join) =>
      join.onRef('contact.workspace_id', '=', 'entry.workspace_id').onRef('contact.id', '=', 'entry.contact_id'),
    )
    .select(['entry.contact_id', 'contact.name_sealed'])
    .select(sql<string>`entry.tokens::text`.as('tokens'))
    .where('entry.workspace_id', '=', tx.workspaceId)
    .where('entry.contact_id', '>', after ?? FIRST)
    .orderBy('entry.contact_id')
    .limit(limit)
  return (isLocked ? query.forNoKeyUpdate('contact') : query).execute()
}

export async function replaceNameTokens(tx: WorkspaceTx, contactId: string, tokens: readonly bigint[]): Promise<void> {
  await tx.db
    .updateTable('contact_search_entry')
    .set({ tokens })
    .where('workspace_id', '=', tx.workspaceId)
    .where('contact_id', '=', contactId)
    .execute()
}
