/** Lists a view, page by page, by last activity or by who waits longest, and counts the views. */
import type { Sort, View } from '@central-desk/contract/conversations.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { Type } from 'typebox'
import { CursorMoment, CursorUuid, cursorOf } from '../../kernel/cursor.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { openContact } from '../contacts/index.ts'
import type { ListedInside } from './inside.ts'
import { openInbox, openTag } from './open.ts'
import { eventNumber } from './queries.ts'
import { type Counts, countViews, type ListedId, pageOfView } from './row-queries.ts'
import { memberOf, readListed } from './rows.ts'

const recentCursors = cursorOf(Type.Tuple([CursorMoment, CursorUuid]))
/** Null: behind all who wait. */
const waitingCursors = cursorOf(Type.Tuple([Type.Union([CursorMoment, Type.Null()]), CursorUuid]))

export interface ListQuery {
  readonly view: View
  readonly inboxId?: string
  readonly tagId?: string
  readonly contactId?: string
  readonly sort?: Sort
  readonly cursor?: string
  readonly limit?: number
}

export interface ListPage {
  readonly conversations: ListedInside[]
  readonly nextCursor: string | null
  readonly eventNumber: number
}

export async function listConversations(
  tx: WorkspaceTx,
  { cursor, limit = LIMITS.listPageSize, ...filter }: ListQuery,
): Promise<ListPage> {
  const cursors = filter.sort === 'waiting' ? waitingCursors : recentCursors
  const place = cursor === undefined ? null : cursors.read('cursor', cursor)
  const after = place && { moment: place[0] === null ? null : new Date(place[0]), id: place[1] }
  if (filter.inboxId) await openInbox(tx, filter.inboxId)
  if (filter.tagId) await openTag(tx, filter.tagId)
  if (filter.contactId) await openContact(tx, filter.contactId)
  // Asked first: what happens while the rows are read is told again by its event, never missed.
  const number = await eventNumber(tx)
  const found = await pageOfView(tx, { ...filter, memberId: memberOf(tx) }, after, limit + 1)
  const page = found.slice(0, limit)
  const last = found.length > limit ? page.at(-1) : undefined
  return {
    conversations: await readListed(
      tx,
      page.map(({ id }) => id),
    ),
    nextCursor: last ? cursors.write([momentOf(last, filter.sort)?.getTime() ?? null, last.id]) : null,
    eventNumber: number,
  }
}

function momentOf(row: ListedId, sort: Sort | undefined): Date | null {
  return sort === 'waiting' ? row.waiting_since : row.last_activity_at
}

export async function countConversations(tx: WorkspaceTx): Promise<Counts & { eventNumber: number }> {
  const number = await eventNumber(tx)
  return { ...(await countViews(tx, memberOf(tx))), eventNumber: number }
}
