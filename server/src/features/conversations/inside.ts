/** The contract's shapes as they are inside: ids are UUIDs, and times are Dates where the wire has text. */
import type {
  Activity,
  ConversationRow,
  LastMessage,
  ListedRow,
  Message,
  Note,
  SearchHit,
} from '@central-desk/contract/conversations.ts'
import type { Static } from 'typebox'

type Dated<T, K extends keyof T> = { [P in keyof T]: P extends K ? Date | Extract<T[P], null> : T[P] }
type Replaced<T, R> = Omit<T, keyof R> & R

export type LastMessageInside = Dated<Static<typeof LastMessage>, 'sentAt'>
export type RowInside = Replaced<
  Dated<ConversationRow, 'snoozedUntil' | 'lastActivityAt' | 'waitingSince' | 'createdAt'>,
  { lastMessage: LastMessageInside | null }
>
export type ListedInside = RowInside & Pick<ListedRow, 'mine'>
export type DeliveryInside = Dated<NonNullable<Message['delivery']>, 'nextAttemptAt'>
export type MessageInside = Replaced<Dated<Message, 'sentAt' | 'receivedAt'>, { delivery: DeliveryInside | null }>
export type NoteInside = Dated<Note, 'sentAt'>
export type ActivityInside = Dated<Activity, 'sentAt'>
export type ItemInside = MessageInside | NoteInside | ActivityInside
export type HitInside = Replaced<Dated<Static<typeof SearchHit>, 'sentAt'>, { conversation: RowInside }>
