/**
 * Events filled in for streams: each with the conversation as it stands and the message, note or line it is about, read
 * again from sealed rows by a fixed number of queries for a whole batch. Addresses of files are left out here, because
 * they belong to one reader's session; `linkItem` puts them in.
 */
import type { EventKind } from '@central-desk/contract/events.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { LinkFor } from '../files/index.ts'
import type { ActivityInside, ItemInside, MessageInside, NoteInside, RowInside } from './inside.ts'
import { readItems } from './items.ts'
import { activityOf } from './present.ts'
import { readRows } from './rows.ts'
import { type EventRecord, selectEvents } from './thread-queries.ts'

export interface EventInside {
  readonly number: number
  readonly kind: EventKind
  readonly at: Date
  readonly actorMemberId: string | null
  readonly conversationId: string | null
  readonly contactId: string | null
  readonly conversation?: RowInside
  readonly item?: MessageInside | NoteInside
  readonly activity?: ActivityInside
  readonly readNumber?: number
}
export interface FilledEvent {
  readonly event: EventInside
  /** Only this member is told. */
  readonly forMemberId: string | null
}

const WITH_ROW: ReadonlySet<string> = new Set<EventKind>([
  'message.created',
  'message.delivery',
  'note.created',
  'conversation.changed',
])
const WITH_MESSAGE: ReadonlySet<string> = new Set<EventKind>(['message.created', 'message.delivery'])

const withoutAddress: LinkFor = () => ''

export async function readEvents(tx: WorkspaceTx, after: number, limit: number): Promise<FilledEvent[]> {
  const events = await selectEvents(tx, after, limit)
  const conversationIds = new Set(
    events.flatMap((event) => (WITH_ROW.has(event.kind) ? (event.conversation_id ?? []) : [])),
  )
  const idsOf = (isWanted: (kind: string) => boolean) => [
    ...new Set(events.flatMap((event) => (isWanted(event.kind) ? (event.item_id ?? []) : []))),
  ]
  const rows = new Map((await readRows(tx, [...conversationIds])).map((row) => [row.id, row]))
  const { messages, notes } = await readItems(
    tx,
    { messageIds: idsOf((kind) => WITH_MESSAGE.has(kind)), noteIds: idsOf((kind) => kind === 'note.created') },
    withoutAddress,
  )
  const items = new Map([...messages, ...notes].map((item) => [item.id, item]))
  return events.map((event) => ({ event: fill(event, rows, items), forMemberId: event.for_member_id }))
}

function fill(
  event: EventRecord,
  rows: ReadonlyMap<string, RowInside>,
  items: ReadonlyMap<string, MessageInside | NoteInside>,
): EventInside {
  const conversation = WITH_ROW.has(event.kind) ? rows.get(event.conversation_id ?? '') : undefined
  const item = items.get(event.item_id ?? '')
  const activity = activityOf(event)
  const readNumber =
    event.kind === 'reading.marked' ? (event.facts as { readNumber?: number } | null)?.readNumber : undefined
  return {
    number: event.number,
    kind: event.kind as EventKind,
    at: event.at,
    actorMemberId: event.actor_member_id,
    conversationId: event.conversation_id,
    contactId: event.contact_id,
    ...(conversation && { conversation }),
    ...(item && { item }),
    ...(activity && { activity }),
    ...(readNumber !== undefined && { readNumber }),
  }
}

/** The same item with the addresses of its files for one reader. */
export function linkItem<I extends ItemInside>(item: I, linkFor: LinkFor): I {
  if (item.kind === 'activity' || item.attachments.length === 0) return item
  return { ...item, attachments: item.attachments.map((file) => ({ ...file, url: linkFor(file.id) })) }
}
