/**
 * Answers the contact: message, duty to deliver, index entry to come and events in one transaction. The same client id
 * is the same message once, also when two requests carry it at one moment. A teammate's answer that the writer had not
 * seen stops it, unless the writer insists.
 */
import { ThreadItem } from '@central-desk/contract/conversations.ts'
import { sql } from 'kysely'
import { Type } from 'typebox'
import { assert } from '../../kernel/assert.ts'
import { refuse, refuseField } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { idTranslator } from '../../kernel/web/wire-ids.ts'
import type { LinkFor } from '../files/index.ts'
import type { MessageInside } from './inside.ts'
import { readItems, viewItems } from './items.ts'
import { refuseWhenBlocked } from './blocking.ts'
import { claimOnce } from './once.ts'
import { openConversation, openInbox, publishChange } from './open.ts'
import { giveFiles, type OwnFile, openOwnFiles } from './own-files.ts'
import { isBlank, isTeammatesReply, sentAtAfter } from './policy.ts'
import { previewOf } from './preview.ts'
import { type ConversationRecord, storeConversation } from './queries.ts'
import { memberOf } from './rows.ts'
import { selectNewerMessages } from './thread-queries.ts'

/** Why a channel cannot carry a message, as a message key; null when it can. */
export type RefuseBeyondChannel = (
  channel: string,
  message: { readonly text: string; readonly files: readonly { mediaType: string; byteSize: number }[] },
) => string | null

export interface ReplyParts {
  readonly refuseBeyondChannel: RefuseBeyondChannel
  readonly linkFor: LinkFor
}

export interface Reply {
  readonly conversationId: string
  readonly clientMessageId: string
  readonly text: string
  readonly attachmentIds: readonly string[]
  readonly seenNumber: number
  readonly force?: boolean
  readonly close?: boolean
}

/** How many of the messages that the writer had not seen are shown in the refusal. */
const NEWER_MAX = 50

const { outward: spellItems } = idTranslator(Type.Array(ThreadItem))

export async function reply(tx: WorkspaceTx, parts: ReplyParts, wanted: Reply): Promise<MessageInside> {
  if (isBlank(wanted.text) && wanted.attachmentIds.length === 0) throw refuseField('text', 'empty')
  const { conversationId, clientMessageId } = wanted
  const conversation = await openConversation(tx, conversationId, 'forChange')
  const itemId = tx.nextId()
  const before = await claimOnce(tx, { clientMessageId, kind: 'message', conversationId, itemId })
  if (before === null) await writeReply(tx, parts, conversation, wanted, itemId)
  return readMessage(tx, before ?? itemId, parts.linkFor)
}

export async function readMessage(tx: WorkspaceTx, id: string, linkFor: LinkFor): Promise<MessageInside> {
  const { messages } = await readItems(tx, { messageIds: [id], noteIds: [] }, linkFor)
  assert(messages[0], 'a message that was written can be read')
  return messages[0]
}

async function writeReply(
  tx: WorkspaceTx,
  parts: ReplyParts,
  conversation: ConversationRecord,
  wanted: Reply,
  messageId: string,
): Promise<void> {
  await refuseWhenBlocked(tx, conversation.contact_id)
  if (!wanted.force) await refuseWhenTeammateReplied(tx, conversation, wanted.seenNumber, parts.linkFor)
  const files = await openOwnFiles(tx, wanted.attachmentIds)
  await refuseWhatCannotLeave(tx, parts, conversation, wanted.text, files)
  await insertMessage(tx, conversation, wanted, messageId)
  await giveFiles(tx, wanted.attachmentIds, { message_id: messageId })
  await oweDelivery(tx, conversation, messageId)
  await storeConversation(tx, conversation.id, afterReply(tx, conversation, messageId, wanted.close ?? false))
  tx.publish({
    kind: 'message.created',
    conversationId: conversation.id,
    contactId: conversation.contact_id,
    itemId: messageId,
  })
  if (wanted.close && conversation.status !== 'closed') {
    publishChange(tx, conversation, { what: 'status', status: 'closed' })
  }
}

async function refuseWhenTeammateReplied(
  tx: WorkspaceTx,
  conversation: ConversationRecord,
  seenNumber: number,
  linkFor: LinkFor,
): Promise<void> {
  if (conversation.last_reply_number <= seenNumber) return
  const newer = await selectNewerMessages(tx, conversation, seenNumber, NEWER_MAX)
  if (!newer.some((message) => isTeammatesReply(message, memberOf(tx)))) return
  const { messages } = await viewItems(tx, newer.reverse(), [], linkFor)
  throw refuse('teammate_replied', { extra: { items: spellItems(messages) } })
}

async function refuseWhatCannotLeave(
  tx: WorkspaceTx,
  parts: ReplyParts,
  conversation: ConversationRecord,
  text: string,
  files: readonly OwnFile[],
): Promise<void> {
  const inbox = await openInbox(tx, conversation.inbox_id)
  if (!inbox.is_enabled) throw refuse('cannot_reply')
  const code = parts.refuseBeyondChannel(inbox.channel, {
    text,
    files: files.map(({ media_type, byte_size }) => ({ mediaType: media_type, byteSize: byte_size })),
  })
  if (code !== null) throw refuseField(code === 'text_too_long' ? 'text' : 'attachmentIds', code)
}

async function insertMessage(
  tx: WorkspaceTx,
  conversation: ConversationRecord,
  { text, clientMessageId, attachmentIds }: Reply,
  id: string,
): Promise<void> {
  const place = (field: string) => ({ table: 'message', row: id, field })
  await tx.db
    .insertInto('message')
    .values({
      workspace_id: tx.workspaceId,
      id,
      conversation_id: conversation.id,
      number: conversation.last_message_number + 1,
      direction: 'out',
      author_kind: 'member',
      author_member_id: memberOf(tx),
      text_sealed: tx.keys.seal(place('text'), text),
      preview_sealed: tx.keys.seal(place('preview'), previewOf(text)),
      attachment_count: attachmentIds.length,
      sent_at: sentAtAfter(tx.now, conversation.last_message_sent_at),
      received_at: tx.now,
      client_message_id: clientMessageId,
    })
    .execute()
  await tx.db
    .insertInto('search_backlog')
    .values({ workspace_id: tx.workspaceId, message_id: id, conversation_id: conversation.id, stored_at: tx.now })
    .execute()
}

async function oweDelivery(tx: WorkspaceTx, conversation: ConversationRecord, messageId: string): Promise<void> {
  await tx.db
    .insertInto('delivery')
    .values({
      workspace_id: tx.workspaceId,
      message_id: messageId,
      conversation_id: conversation.id,
      inbox_id: conversation.inbox_id,
      state: 'queued',
      next_attempt_at: tx.now,
      updated_at: tx.now,
    })
    .execute()
}

function afterReply(tx: WorkspaceTx, conversation: ConversationRecord, messageId: string, closes: boolean) {
  const number = conversation.last_message_number + 1
  return {
    last_message_number: number,
    last_message_id: messageId,
    last_message_sent_at: sentAtAfter(tx.now, conversation.last_message_sent_at),
    last_reply_number: number,
    last_reply_member_id: memberOf(tx),
    // Other processes mint ids too: the window only ever widens.
    first_message_id: sql<string>`least(first_message_id, ${messageId}::uuid)`,
    newest_message_id: sql<string>`greatest(newest_message_id, ${messageId}::uuid)`,
    waiting_since: null,
    last_activity_at: sql<Date>`greatest(last_activity_at, ${tx.now}::timestamptz)`,
    ...(closes && { status: 'closed' as const, snoozed_until: null }),
  }
}
