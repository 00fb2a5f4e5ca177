/** How far a member has read. Told to that member's own screens and to nobody else. */
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { openConversation } from './open.ts'
import { storeReading } from './queries.ts'
import { memberOf } from './rows.ts'

export async function markRead(tx: WorkspaceTx, conversationId: string, upTo: number): Promise<void> {
  const conversation = await openConversation(tx, conversationId)
  const memberId = memberOf(tx)
  // Nobody has read what is not there; a mark beyond it would hide what comes next.
  const readNumber = Math.min(upTo, conversation.last_message_number)
  if (!(await storeReading(tx, memberId, conversationId, readNumber))) return
  tx.publish({ kind: 'reading.marked', conversationId, forMemberId: memberId, facts: { readNumber } })
}
