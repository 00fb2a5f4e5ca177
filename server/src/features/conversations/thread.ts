/**
 * The thread of a conversation, newest page first. Messages stand by (sent time, provider sequence, received number);
 * notes and activity lines are merged in by their time. A cursor holds one place for each of the three, so that a page
 * goes on exactly where the one before it stopped, whatever was written in between.
 */
import { LIMITS } from '@central-desk/contract/limits.ts'
import { Nullable } from '@central-desk/contract/shapes.ts'
import { type Static, Type } from 'typebox'
import { CursorBigCount, CursorCount, CursorMoment, CursorUuid, cursorOf } from '../../kernel/cursor.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { LinkFor } from '../files/index.ts'
import type { ItemInside } from './inside.ts'
import { viewItems } from './items.ts'
import { openConversation } from './open.ts'
import { activityOf } from './present.ts'
import { eventNumber } from './queries.ts'
import {
  type ActivityRecord,
  type MessageRecord,
  type NoteRecord,
  selectActivity,
  selectMessages,
  selectNotes,
} from './thread-queries.ts'

/** A provider's sequence may be anything that a bigint holds. */
const Sequence = Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER })
const Places = Type.Object(
  {
    m: Nullable(Type.Tuple([CursorMoment, Sequence, CursorCount])),
    n: Nullable(Type.Tuple([CursorMoment, CursorUuid])),
    a: Nullable(CursorBigCount),
  },
  { additionalProperties: false },
)
type Places = Static<typeof Places>
const cursors = cursorOf(Places)
const FROM_THE_END: Places = { m: null, n: null, a: null }

export interface ThreadPage {
  readonly items: ItemInside[]
  readonly previousCursor: string | null
  readonly eventNumber: number
}

export async function readThread(
  tx: WorkspaceTx,
  conversationId: string,
  { before, limit = LIMITS.threadPageSize }: { readonly before?: string; readonly limit?: number },
  linkFor: LinkFor,
): Promise<ThreadPage> {
  const places = before === undefined ? FROM_THE_END : cursors.read('before', before)
  const number = await eventNumber(tx)
  const sources = await readSources(tx, conversationId, places, limit + 1)
  const page = newestOf(sources, limit)
  const { messages, notes } = await viewItems(tx, page.messages, page.notes, linkFor)
  const views = new Map<string, ItemInside>([...messages, ...notes].map((item) => [item.id, item]))
  const items = page.order.flatMap((one) => ('kind' in one ? (activityOf(one) ?? []) : (views.get(one.id) ?? [])))
  return {
    items: items.reverse(),
    previousCursor: page.hasMore ? cursors.write(placesAfter(page, places)) : null,
    eventNumber: number,
  }
}

interface Sources {
  readonly messages: readonly MessageRecord[]
  readonly notes: readonly NoteRecord[]
  readonly activity: readonly ActivityRecord[]
}

async function readSources(tx: WorkspaceTx, conversationId: string, places: Places, limit: number): Promise<Sources> {
  const conversation = await openConversation(tx, conversationId)
  const { m, n, a } = places
  const message = m && { sentAt: new Date(m[0]), sequence: m[1], number: m[2] }
  const note = n && { createdAt: new Date(n[0]), id: n[1] }
  return {
    messages: await selectMessages(tx, conversation, message, limit),
    notes: await selectNotes(tx, conversationId, note, limit),
    activity: await selectActivity(tx, conversationId, a, limit),
  }
}

interface Page {
  /** Newest first. */
  readonly order: (MessageRecord | NoteRecord | ActivityRecord)[]
  readonly messages: MessageRecord[]
  readonly notes: NoteRecord[]
  readonly activity: ActivityRecord[]
  readonly hasMore: boolean
}

/** Takes the newest of the three heads again and again: each source is used up from its own beginning on. */
function newestOf({ messages, notes, activity }: Sources, limit: number): Page {
  const page: Page & { hasMore: boolean } = { order: [], messages: [], notes: [], activity: [], hasMore: false }
  for (;;) {
    const message = messages[page.messages.length]
    const note = notes[page.notes.length]
    const line = activity[page.activity.length]
    const times = [message?.sent_at, note?.created_at, line?.at].map(
      (time) => time?.getTime() ?? Number.NEGATIVE_INFINITY,
    )
    const newest = Math.max(...times)
    if (newest === Number.NEGATIVE_INFINITY) return page
    if (page.order.length === limit) return { ...page, hasMore: true }
    // Of one moment an activity line comes last, and a message first: it is what was acted upon.
    const source = times.lastIndexOf(newest)
    if (source === 2 && line) take(page, page.activity, line)
    else if (source === 1 && note) take(page, page.notes, note)
    else if (message) take(page, page.messages, message)
  }
}

function take<T extends MessageRecord | NoteRecord | ActivityRecord>(page: Page, source: T[], one: T): void {
  page.order.push(one)
  source.push(one)
}

function placesAfter(page: Page, before: Places): Places {
  const message = page.messages.at(-1)
  const note = page.notes.at(-1)
  const line = page.activity.at(-1)
  return {
    m: message ? [message.sent_at.getTime(), message.provider_sequence, message.number] : before.m,
    n: note ? [note.created_at.getTime(), note.id] : before.n,
    a: line ? line.number : before.a,
  }
}
