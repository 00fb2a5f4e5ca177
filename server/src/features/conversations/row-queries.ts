/** SQL of lists: pages of a view, counts, and what a row shows. */
import type { ConversationStatus, Sort, View } from '@central-desk/contract/conversations.ts'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { ConversationTable, DeliveryTable, MessageTable } from '../../kernel/tables.ts'

export interface ViewFilter {
  readonly view: View
  readonly memberId: string
  readonly inboxId?: string
  readonly tagId?: string
  readonly contactId?: string
  readonly sort?: Sort
}
/** Last activity, or since when somebody waits; null: behind all who wait. */
export interface ListPlace {
  readonly moment: Date | null
  readonly id: string
}

const STATUSES_OF: Readonly<Record<View, readonly ConversationStatus[]>> = {
  mine: ['open', 'pending'],
  unassigned: ['open', 'pending'],
  all: ['open', 'pending'],
  snoozed: ['snoozed'],
  closed: ['closed'],
}

export type ListedId = Pick<Selectable<ConversationTable>, 'id' | 'last_activity_at' | 'waiting_since'>

/** As `conversation_waiting` has it. */
const WAITING = sql<Date>`coalesce(waiting_since, 'infinity'::timestamptz)`

/**
 * Newest activity first, or who waits longest. Each status is one walk along an index; a view of two statuses merges
 * two short walks.
 */
