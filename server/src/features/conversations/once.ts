/**
 * Once-only writing: a message or note is named by what its sender's screen calls it. Whoever comes second with a name,
 * also at the same moment, waits for the first and is given what the first one wrote.
 */
import { refuse } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { memberOf } from './rows.ts'

export interface Claim {
  readonly clientMessageId: string
  readonly kind: 'message' | 'note'
  readonly conversationId: string
  /** The id that it gets when it is new. */
  readonly itemId: string
}

/** The id of what was written under this name before, or null when the name is this transaction's now. */
export async function claimOnce(tx: WorkspaceTx, claim: Claim): Promise<string | null> {
  const member_id = memberOf(tx)
  const made = await tx.db
    .insertInto('client_message')
    .values({
      workspace_id: tx.workspaceId,
      member_id,
      client_message_id: claim.clientMessageId,
      item_kind: claim.kind,
      item_id: claim.itemId,
      conversation_id: claim.conversationId,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('item_id')
    .executeTakeFirst()
  if (made) return null
  const known = await tx.db
    .selectFrom('client_message')
    .select(['item_kind', 'item_id', 'conversation_id'])
    .where('workspace_id', '=', tx.workspaceId)
    .where('member_id', '=', member_id)
    .where('client_message_id', '=', claim.clientMessageId)
    .executeTakeFirstOrThrow()
  // The name of something else: answering with that would tell the screen that this was sent.
  if (known.item_kind !== claim.kind || known.conversation_id !== claim.conversationId) throw refuse('conflict')
  return known.item_id
}
