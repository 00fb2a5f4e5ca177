/** Drafts: one for each member, conversation and mode, sealed, told to that member's own screens only. */
import type { Draft } from '@central-desk/contract/conversations.ts'
import type { Static } from 'typebox'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { openConversation } from './open.ts'
import { type DraftMode, deleteDraft, selectDrafts, storeDraft } from './queries.ts'
import { memberOf } from './rows.ts'

type DraftInside = Omit<Static<typeof Draft>, 'updatedAt'> & { updatedAt: Date }

export interface DraftOf {
  readonly conversationId: string
  readonly mode: DraftMode
}

function placeOf(memberId: string, { conversationId, mode }: DraftOf) {
  return { table: 'draft', row: `${memberId}/${conversationId}/${mode}`, field: 'text' }
}

export async function listDrafts(tx: WorkspaceTx, conversationId: string): Promise<DraftInside[]> {
  await openConversation(tx, conversationId)
  const memberId = memberOf(tx)
  const drafts = await selectDrafts(tx, memberId, conversationId)
  return drafts.map(({ mode, text_sealed, updated_at }) => ({
    mode,
    text: tx.keys.unsealText(placeOf(memberId, { conversationId, mode }), text_sealed),
    updatedAt: updated_at,
  }))
}

/** An empty text deletes it. */
export async function saveDraft(tx: WorkspaceTx, draft: DraftOf, text: string): Promise<void> {
  await openConversation(tx, draft.conversationId)
  const memberId = memberOf(tx)
  if (text === '') {
    if (!(await deleteDraft(tx, { ...draft, memberId }))) return
  } else {
    await storeDraft(tx, { ...draft, memberId }, tx.keys.seal(placeOf(memberId, draft), text))
  }
  tx.publish({ kind: 'draft.changed', conversationId: draft.conversationId, forMemberId: memberId })
}
