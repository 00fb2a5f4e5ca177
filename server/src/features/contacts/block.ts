/**
 * The mark on a contact that is blocked: since when, and by whom. What it means for conversations is their room's, which
 * calls this with its own rows locked before (intake takes them in that order too).
 */
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { openContact } from './open.ts'
import { storeContact } from './queries.ts'

/** False when that was so already. */
export async function markBlocked(tx: WorkspaceTx, contactId: string, byMemberId: string): Promise<boolean> {
  const { blocked_at } = await openContact(tx, contactId, 'forUpdate')
  if (blocked_at !== null) return false
  await storeContact(tx, contactId, { blocked_at: tx.now, blocked_by_member_id: byMemberId })
  tx.publish({ kind: 'contact.changed', contactId })
  return true
}

/** False when that was so already. */
export async function unmarkBlocked(tx: WorkspaceTx, contactId: string): Promise<boolean> {
  const { blocked_at } = await openContact(tx, contactId, 'forUpdate')
  if (blocked_at === null) return false
  await storeContact(tx, contactId, { blocked_at: null, blocked_by_member_id: null })
  tx.publish({ kind: 'contact.changed', contactId })
  return true
}
