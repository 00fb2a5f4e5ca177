/**
 * Which view a conversation stands in, and what is new in it for oneself. The server answers lists by the same rules;
 * here they say at once what an event or an own act changes, before the server is asked again.
 */
import type { ConversationRow, ListedRow, Sort, View } from '@central-desk/contract/conversations.ts'

export interface ListFilter {
  view: View
  inboxId?: string | undefined
  tagId?: string | undefined
  contactId?: string | undefined
  sort?: Sort | undefined
}

const isActive = (row: ConversationRow) => row.status === 'open' || row.status === 'pending'

export function belongsToView(view: View, row: ConversationRow, memberId: string): boolean {
  if (view === 'mine') return isActive(row) && row.assigneeId === memberId
  if (view === 'unassigned') return isActive(row) && row.assigneeId === null
  if (view === 'all') return isActive(row)
  return row.status === view
}

export function belongsToList(filter: ListFilter, row: ConversationRow, memberId: string): boolean {
  if (filter.inboxId && row.inboxId !== filter.inboxId) return false
  if (filter.tagId && !row.tagIds.includes(filter.tagId)) return false
  if (filter.contactId && row.contact.id !== filter.contactId) return false
  return belongsToView(filter.view, row, memberId)
}

/**
 * Unread is a person's own: a contact wrote something newer than what this reader has seen. What somebody blocked wrote
 * is news to nobody.
 */
export function isUnread(row: Pick<ListedRow, 'lastInboundNumber' | 'mine' | 'contact'>): boolean {
  return row.lastInboundNumber > row.mine.readNumber && !row.contact.isBlocked
}

/** Newest activity first; equal times by id, so that every screen shows one order. */
function byActivity(a: ConversationRow, b: ConversationRow): number {
  if (a.lastActivityAt !== b.lastActivityAt) return a.lastActivityAt < b.lastActivityAt ? 1 : -1
  return a.id < b.id ? 1 : -1
}

/** Who waits longest comes first; behind them those who do not wait. */
function byWaiting(a: ConversationRow, b: ConversationRow): number {
  if (a.waitingSince !== b.waitingSince) return (a.waitingSince ?? LAST) < (b.waitingSince ?? LAST) ? -1 : 1
  return a.id < b.id ? -1 : 1
}
/** Behind every instant. */
const LAST = '~'

export type Compare = (a: ConversationRow, b: ConversationRow) => number

export function compareOf(sort: Sort | undefined): Compare {
  return sort === 'waiting' ? byWaiting : byActivity
}

/** Whether a view can be sorted: in the others nobody waits. */
export function isSortable(view: View): boolean {
  return view !== 'snoozed' && view !== 'closed'
}
