/**
 * Everything a screen can be told. An event has the workspace's number; numbers never go back and have no gaps, but a
 * stream may skip those that do not concern its reader. The cursor is the last number seen; there is no time window:
 * `after` far in the past is answered with `reset` when more events wait than a screen should apply one by one.
 */
import { type Static, Type } from 'typebox'
import { Activity, ConversationRow, Mine, ThreadItem } from './conversations.ts'
import { endpoint } from './endpoint.ts'
import { idSchema } from './ids.ts'
import { Count, InWorkspace, Instant, Nullable, Strict, WORKSPACE, Words } from './shapes.ts'

export const EVENT_KINDS = [
  'message.created',
  'message.delivery',
  'note.created',
  'conversation.changed',
  'contact.changed',
  'reading.marked',
  'draft.changed',
  'tags.changed',
  'savedReplies.changed',
  'inboxes.changed',
  'members.changed',
  'workspace.changed',
] as const
export type EventKind = (typeof EVENT_KINDS)[number]

export const DeskEvent = Strict({
  number: Count,
  kind: Words(EVENT_KINDS),
  at: Instant,
  actorMemberId: Nullable(idSchema('member')),
  conversationId: Nullable(idSchema('conversation')),
  contactId: Nullable(idSchema('contact')),
  /** The conversation as it stands when the event is sent (not as it was). */
  conversation: Type.Optional(ConversationRow),
  /** The stream's reader's own part of that conversation. */
  mine: Type.Optional(Mine),
  /** The message, note or activity that the event is about. */
  item: Type.Optional(ThreadItem),
  activity: Type.Optional(Activity),
  /** reading.marked: sent to that reader only. */
  readNumber: Type.Optional(Count),
})
export type DeskEvent = Static<typeof DeskEvent>

/**
 * Frames: `event: desk` with a DeskEvent and `id: NUMBER`; `event: reset` (read lists afresh, go on from `id`);
 * `event: ready` once, after everything that waited was sent; a comment line every 25 s.
 */
export const streamEvents = endpoint('streamEvents', {
  summary: 'Server-sent events of a workspace from a cursor on (`Last-Event-ID` wins over `after`).',
  method: 'GET',
  path: `${WORKSPACE}/events`,
  access: 'event.read',
  params: InWorkspace,
  query: Strict({ after: Type.Optional(Count) }),
  replyKind: 'stream',
})
