/** Gives a conversation to a member, or to nobody. Refuses members who are gone or who may not answer. */
import { refuse, refuseField } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { ListedInside } from './inside.ts'
import { openConversation, publishChange } from './open.ts'
import { mayBeAssigned } from './policy.ts'
import { findMember, storeConversation } from './queries.ts'
import { readOneListed } from './rows.ts'

export async function assign(
  tx: WorkspaceTx,
  conversationId: string,
  assigneeId: string | null,
): Promise<ListedInside> {
  const conversation = await openConversation(tx, conversationId, 'forChange')
  const before = conversation.assignee_id
  if (assigneeId !== before) {
    if (assigneeId !== null) await refuseWhoCannotAnswer(tx, assigneeId)
    await storeConversation(tx, conversationId, { assignee_id: assigneeId })
    publishChange(
      tx,
      conversation,
      assigneeId === null ? { what: 'unassigned', memberId: before } : { what: 'assigned', memberId: assigneeId },
    )
  }
  return readOneListed(tx, conversationId)
}

async function refuseWhoCannotAnswer(tx: WorkspaceTx, memberId: string): Promise<void> {
  const member = await findMember(tx, memberId)
  if (!member) throw refuse('not_found')
  if (!mayBeAssigned(member)) throw refuseField('assigneeId', 'not_assignable')
}
