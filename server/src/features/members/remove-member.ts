/**
 * Removes a member: from the next request on they are nobody here. The row stays as the author of what they wrote.
 * In the same transaction their conversations become unassigned, their drafts are destroyed, and invitations die: those
 * they made, and any to their own address, which would let them in again.
 */
import { encodeId } from '@central-desk/contract/ids.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { deleteDrafts, markRemoved, unassignAll, withdrawInvitationsBy, withdrawInvitationsTo } from './queries.ts'
import { mayTouch, openPair } from './rules.ts'

export async function removeMember(tx: WorkspaceTx, memberId: string): Promise<void> {
  const { actor, target } = await openPair(tx, memberId, 'member.remove')
  if (!mayTouch(actor.role, [target.role])) throw refuse('forbidden')
  await markRemoved(tx, memberId)
  await deleteDrafts(tx, memberId)
  await withdrawInvitationsBy(tx, memberId, null)
  await withdrawInvitationsTo(tx, target.email)
  const unassigned = await unassignAll(tx, memberId)
  for (const { id, status } of unassigned) {
    // Closed ones are on nobody's list; their screens see it when they are opened.
    if (status === 'closed') continue
    tx.publish({ kind: 'conversation.changed', conversationId: id, facts: { what: 'unassigned', memberId } })
  }
  tx.audit({
    action: 'member.removed',
    target: encodeId('member', memberId),
    before: { role: target.role },
    after: { unassignedConversations: unassigned.length },
  })
  tx.publish({ kind: 'members.changed' })
}
