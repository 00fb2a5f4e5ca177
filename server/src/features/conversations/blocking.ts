/**
 * Blocks a contact and takes it back. Blocking closes their conversations; what they write from then on is stored in
 * their thread by intake, which opens nothing and moves nothing up. Taking it back opens what was open, and what was
 * written in meanwhile. The contact is answered as ever and is told of neither.
 */
import { encodeId } from '@central-desk/contract/ids.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { refuse } from '../../kernel/refusal.ts'
import { markBlocked, openContact, unmarkBlocked } from '../contacts/index.ts'
import { publishChange } from './open.ts'
import { bringBack, lockConversationsOf, setAside } from './blocking-queries.ts'
import { memberOf } from './rows.ts'

export async function blockContact(tx: WorkspaceTx, contactId: string): Promise<void> {
  await openContact(tx, contactId)
  const conversations = await lockConversationsOf(tx, contactId)
  const isNew = await markBlocked(tx, contactId, memberOf(tx))
  note(tx, 'contact.blocked', contactId, { before: !isNew, after: true })
  if (!isNew) return
  await setAside(tx, contactId)
  for (const conversation of conversations) publishChange(tx, conversation, { what: 'blocked' })
}

export async function unblockContact(tx: WorkspaceTx, contactId: string): Promise<void> {
  await openContact(tx, contactId)
  const conversations = await lockConversationsOf(tx, contactId)
  const isNew = await unmarkBlocked(tx, contactId)
  note(tx, 'contact.unblocked', contactId, { before: isNew, after: false })
  if (!isNew) return
  await bringBack(tx, contactId)
  for (const conversation of conversations) publishChange(tx, conversation, { what: 'unblocked' })
}

/** For verbs that would answer the contact or put the conversation before the team again. */
export async function refuseWhenBlocked(tx: WorkspaceTx, contactId: string): Promise<void> {
  const { blocked_at } = await openContact(tx, contactId)
  if (blocked_at !== null) throw refuse('contact_blocked')
}

function note(tx: WorkspaceTx, action: string, contactId: string, is: { before: boolean; after: boolean }): void {
  tx.audit({
    action,
    target: encodeId('contact', contactId),
    before: { isBlocked: is.before },
    after: { isBlocked: is.after },
  })
}
