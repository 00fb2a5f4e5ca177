/**
 * From items to what the eye reads: a separator per day, a divider before what is new, messages of one author close
 * together, activity folded into one line. Unsent messages stand at the end, unless the server already told of them.
 */
import type { Activity, Message, Note, ThreadItem } from '@central-desk/contract/conversations.ts'
import type { OutboxEntry } from './outbox.ts'
import { keyOf } from './thread.ts'

/** The beginning of a conversation is no act: the top of the thread says it. */
export type ActivityItem = Extract<ThreadItem, { kind: 'activity' }> & {
  what: Exclude<Activity['what'], 'opened'>
}

export type ThreadRow =
  | { kind: 'day'; key: string; at: Date }
  | { kind: 'new'; key: string }
  | { kind: 'message'; key: string; message: Message; isFirst: boolean; isLast: boolean }
  | { kind: 'note'; key: string; note: Note; isFirst: boolean; isLast: boolean }
  | { kind: 'activities'; key: string; activities: readonly ActivityItem[] }
  | { kind: 'unsent'; key: string; entry: OutboxEntry; isFirst: boolean; isLast: boolean }

/** Messages of one author within this time read as one breath. */
export const GROUP_WITHIN_MS = 5 * 60_000

export interface RowOptions {
  dayKey: (at: Date) => string
  /** How far one had read when the conversation was opened; null draws no divider. */
  readNumber: number | null
  /**
   * Older items exist that were not read. Then nothing is drawn above the first item: where its day and what is new
   * begin is not known yet, and a line that moves away when older items come would make the thread jump.
   */
  hasOlder: boolean
}

export function threadRows(
  items: readonly ThreadItem[],
  unsent: readonly OutboxEntry[],
  options: RowOptions,
): readonly ThreadRow[] {
  const rows: ThreadRow[] = []
  const stored = new Set(items.flatMap((item) => (item.kind === 'activity' ? [] : (item.clientMessageId ?? []))))
  let day = ''
  let hasDivider = options.readNumber === null
  const isUnknownStart = () => rows.length === 0 && options.hasOlder
  const newDay = (at: Date) => {
    const key = options.dayKey(at)
    if (key === day) return
    const isKnown = !isUnknownStart()
    day = key
    if (isKnown) rows.push({ kind: 'day', key: `day-${key}`, at })
  }
  for (const item of items) {
    if (item.kind === 'activity' && !isAct(item)) continue
    const isStart = isUnknownStart()
    newDay(new Date(item.sentAt))
    if (!hasDivider && item.kind === 'message' && item.direction === 'in' && item.number > (options.readNumber ?? 0)) {
      hasDivider = true
      if (!isStart) rows.push({ kind: 'new', key: 'new' })
    }
    addItemRow(rows, item)
  }
  for (const entry of unsent) {
    // A conflict is shown over the composer, where it is decided.
    if (stored.has(entry.clientMessageId) || entry.state === 'conflict') continue
    newDay(new Date(entry.createdAtMs))
    rows.push({ kind: 'unsent', key: `client-${entry.clientMessageId}`, entry, isFirst: true, isLast: true })
  }
  return group(rows)
}

function isAct(activity: Activity): activity is ActivityItem {
  return activity.what !== 'opened'
}

function addItemRow(rows: ThreadRow[], item: Message | Note | ActivityItem): void {
  const last = rows.at(-1)
  if (item.kind === 'activity') {
    if (last?.kind === 'activities') rows[rows.length - 1] = { ...last, activities: [...last.activities, item] }
    else rows.push({ kind: 'activities', key: keyOf(item), activities: [item] })
  } else if (item.kind === 'note') {
    rows.push({ kind: 'note', key: keyOf(item), note: item, isFirst: true, isLast: true })
  } else {
    rows.push({ kind: 'message', key: keyOf(item), message: item, isFirst: true, isLast: true })
  }
}

/** Who wrote it and when; unsent ones are one's own. Null for what never joins a group. */
function voiceOf(row: ThreadRow | undefined): { who: string; atMs: number } | null {
  if (row?.kind === 'message') {
    const { direction, authorKind, authorMemberId, sentAt } = row.message
    return { who: `${direction} ${authorKind} ${authorMemberId ?? ''}`, atMs: Date.parse(sentAt) }
  }
  if (row?.kind === 'note') return { who: `note ${row.note.authorMemberId ?? ''}`, atMs: Date.parse(row.note.sentAt) }
  if (row?.kind === 'unsent') return { who: `unsent ${row.entry.mode}`, atMs: row.entry.createdAtMs }
  return null
}

function joins(a: ThreadRow | undefined, b: ThreadRow | undefined): boolean {
  const first = voiceOf(a)
  const second = voiceOf(b)
  return first !== null && second !== null && first.who === second.who && second.atMs - first.atMs <= GROUP_WITHIN_MS
}

function group(rows: readonly ThreadRow[]): readonly ThreadRow[] {
  return rows.map((row, index) => {
    if (row.kind !== 'message' && row.kind !== 'note' && row.kind !== 'unsent') return row
    return { ...row, isFirst: !joins(rows[index - 1], row), isLast: !joins(row, rows[index + 1]) }
  })
}
