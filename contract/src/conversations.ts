/**
 * Conversations: lists, the thread, and every verb an agent has. Order of a thread is (sent time, provider sequence,
 * received number); lists go by last activity or by who waits longest, with keyset cursors.
 */
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { idSchema } from './ids.ts'
import { CHANNELS } from './inboxes.ts'
import { LIMITS } from './limits.ts'
import { Count, Cursor, InWorkspace, Instant, Nullable, PageSize, Strict, WORKSPACE, Words } from './shapes.ts'

export const VIEWS = ['mine', 'unassigned', 'all', 'snoozed', 'closed'] as const
export type View = (typeof VIEWS)[number]
/** `recent`: last activity first. `waiting`: who waits longest first, and behind them those who do not. */
export const SORTS = ['recent', 'waiting'] as const
export type Sort = (typeof SORTS)[number]
export const STATUSES = ['open', 'pending', 'snoozed', 'closed'] as const
export type ConversationStatus = (typeof STATUSES)[number]
export const AUTHORS = ['contact', 'member', 'rule', 'assistant'] as const
/** Forward only, left to right (a provider may take a message and fail later); only a new try leads back to `queued`. */
export const DELIVERY_STATES = ['queued', 'sending', 'uncertain', 'sent', 'failed', 'delivered', 'read'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

export const LastMessage = Strict({
  id: idSchema('message'),
  direction: Words(['in', 'out'] as const),
  authorKind: Words(AUTHORS),
  authorMemberId: Nullable(idSchema('member')),
  /** The first 160 characters; empty when the message holds only attachments. */
  preview: Type.String(),
  attachmentCount: Count,
  deliveryState: Nullable(Words(DELIVERY_STATES)),
  sentAt: Instant,
})

export const ConversationRow = Strict({
  id: idSchema('conversation'),
  /** Counts up within the workspace; what people say aloud: #142. */
  number: Count,
  inboxId: idSchema('inbox'),
  channel: Words(CHANNELS),
  contact: Strict({
    id: idSchema('contact'),
    name: Nullable(Type.String()),
    label: Type.String(),
    isBlocked: Type.Boolean(),
  }),
  status: Words(STATUSES),
  snoozedUntil: Nullable(Instant),
  assigneeId: Nullable(idSchema('member')),
  tagIds: Type.Array(idSchema('tag')),
  lastMessage: Nullable(LastMessage),
  /** Received number of the newest message in the conversation, and of the newest one a contact wrote. */
  lastMessageNumber: Count,
  lastInboundNumber: Count,
  lastActivityAt: Instant,
  /** Since when the contact waits for an answer; null when nobody waits. */
  waitingSince: Nullable(Instant),
  createdAt: Instant,
})
export type ConversationRow = Static<typeof ConversationRow>

/** What is the reader's own: how far they have read, whether a draft of theirs waits. */
export const Mine = Strict({ readNumber: Count, hasDraft: Type.Boolean() })
export const ListedRow = Strict({ ...ConversationRow.properties, mine: Mine })
export type ListedRow = Static<typeof ListedRow>

export const Attachment = Strict({
  id: idSchema('attachment'),
  fileName: Type.String(),
  mediaType: Type.String(),
  byteSize: Count,
  /** Pixels of an image, so that the thread does not jump; null for other files. */
  width: Nullable(Count),
  height: Nullable(Count),
  /** On the files origin, for this session, for a short time. */
  url: Type.String(),
})
export type Attachment = Static<typeof Attachment>

export const Delivery = Strict({
  state: Words(DELIVERY_STATES),
  attempts: Count,
  /** Why it failed or is uncertain, as a message key. */
  reason: Nullable(Type.String()),
  nextAttemptAt: Nullable(Instant),
})

export const Message = Strict({
  kind: Type.Literal('message'),
  id: idSchema('message'),
  conversationId: idSchema('conversation'),
  /** Received number within the conversation. */
  number: Count,
  direction: Words(['in', 'out'] as const),
  authorKind: Words(AUTHORS),
  authorMemberId: Nullable(idSchema('member')),
  text: Type.String(),
  attachments: Type.Array(Attachment),
  sentAt: Instant,
  receivedAt: Instant,
  /** Came in after a message that was sent later. */
  isLate: Type.Boolean(),
  delivery: Nullable(Delivery),
  /** What the sending screen called it, so that the bubble it painted becomes this one. */
  clientMessageId: Nullable(Type.String()),
})
export type Message = Static<typeof Message>

export const Note = Strict({
  kind: Type.Literal('note'),
  id: idSchema('note'),
  conversationId: idSchema('conversation'),
  authorMemberId: Nullable(idSchema('member')),
  text: Type.String(),
  attachments: Type.Array(Attachment),
  sentAt: Instant,
  clientMessageId: Nullable(Type.String()),
})
export type Note = Static<typeof Note>

export const ACTIVITIES = [
  'assigned',
  'unassigned',
  'status',
  'tagged',
  'untagged',
  'opened',
  'reopened',
  'blocked',
  'unblocked',
] as const
export const Activity = Strict({
  kind: Type.Literal('activity'),
  /** The event number it came from. */
  number: Count,
  conversationId: idSchema('conversation'),
  what: Words(ACTIVITIES),
  actorMemberId: Nullable(idSchema('member')),
  memberId: Nullable(idSchema('member')),
  tagId: Nullable(idSchema('tag')),
  status: Nullable(Words(STATUSES)),
  sentAt: Instant,
})
export type Activity = Static<typeof Activity>
export const ThreadItem = Type.Union([Message, Note, Activity])
export type ThreadItem = Static<typeof ThreadItem>

const OneConversation = Strict({ workspaceId: idSchema('workspace'), conversationId: idSchema('conversation') })
const ONE = `${WORKSPACE}/conversations/:conversationId`

export const listConversations = endpoint('listConversations', {
  summary: 'A page of conversations in a view.',
  method: 'GET',
  path: `${WORKSPACE}/conversations`,
  access: 'conversation.read',
  params: InWorkspace,
  query: Strict({
    view: Words(VIEWS),
    inboxId: Type.Optional(idSchema('inbox')),
    tagId: Type.Optional(idSchema('tag')),
    contactId: Type.Optional(idSchema('contact')),
    sort: Type.Optional(Words(SORTS)),
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(PageSize),
  }),
  reply: Strict({ conversations: Type.Array(ListedRow), nextCursor: Nullable(Cursor), eventNumber: Count }),
})
/** Counts are exact up to 99; 100 means "more than 99". */
export const countConversations = endpoint('countConversations', {
  summary: 'How many conversations each view holds, up to 100.',
  method: 'GET',
  path: `${WORKSPACE}/conversation-counts`,
  access: 'conversation.read',
  params: InWorkspace,
  reply: Strict({ mine: Count, unassigned: Count, all: Count, snoozed: Count, eventNumber: Count }),
})
export const getConversation = endpoint('getConversation', {
  summary: 'One conversation.',
  method: 'GET',
  path: ONE,
  access: 'conversation.read',
  params: OneConversation,
  reply: ListedRow,
})
export const getThread = endpoint('getThread', {
  summary: 'The newest items of a conversation, or those before a cursor; oldest first within the page.',
  method: 'GET',
  path: `${ONE}/thread`,
  access: 'conversation.read',
  params: OneConversation,
  query: Strict({ before: Type.Optional(Cursor), limit: Type.Optional(PageSize) }),
  reply: Strict({ items: Type.Array(ThreadItem), previousCursor: Nullable(Cursor), eventNumber: Count }),
})

/** Minted by the sending screen; the same id twice is the same message once. */
export const ClientMessageId = Type.String({ pattern: '^[A-Za-z0-9_-]{16,64}$' })
const MessageText = Type.String({ maxLength: LIMITS.messageCharacters })
const AttachmentIds = Type.Array(idSchema('attachment'), { maxItems: LIMITS.attachmentsPerMessage, uniqueItems: true })

export const sendMessage = endpoint('sendMessage', {
  summary:
    'Answers the contact. 409 `teammate_replied` (with `items`, the messages after `seenNumber`) when a teammate answered meanwhile, unless `force`.',
  method: 'POST',
  path: `${ONE}/messages`,
  access: 'message.send',
  params: OneConversation,
  body: Strict({
    clientMessageId: ClientMessageId,
    text: MessageText,
    attachmentIds: AttachmentIds,
    /** `lastMessageNumber` as the screen knew it. */
    seenNumber: Count,
    force: Type.Optional(Type.Boolean()),
    /** Close the conversation in the same act. */
    close: Type.Optional(Type.Boolean()),
  }),
  reply: Message,
  status: 202,
})
export const retryDelivery = endpoint('retryDelivery', {
  summary: 'Sends a failed or uncertain message again; the agent has decided.',
  method: 'POST',
  path: `${ONE}/messages/:messageId/retry`,
  access: 'message.send',
  params: Strict({ ...OneConversation.properties, messageId: idSchema('message') }),
  reply: Message,
  status: 202,
})
export const writeNote = endpoint('writeNote', {
  summary: 'Leaves a note that only the team sees.',
  method: 'POST',
  path: `${ONE}/notes`,
  access: 'note.write',
  params: OneConversation,
  body: Strict({
    clientMessageId: ClientMessageId,
    text: Type.String({ maxLength: LIMITS.noteCharacters }),
    attachmentIds: AttachmentIds,
  }),
  reply: Note,
  status: 201,
})
export const assignConversation = endpoint('assignConversation', {
  summary: 'Gives a conversation to a member, or to nobody (null).',
  method: 'PUT',
  path: `${ONE}/assignee`,
  access: 'conversation.assign',
  params: OneConversation,
  body: Strict({ assigneeId: Nullable(idSchema('member')) }),
  reply: ListedRow,
})
export const changeStatus = endpoint('changeStatus', {
  summary: 'Opens, closes, sets pending or snoozes. `snoozedUntil` goes with `snoozed` only; null: until a reply.',
  method: 'PUT',
  path: `${ONE}/status`,
  access: 'conversation.changeStatus',
  params: OneConversation,
  body: Strict({ status: Words(STATUSES), snoozedUntil: Type.Optional(Nullable(Instant)) }),
  reply: ListedRow,
})
const ConversationTag = Strict({ ...OneConversation.properties, tagId: idSchema('tag') })
export const tagConversation = endpoint('tagConversation', {
  summary: 'Puts a tag on a conversation.',
  method: 'PUT',
  path: `${ONE}/tags/:tagId`,
  access: 'conversation.tag',
  params: ConversationTag,
  reply: ListedRow,
})
export const untagConversation = endpoint('untagConversation', {
  summary: 'Takes a tag off a conversation.',
  method: 'DELETE',
  path: `${ONE}/tags/:tagId`,
  access: 'conversation.tag',
  params: ConversationTag,
  status: 200,
  reply: ListedRow,
})
export const markRead = endpoint('markRead', {
  summary: 'Remembers how far the reader has read; a lower number marks unread again.',
  method: 'PUT',
  path: `${ONE}/reading`,
  access: 'reading.mark',
  params: OneConversation,
  body: Strict({ readNumber: Count }),
})

export const DRAFT_MODES = ['reply', 'note'] as const
export const Draft = Strict({ mode: Words(DRAFT_MODES), text: Type.String(), updatedAt: Instant })
const OneDraft = Strict({ ...OneConversation.properties, mode: Words(DRAFT_MODES) })
export const listDrafts = endpoint('listDrafts', {
  summary: "The reader's own drafts in a conversation.",
  method: 'GET',
  path: `${ONE}/drafts`,
  access: 'draft.write',
  params: OneConversation,
  reply: Strict({ drafts: Type.Array(Draft) }),
})
export const saveDraft = endpoint('saveDraft', {
  summary: 'Keeps a draft; an empty text deletes it.',
  method: 'PUT',
  path: `${ONE}/drafts/:mode`,
  access: 'draft.write',
  params: OneDraft,
  body: Strict({ text: MessageText }),
})

export const uploadAttachment = endpoint('uploadAttachment', {
  summary: 'Uploads a file, to be named in a message or a note within a day. Body: the bytes.',
  method: 'POST',
  path: `${WORKSPACE}/attachments`,
  access: 'attachment.upload',
  params: InWorkspace,
  query: Strict({ fileName: Type.String({ minLength: 1, maxLength: LIMITS.fileNameCharacters }) }),
  bodyKind: 'bytes',
  reply: Attachment,
  status: 201,
})
/** The token binds attachment, workspace, session (or visitor) and time; a session that ended opens nothing. */
export const readAttachment = endpoint('readAttachment', {
  summary: 'The bytes of a file. Always as a download, but for images, audio, video and PDF in a sandbox.',
  method: 'GET',
  path: '/a/:token',
  origin: 'files',
  access: 'public',
  params: Strict({ token: Type.String({ maxLength: 600, pattern: '^[A-Za-z0-9_.-]+$' }) }),
  replyKind: 'bytes',
})

export const SearchHit = Strict({
  conversation: ConversationRow,
  messageId: Nullable(idSchema('message')),
  /** Words around the first match. */
  excerpt: Type.String(),
  sentAt: Instant,
})
export const search = endpoint('search', {
  summary: 'Finds messages by words, word beginnings and digits; `similar` holds what only sounds alike.',
  method: 'GET',
  path: `${WORKSPACE}/search`,
  access: 'search.read',
  params: InWorkspace,
  query: Strict({
    q: Type.String({ minLength: 1, maxLength: LIMITS.searchCharacters }),
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(PageSize),
  }),
  reply: Strict({
    hits: Type.Array(SearchHit),
    similar: Type.Array(SearchHit),
    nextCursor: Nullable(Cursor),
    /** False while some stored messages are not in the index yet. */
    isComplete: Type.Boolean(),
  }),
})
