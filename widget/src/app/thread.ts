/**
 * The thread as a value: messages merged by id (a newer copy replaces an older one), in the order the desk shows them
 * (time of sending, then received number). Pure; the screen and the stream both build on it.
 */
import type { VisitorMessage } from '@central-desk/contract/widget.ts'
import type { Outgoing } from './outbox.ts'

export function mergeMessages(held: readonly VisitorMessage[], arrived: readonly VisitorMessage[]): VisitorMessage[] {
  const byId = new Map(held.map((message) => [message.id, message]))
  for (const message of arrived) byId.set(message.id, message)
  return [...byId.values()].sort((a, b) => Date.parse(a.sentAt) - Date.parse(b.sentAt) || a.number - b.number)
}

/** The newest received number: what a stream asks to continue after. 0 when nothing is held. */
export function newestNumber(messages: readonly VisitorMessage[]): number {
  return messages.reduce((newest, message) => Math.max(newest, message.number), 0)
}

export function oldestNumber(messages: readonly VisitorMessage[]): number {
  return messages.reduce((oldest, message) => Math.min(oldest, message.number), Number.MAX_SAFE_INTEGER)
}

export function countUnread(messages: readonly VisitorMessage[], readNumber: number): number {
  return messages.filter((message) => message.from === 'desk' && message.number > readNumber).length
}

export type Row =
  | { kind: 'day'; key: string; at: Date }
  | { kind: 'message'; key: string; message: VisitorMessage; isFirst: boolean; isLast: boolean }
  | { kind: 'outgoing'; key: string; outgoing: Outgoing }

/** Messages of one author closer than this stand together, with one name above and one time below. */
const TOGETHER_MS = 5 * 60_000

const dayOf = (at: Date) => at.toDateString()

function areTogether(a: VisitorMessage | undefined, b: VisitorMessage | undefined): boolean {
  if (!a || !b || a.from !== b.from || a.authorName !== b.authorName) return false
  const [before, after] = [new Date(a.sentAt), new Date(b.sentAt)]
  return after.getTime() - before.getTime() < TOGETHER_MS && dayOf(before) === dayOf(after)
}

/** What the screen shows, top to bottom. What is still on its way stands last, also when it was written earlier. */
export function rowsOf(messages: readonly VisitorMessage[], outgoing: readonly Outgoing[]): Row[] {
  const rows: Row[] = []
  let day = ''
  const open = (sentAt: string) => {
    const at = new Date(sentAt)
    if (dayOf(at) === day) return
    day = dayOf(at)
    rows.push({ kind: 'day', key: `day ${day} ${rows.length}`, at })
  }
  messages.forEach((message, index) => {
    open(message.sentAt)
    const isFirst = !areTogether(messages[index - 1], message)
    const isLast = !areTogether(message, messages[index + 1])
    // A message keeps the key of the bubble that was painted while it was on its way.
    rows.push({ kind: 'message', key: message.clientMessageId ?? message.id, message, isFirst, isLast })
  })
  for (const item of outgoing) {
    if (rows.length === 0) open(item.sentAt)
    rows.push({ kind: 'outgoing', key: item.clientMessageId, outgoing: item })
  }
  return rows
}
