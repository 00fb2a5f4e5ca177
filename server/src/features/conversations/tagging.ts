/** Puts tags on a conversation and takes them off; doing it twice is doing it once. */
import { LIMITS } from '@central-desk/contract/limits.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { ListedInside } from './inside.ts'
import { openConversation, openTag, publishChange } from './open.ts'
import { countTagsOf, deleteTag, insertTag } from './queries.ts'
import { readOneListed } from './rows.ts'

export async function tag(tx: WorkspaceTx, conversationId: string, tagId: string): Promise<ListedInside> {
  const conversation = await openConversation(tx, conversationId, 'forChange')
  await openTag(tx, tagId, 'keep')
  if (await insertTag(tx, conversationId, tagId)) {
    if ((await countTagsOf(tx, conversationId)) > LIMITS.tagsPerConversation) throw refuse('limit_reached')
    publishChange(tx, conversation, { what: 'tagged', tagId })
  }
  return readOneListed(tx, conversationId)
}

export async function untag(tx: WorkspaceTx, conversationId: string, tagId: string): Promise<ListedInside> {
  const conversation = await openConversation(tx, conversationId, 'forChange')
  await openTag(tx, tagId, 'keep')
  if (await deleteTag(tx, conversationId, tagId)) publishChange(tx, conversation, { what: 'untagged', tagId })
  return readOneListed(tx, conversationId)
}
