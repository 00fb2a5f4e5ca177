/**
 * Indexes the names that came in with messages. Runs beside the indexing of those messages, as a worker; a name that an
 * agent gave or changed was indexed in that transaction and is left alone.
 */
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { SealBroken } from '../../kernel/vault/index.ts'
import { contactText } from './present.ts'
import { addNameTokens, type NamedRow, unindexedNames } from './queries.ts'

export async function indexNames(tx: WorkspaceTx, contactIds: readonly string[]): Promise<void> {
  const rows = await unindexedNames(tx, contactIds)
  const entries = rows.map((row) => ({ contactId: row.id, tokens: tokensOf(tx, row) }))
  await addNameTokens(
    tx,
    entries.filter(({ tokens }) => tokens.length > 0),
  )
}

/** A name that does not open is found by nobody, and keeps nobody else's from being indexed. */
function tokensOf(tx: WorkspaceTx, row: NamedRow): bigint[] {
  try {
    return tx.keys.searchTokens(contactText(tx.keys, row.id, 'name', row.name_sealed) ?? '')
  } catch (error) {
    if (error instanceof SealBroken) return []
    throw error
  }
}
