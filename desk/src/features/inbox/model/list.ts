/**
 * The list of conversations as a screen keeps it: pages that were read, patched by events. While the reader is down in
 * the list nothing moves under the pointer: what is new or would jump to the top waits, and is counted ("4 new"), until
 * the reader asks for it or is at the top.
 */
import type { ListedRow, Sort } from '@central-desk/contract/conversations.ts'
import { belongsToList, compareOf, type ListFilter } from './views.ts'

export interface ListState {
  rows: readonly ListedRow[]
  nextCursor: string | null
  eventNumber: number
  /** True while the reader is not at the top. */
  isHolding: boolean
  /** Rows that are not in the list yet. */
  waiting: readonly ListedRow[]
  /** Rows that are in the list and would move. */
  moved: readonly string[]
  sort: Sort
}

export interface Page {
  conversations: readonly ListedRow[]
  nextCursor: string | null
  eventNumber: number
}

/** A first page; what was held is held no longer. */
export function listOf(page: Page, { isHolding = false, sort = 'recent' as Sort } = {}): ListState {
  return {
    rows: page.conversations,
    nextCursor: page.nextCursor,
    eventNumber: page.eventNumber,
    isHolding,
    waiting: [],
    moved: [],
    sort,
  }
}

/** Adds an older page; rows that came up meanwhile are not doubled. */
export function appendPage(list: ListState, page: Page): ListState {
  const known = new Set([...list.rows, ...list.waiting].map((row) => row.id))
  const fresh = page.conversations.filter((row) => !known.has(row.id))
  return { ...list, rows: [...list.rows, ...fresh], nextCursor: page.nextCursor }
}

/** Puts a changed conversation where it now belongs. */
export function applyRow(list: ListState, filter: ListFilter, row: ListedRow, memberId: string): ListState {
  const at = list.rows.findIndex((one) => one.id === row.id)
  if (!belongsToList(filter, row, memberId)) return withoutRow(list, row.id)
  if (at < 0) return insertRow(list, row)
  const rows = list.rows.with(at, row)
  const compare = compareOf(list.sort)
  if (isInPlace(list, rows, row)) return { ...list, rows }
  if (!list.isHolding) return { ...list, rows: [...rows].sort(compare) }
  return { ...list, rows, moved: list.moved.includes(row.id) ? list.moved : [...list.moved, row.id] }
}

/** Between its neighbours, those apart that are out of place themselves. */
function isInPlace(list: ListState, rows: readonly ListedRow[], row: ListedRow): boolean {
  const settled = rows.filter((one) => one === row || !list.moved.includes(one.id))
  const at = settled.indexOf(row)
  const [above, below] = [settled[at - 1], settled[at + 1]]
  const compare = compareOf(list.sort)
  return (!above || compare(above, row) < 0) && (!below || compare(row, below) < 0)
}

function insertRow(list: ListState, row: ListedRow): ListState {
  const last = list.rows.at(-1)
  const compare = compareOf(list.sort)
  // Behind everything that was read: it comes with its own page.
  if (list.nextCursor !== null && last && compare(last, row) < 0) return list
  if (!list.isHolding) return { ...list, rows: [...list.rows, row].sort(compare) }
  return { ...list, waiting: [...list.waiting.filter((one) => one.id !== row.id), row] }
}

export function withoutRow(list: ListState, id: string): ListState {
  const isIn = (row: ListedRow) => row.id === id
  if (!list.rows.some(isIn) && !list.waiting.some(isIn)) return list
  return {
    ...list,
    rows: list.rows.filter((row) => row.id !== id),
    waiting: list.waiting.filter((row) => row.id !== id),
    moved: list.moved.filter((one) => one !== id),
  }
}

/** Changes what is the reader's own (read mark, draft) wherever the row stands. */
export function patchMine(list: ListState, id: string, mine: Partial<ListedRow['mine']>): ListState {
  const patch = (row: ListedRow) => (row.id === id ? { ...row, mine: { ...row.mine, ...mine } } : row)
  if (!list.rows.some((row) => row.id === id) && !list.waiting.some((row) => row.id === id)) return list
  return { ...list, rows: list.rows.map(patch), waiting: list.waiting.map(patch) }
}

/** The reader left the top, or came back to it; at the top nothing waits. */
export function setHolding(list: ListState, isHolding: boolean): ListState {
  if (list.isHolding === isHolding) return list
  return isHolding ? { ...list, isHolding } : release({ ...list, isHolding })
}

/** Shows what waited. */
export function release(list: ListState): ListState {
  if (list.waiting.length === 0 && list.moved.length === 0) return list
  return { ...list, rows: [...list.rows, ...list.waiting].sort(compareOf(list.sort)), waiting: [], moved: [] }
}

export function heldCount(list: ListState): number {
  return list.waiting.length + list.moved.length
}

/**
 * The neighbour one goes to; at an end it stays. A conversation that has left the list counts as standing where it last
 * stood (`lastAt`), so that one goes on from there and not from the top.
 */
export function neighbour(
  rows: readonly ListedRow[],
  id: string | undefined,
  step: 1 | -1,
  lastAt = 0,
): ListedRow | undefined {
  const at = rows.findIndex((row) => row.id === id)
  const next = at >= 0 ? at + step : step === 1 ? lastAt : lastAt - 1
  return rows[Math.max(0, Math.min(rows.length - 1, next))]
}

/** Where one goes when a conversation leaves the list: onward, or at an end the other way. */
export function afterLeaving(rows: readonly ListedRow[], id: string, step: 1 | -1, lastAt = 0): ListedRow | undefined {
  const at = rows.findIndex((row) => row.id === id)
  if (at < 0) return neighbour(rows, id, step, lastAt)
  return rows[at + step] ?? rows[at - step]
}
