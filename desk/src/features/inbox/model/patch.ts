/** What an event or an answer means for a row: the row as told, with what is the reader's own kept or well guessed. */
import type { ConversationRow, ListedRow } from '@central-desk/contract/conversations.ts'
import type { DeskEvent } from '@central-desk/contract/events.ts'

/**
 * The stream says what is the reader's own; whether a draft waits is known better here, where it is being typed. Without
 * the server's word a row met for the first time is unread only when a contact just wrote.
 */
export function listedFrom(
  row: ConversationRow,
  known: ListedRow | undefined,
  event: DeskEvent,
  memberId: string,
): ListedRow {
  const isInbound = event.item?.kind === 'message' && event.item.direction === 'in'
  const guessed = { readNumber: isInbound ? row.lastInboundNumber - 1 : row.lastInboundNumber, hasDraft: false }
  const told = event.mine && { ...event.mine, ...(known ? { hasDraft: known.mine.hasDraft } : {}) }
  const mine = told ?? known?.mine ?? guessed
  const isOwnReply = event.kind === 'message.created' && event.actorMemberId === memberId
  if (!isOwnReply) return { ...row, mine }
  return { ...row, mine: { ...mine, readNumber: Math.max(mine.readNumber, row.lastMessageNumber) } }
}
