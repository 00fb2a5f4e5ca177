/**
 * One conversation as a screen keeps it: the newest items and those that were scrolled to, patched by events. Order is
 * (sent time, received number); late messages slot in where they belong.
 */
import type { ThreadItem } from '@central-desk/contract/conversations.ts'
import type { DeskEvent } from '@central-desk/contract/events.ts'

export interface ThreadState {
  items: readonly ThreadItem[]
  previousCursor: string | null
  eventNumber: number
}

/** Stays the same from the painted bubble to the stored message, so that nothing flickers or jumps. */
export function keyOf(item: ThreadItem): string {
  if (item.kind === 'activity') return `activity-${item.number}`
  return item.clientMessageId ? `client-${item.clientMessageId}` : item.id
}

function isAfter(a: ThreadItem, b: ThreadItem): boolean {
  if (a.sentAt !== b.sentAt) return a.sentAt > b.sentAt
  return a.kind === 'message' && b.kind === 'message' && a.number > b.number
}

/** Puts an item in its place, or in the place of its older self. */
export function mergeItem(items: readonly ThreadItem[], item: ThreadItem): readonly ThreadItem[] {
  const key = keyOf(item)
  const at = items.findIndex((one) => keyOf(one) === key)
  if (at >= 0) return items.with(at, item)
  let place = items.length
  while (place > 0 && isAfter(items[place - 1] as ThreadItem, item)) place--
  return items.toSpliced(place, 0, item)
}

/** Adds an item only when it is not there: the answer to a send may come after newer events about it. */
export function addItem(thread: ThreadState, item: ThreadItem): ThreadState {
  const key = keyOf(item)
  if (thread.items.some((one) => keyOf(one) === key)) return thread
  return { ...thread, items: mergeItem(thread.items, item) }
}

/** Items older than the oldest that was read come with their own page, unless everything was read. */
export function applyThreadEvent(thread: ThreadState, event: DeskEvent): ThreadState {
  let { items } = thread
  for (const item of [event.item, event.activity]) {
    if (!item) continue
    const oldest = items[0]
    const isBelow = oldest && thread.previousCursor !== null && isAfter(oldest, item)
    if (!isBelow) items = mergeItem(items, item)
  }
  return items === thread.items ? thread : { ...thread, items }
}

export function prependPage(thread: ThreadState, page: ThreadState): ThreadState {
  const known = new Set(thread.items.map(keyOf))
  const older = page.items.filter((item) => !known.has(keyOf(item)))
  return { ...thread, items: [...older, ...thread.items], previousCursor: page.previousCursor }
}

/** The newest message number the reader has before them. */
export function lastNumber(thread: ThreadState | undefined): number {
  let last = 0
  for (const item of thread?.items ?? []) if (item.kind === 'message') last = Math.max(last, item.number)
  return last
}