export async function pageOfView(
  tx: WorkspaceTx,
  filter: ViewFilter,
  after: ListPlace | null,
  limit: number,
): Promise<ListedId[]> {
  const [first, ...others] = STATUSES_OF[filter.view].map((status) => {
    const walk = walkOfStatus(tx, filter, status, after, limit)
    return tx.db.selectFrom(walk.as('walk')).select(['walk.id', 'walk.last_activity_at', 'walk.waiting_since'])
  })
  if (!first) return []
  const merged = others.reduce((query, other) => query.unionAll(other), first)
  if (filter.sort !== 'waiting') {
    return merged.orderBy('last_activity_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
  }
  return tx.db.selectFrom(merged.as('merged')).selectAll().orderBy(WAITING).orderBy('id').limit(limit).execute()
}

function walkOfStatus(
  tx: WorkspaceTx,
  { view, memberId, inboxId, tagId, contactId, sort }: ViewFilter,
  status: ConversationStatus,
  after: ListPlace | null,
  limit: number,
) {
  let query = tx.db
    .selectFrom('conversation as c')
    .select(['c.id', 'c.last_activity_at', 'c.waiting_since'])
    .where('c.workspace_id', '=', tx.workspaceId)
    .where('c.status', '=', status)
  if (view === 'mine') query = query.where('c.assignee_id', '=', memberId)
  if (view === 'unassigned') query = query.where('c.assignee_id', 'is', null)
  if (inboxId) query = query.where('c.inbox_id', '=', inboxId)
  if (contactId) query = query.where('c.contact_id', '=', contactId)
  if (tagId) {
    query = query.where(({ exists, selectFrom }) =>
      exists(
        selectFrom('conversation_tag as t')
          .select('t.tag_id')
          .where('t.workspace_id', '=', tx.workspaceId)
          .where('t.tag_id', '=', tagId)
          .whereRef('t.conversation_id', '=', 'c.id'),
      ),
    )
  }
  if (sort === 'waiting') {
    const place = after && sql`(coalesce(${after.moment}::timestamptz, 'infinity'), ${after.id}::uuid)`
    if (place) query = query.where(sql<boolean>`(${WAITING}, c.id) > ${place}`)
    return query.orderBy(WAITING).orderBy('c.id').limit(limit)
  }
  if (after) query = query.where(sql<boolean>`(c.last_activity_at, c.id) < (${after.moment}, ${after.id}::uuid)`)
  return query.orderBy('c.last_activity_at', 'desc').orderBy('c.id', 'desc').limit(limit)
}

export type Counts = { mine: number; unassigned: number; all: number; snoozed: number }
export const COUNTED_UP_TO = 100

/** Walks the same indexes as the lists, in their order, and looks at no more rows than it counts. */
export async function countViews(tx: WorkspaceTx, memberId: string): Promise<Counts> {
  const upTo = (view: View, status: ConversationStatus) => {
    const walk = walkOfStatus(tx, { view, memberId }, status, null, COUNTED_UP_TO)
    return sql<number>`(select count(*) from (${walk}) as walk)`
  }
  const counted = (view: View) =>
    sql<number>`least(${COUNTED_UP_TO}, ${sql.join(
      STATUSES_OF[view].map((status) => upTo(view, status)),
      sql` + `,
    )})`
  const { rows } = await sql<Counts>`
    select ${counted('mine')} as mine, ${counted('unassigned')} as unassigned, ${counted('all')} as "all",
           ${counted('snoozed')} as snoozed
  `.execute(tx.db)
  return rows[0] as Counts
}

export type RowRecord = Pick<
  Selectable<ConversationTable>,
  | 'id'
  | 'number'
  | 'inbox_id'
  | 'contact_id'
  | 'status'
  | 'snoozed_until'
  | 'assignee_id'
  | 'last_message_id'
  | 'last_message_number'
  | 'last_inbound_number'
  | 'last_activity_at'
  | 'waiting_since'
  | 'created_at'
> & { channel: string; contact_name_sealed: Buffer | null; contact_blocked_at: Date | null; tag_ids: string[] }

export async function selectRows(tx: WorkspaceTx, ids: readonly string[]): Promise<RowRecord[]> {
  return tx.db
    .selectFrom('conversation as c')
    .innerJoin('contact', (join) =>
      join.onRef('contact.workspace_id', '=', 'c.workspace_id').onRef('contact.id', '=', 'c.contact_id'),
    )
    .select([
      'c.id',
      'c.number',
      'c.inbox_id',
      'c.contact_id',
      'c.status',
      'c.snoozed_until',
      'c.assignee_id',
      'c.last_message_id',
      'c.last_message_number',
      'c.last_inbound_number',
      'c.last_activity_at',
      'c.waiting_since',
      'c.created_at',
      // No join: the planner would begin with the inbox and read all of its conversations.
      sql<string>`(select channel from inbox where inbox.workspace_id = c.workspace_id and inbox.id = c.inbox_id)`.as(
        'channel',
      ),
      'contact.name_sealed as contact_name_sealed',
      'contact.blocked_at as contact_blocked_at',
      sql<string[]>`array(
        select t.tag_id from conversation_tag as t
        where t.workspace_id = c.workspace_id and t.conversation_id = c.id order by t.created_at, t.tag_id
      )`.as('tag_ids'),
    ])
    .where('c.workspace_id', '=', tx.workspaceId)
    .where('c.id', '=', anyOf(ids))
    .execute()
}

export type LastMessageRecord = Pick<
  Selectable<MessageTable>,
  'id' | 'direction' | 'author_kind' | 'author_member_id' | 'preview_sealed' | 'attachment_count' | 'sent_at'
> & { state: Selectable<DeliveryTable>['state'] | null }

export async function selectLastMessages(tx: WorkspaceTx, ids: readonly string[]): Promise<LastMessageRecord[]> {
  if (ids.length === 0) return []
  const { each, isThisOne } = oneByOne(ids)
  const last = tx.db
    .selectFrom('message as m')
    .leftJoin('delivery as d', (join) =>
      join.onRef('d.workspace_id', '=', 'm.workspace_id').onRef('d.message_id', '=', 'm.id'),
    )
    .select([
      'm.id',
      'm.direction',
      'm.author_kind',
      'm.author_member_id',
      'm.preview_sealed',
      'm.attachment_count',
      'm.sent_at',
      'd.state',
    ])
    .where('m.workspace_id', '=', tx.workspaceId)
    .where(isThisOne)
    .limit(1)
  return tx.db
    .selectFrom(each)
    .innerJoinLateral(last.as('last'), (join) => join.onTrue())
    .selectAll('last')
    .execute()
}

export type MarkRecord = {
  conversation_id: string
  member_id: string
  /** Null: a draft of this member waits there. */
  read_number: number | null
}

/** How far these members have read in these conversations, and where they have drafts. */
export async function selectMarks(
  tx: WorkspaceTx,
  conversationIds: readonly string[],
  memberIds: readonly string[],
): Promise<MarkRecord[]> {
  const drafts = tx.db
    .selectFrom('draft')
    .select(['conversation_id', 'member_id', sql<number | null>`null::int`.as('read_number')])
    .where('workspace_id', '=', tx.workspaceId)
    .where('member_id', '=', anyOf(memberIds))
    .where('conversation_id', '=', anyOf(conversationIds))
  return tx.db
    .selectFrom('reading')
    .select(['conversation_id', 'member_id', sql<number | null>`read_number`.as('read_number')])
    .where('workspace_id', '=', tx.workspaceId)
    .where('member_id', '=', anyOf(memberIds))
    .where('conversation_id', '=', anyOf(conversationIds))
    .unionAll(drafts)
    .execute()
}

export function anyOf(ids: readonly string[]): RawBuilder<string> {
  return sql<string>`any(${[...ids]}::uuid[])`
}

/**
 * For messages by their ids: select from `each`, and in a lateral join the one of table `m` that `isThisOne` and limit 1
 * give. So each is looked up in the one month that holds it. A list of ids would be looked for in every month, and what
 * hangs on the messages read whole; the least and the greatest keep the planner from the months outside.
 */
export function oneByOne(ids: readonly string[]) {
  const sorted = [...ids].sort()
  const [least, greatest] = [sorted[0] ?? null, sorted.at(-1) ?? null]
  return {
    each: sql<{ id: string }>`unnest(${sorted}::uuid[])`.as<'wanted'>(sql`wanted(id)`),
    isThisOne: sql<boolean>`m.id = wanted.id and m.id between ${least}::uuid and ${greatest}::uuid`,
  }
}
