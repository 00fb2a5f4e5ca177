/** Rows, items and entries for the tests of this folder: whole, valid, and different only where a test says so. */
import type { ListedRow, Message, Note, ThreadItem } from '@central-desk/contract/conversations.ts'
import type { DeskEvent } from '@central-desk/contract/events.ts'
import type { OutboxEntry } from './outbox.ts'

export const ME = 'mem_me'
export const TANVIR = 'mem_tanvir'
const START_MS = Date.parse('2026-11-24T04:00:00.000Z')

/** The instant that many minutes after the start of the samples. */
export function minute(minutes: number): string {
  return new Date(START_MS + minutes * 60_000).toISOString()
}

export function row(id: string, atMinute: number, more: Partial<ListedRow> = {}): ListedRow {
  return {
    id,
    number: 1,
    inboxId: 'inb_1',
    channel: 'webchat',
    contact: { id: `ctc_${id}`, name: 'Mitu', label: 'Visitor 1', isBlocked: false },
    status: 'open',
    snoozedUntil: null,
    assigneeId: ME,
    tagIds: [],
    lastMessage: null,
    lastMessageNumber: 5,
    lastInboundNumber: 5,
    lastActivityAt: minute(atMinute),
    waitingSince: null,
    createdAt: minute(0),
    mine: { readNumber: 5, hasDraft: false },
    ...more,
  }
}

export function message(number: number, atMinute: number, more: Partial<Message> = {}): Message {
  return {
    kind: 'message',
    id: `msg_${number}`,
    conversationId: 'cnv_1',
    number,
    direction: 'in',
    authorKind: 'contact',
    authorMemberId: null,
    text: `text ${number}`,
    attachments: [],
    sentAt: minute(atMinute),
    receivedAt: minute(atMinute),
    isLate: false,
    delivery: null,
    clientMessageId: null,
    ...more,
  }
}

export function reply(number: number, atMinute: number, more: Partial<Message> = {}): Message {
  return message(number, atMinute, { direction: 'out', authorKind: 'member', authorMemberId: ME, ...more })
}

export function note(id: string, atMinute: number): Note {
  return {
    kind: 'note',
    id,
    conversationId: 'cnv_1',
    authorMemberId: TANVIR,
    text: 'for the team',
    attachments: [],
    sentAt: minute(atMinute),
    clientMessageId: null,
  }
}

export function activity(number: number, atMinute: number): Extract<ThreadItem, { kind: 'activity' }> {
  return {
    kind: 'activity',
    number,
    conversationId: 'cnv_1',
    what: 'assigned',
    actorMemberId: TANVIR,
    memberId: ME,
    tagId: null,
    status: null,
    sentAt: minute(atMinute),
  }
}

export function event(more: Partial<DeskEvent>): DeskEvent {
  return {
    number: 1,
    kind: 'message.created',
    at: minute(0),
    actorMemberId: null,
    conversationId: 'cnv_1',
    contactId: null,
    ...more,
  }
}

export function entry(more: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    clientMessageId: 'client-message-one',
    workspaceId: 'ws_1',
    conversationId: 'cnv_1',
    mode: 'reply',
    text: 'hello',
    attachments: [],
    seenNumber: 5,
    force: false,
    close: false,
    createdAtMs: START_MS,
    state: 'waiting',
    tries: 0,
    retryAtMs: null,
    reason: null,
    ...more,
  }
}
