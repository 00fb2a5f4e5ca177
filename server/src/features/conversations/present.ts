/** Rows, messages, notes and activity lines as the contract shows them, unsealed for whoever may read the workspace. */
import { ACTIVITIES, type Attachment, type ConversationStatus } from '@central-desk/contract/conversations.ts'
import type { Channel } from '@central-desk/contract/inboxes.ts'
import type { WorkspaceKeys } from '../../kernel/vault/index.ts'
import { contactLabel, contactText } from '../contacts/index.ts'
import type {
  ActivityInside,
  DeliveryInside,
  LastMessageInside,
  MessageInside,
  NoteInside,
  RowInside,
} from './inside.ts'
import type { LastMessageRecord, RowRecord } from './row-queries.ts'
import type { ActivityRecord, MessageRecord, NoteRecord } from './thread-queries.ts'

export function rowView(
  row: RowRecord,
  lastMessage: LastMessageRecord | undefined,
  tagIds: readonly string[],
  keys: WorkspaceKeys,
): RowInside {
  const name = contactText(keys, row.contact_id, 'name', row.contact_name_sealed)
  const isBlocked = row.contact_blocked_at !== null
  return {
    id: row.id,
    number: row.number,
    inboxId: row.inbox_id,
    channel: row.channel as Channel,
    contact: { id: row.contact_id, name, label: contactLabel(row.contact_id, name), isBlocked },
    status: row.status,
    snoozedUntil: row.snoozed_until,
    assigneeId: row.assignee_id,
    tagIds: [...tagIds],
    lastMessage: lastMessage ? lastMessageView(lastMessage, keys) : null,
    lastMessageNumber: row.last_message_number,
    lastInboundNumber: row.last_inbound_number,
    lastActivityAt: row.last_activity_at,
    // Whom nobody is to answer does not wait.
    waitingSince: isBlocked ? null : row.waiting_since,
    createdAt: row.created_at,
  }
}

function lastMessageView(message: LastMessageRecord, keys: WorkspaceKeys): LastMessageInside {
  const place = { table: 'message', row: message.id, field: 'preview' }
  return {
    id: message.id,
    direction: message.direction,
    authorKind: message.author_kind,
    authorMemberId: message.author_member_id,
    preview: keys.unsealText(place, message.preview_sealed),
    attachmentCount: message.attachment_count,
    deliveryState: message.state,
    sentAt: message.sent_at,
  }
}

export function messageText(message: { id: string; text_sealed: Buffer }, keys: WorkspaceKeys): string {
  return keys.unsealText({ table: 'message', row: message.id, field: 'text' }, message.text_sealed)
}

export function messageView(message: MessageRecord, attachments: Attachment[], keys: WorkspaceKeys): MessageInside {
  return {
    kind: 'message',
    id: message.id,
    conversationId: message.conversation_id,
    number: message.number,
    direction: message.direction,
    authorKind: message.author_kind,
    authorMemberId: message.author_member_id,
    text: messageText(message, keys),
    attachments,
    sentAt: message.sent_at,
    receivedAt: message.received_at,
    isLate: message.is_late,
    delivery: deliveryView(message),
    // What a visitor's browser calls its own message could be chosen to stand in the place of an agent's.
    clientMessageId: message.direction === 'out' ? message.client_message_id : null,
  }
}

function deliveryView({ state, attempts, reason, next_attempt_at }: MessageRecord): DeliveryInside | null {
  return state === null ? null : { state, attempts: attempts ?? 0, reason, nextAttemptAt: next_attempt_at }
}

export function noteView(note: NoteRecord, attachments: Attachment[], keys: WorkspaceKeys): NoteInside {
  return {
    kind: 'note',
    id: note.id,
    conversationId: note.conversation_id,
    authorMemberId: note.author_member_id,
    text: keys.unsealText({ table: 'note', row: note.id, field: 'text' }, note.text_sealed),
    attachments,
    sentAt: note.created_at,
    clientMessageId: note.client_message_id,
  }
}

type Facts = { what?: string; memberId?: string; tagId?: string; status?: ConversationStatus }

/** The activity line that an event left behind, or null when it left none. */
export function activityOf(event: ActivityRecord): ActivityInside | null {
  const facts = (event.facts ?? {}) as Facts
  const what = ACTIVITIES.find((word) => word === facts.what)
  if (event.kind !== 'conversation.changed' || event.conversation_id === null || !what) return null
  return {
    kind: 'activity',
    number: event.number,
    conversationId: event.conversation_id,
    what,
    actorMemberId: event.actor_member_id,
    memberId: facts.memberId ?? null,
    tagId: facts.tagId ?? null,
    status: facts.status ?? null,
    sentAt: event.at,
  }
}
