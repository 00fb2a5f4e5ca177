/** Sends a failed or uncertain message again: the agent has looked and decided. */
import { refuse } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { LinkFor } from '../files/index.ts'
import type { MessageInside } from './inside.ts'
import { refuseWhenBlocked } from './blocking.ts'
import { openConversation } from './open.ts'
import { readMessage } from './reply.ts'

export async function retryDelivery(
  tx: WorkspaceTx,
  { conversationId, messageId }: { readonly conversationId: string; readonly messageId: string },
  linkFor: LinkFor,
): Promise<MessageInside> {
  const conversation = await openConversation(tx, conversationId)
  const delivery = await tx.db
    .selectFrom('delivery')
    .select('state')
    .where('workspace_id', '=', tx.workspaceId)
    .where('message_id', '=', messageId)
    .where('conversation_id', '=', conversationId)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (!delivery) throw refuse('not_found')
  if (delivery.state === 'failed' || delivery.state === 'uncertain') {
    await refuseWhenBlocked(tx, conversation.contact_id)
    await tx.db
      .updateTable('delivery')
      .set({ state: 'queued', next_attempt_at: tx.now, lease_until: null, reason: null, updated_at: tx.now })
      .where('workspace_id', '=', tx.workspaceId)
      .where('message_id', '=', messageId)
      .execute()
    tx.publish({
      kind: 'message.delivery',
      conversationId,
      contactId: conversation.contact_id,
      itemId: messageId,
      facts: { state: 'queued' },
    })
  } else if (delivery.state !== 'queued' && delivery.state !== 'sending') {
    // It has arrived meanwhile; a message that is on its way already is what was asked for.
    throw refuse('conflict')
  }
  return readMessage(tx, messageId, linkFor)
}
