/** The gate to a contact: not there and not yours are the same answer. */
import { refuse } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { type ContactRow, findContact } from './queries.ts'

export async function openContact(tx: WorkspaceTx, contactId: string, lock?: 'forUpdate'): Promise<ContactRow> {
  const row = await findContact(tx, contactId, lock)
  if (!row) throw refuse('not_found')
  return row
}
