/** Opens, closes, sets pending or snoozes. A snooze ends at its time, or when the contact writes, whichever is first. */
import type { ConversationStatus } from '@central-desk/contract/conversations.ts'
import { refuseField } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { ListedInside } from './inside.ts'
import { refuseWhenBlocked } from './blocking.ts'
import { openConversation, publishChange } from './open.ts'
import { snoozeProblem } from './policy.ts'
import { storeConversation } from './queries.ts'
import { readOneListed } from './rows.ts'

export interface StatusChange {
  readonly conversationId: string
  readonly status: ConversationStatus
  /** null: until the contact writes. */
  readonly snoozedUntil: Date | null
}

export async function changeStatus(
  tx: WorkspaceTx,
  { conversationId, status, snoozedUntil }: StatusChange,
): Promise<ListedInside> {
  const problem = snoozeProblem(status, snoozedUntil, tx.now)
  if (problem !== null) throw refuseField('snoozedUntil', problem)
  const conversation = await openConversation(tx, conversationId, 'forChange')
  const isSame = conversation.status === status && conversation.snoozed_until?.getTime() === snoozedUntil?.getTime()
  if (!isSame) {
    if (status !== 'closed') await refuseWhenBlocked(tx, conversation.contact_id)
    await storeConversation(tx, conversationId, {
      status,
      snoozed_until: snoozedUntil,
      // In a closed conversation nobody waits.
      ...(status === 'closed' && { waiting_since: null }),
    })
    publishChange(tx, conversation, { what: 'status', status })
  }
  return readOneListed(tx, conversationId)
}
