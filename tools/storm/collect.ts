/**
 * Reads everything a desk shows, as an agent does: lists page by page, threads page by page from the newest item to the
 * oldest. What HTTP cannot tell (rows that no page shows, events that were set apart or wait) is asked in SQL by a login
 * that no policy holds.
 */
import type pg from 'pg'
import type { Seen, Thread } from './check.ts'

/** Asks for a path below `/api/v1/workspaces/ID/` as an agent, or below `/widget/api/KEY/` as a visitor; the parsed body. */
export type Ask = (path: string) => Promise<unknown>

type Item = {
  readonly kind: string
  readonly id: string
  readonly number: number
  readonly direction: 'in' | 'out'
  readonly text: string
  readonly sentAt: string
  readonly delivery: { readonly state: string } | null
}
type Page = { readonly items: readonly Item[]; readonly previousCursor: string | null }
type Listed = { readonly id: string; readonly channel: string }
type ListPage = { readonly conversations: readonly Listed[]; readonly nextCursor: string | null }

const VIEWS = ['all', 'snoozed', 'closed'] as const
const PAGES_MAX = 10_000

export async function readWorkspace(ask: Ask): Promise<Thread[]> {
  const threads: Thread[] = []
  for (const { id: conversationId, channel } of await conversations(ask)) {
    threads.push({ conversationId, channel, messages: await readThread(ask, conversationId) })
  }
  return threads
}

async function conversations(ask: Ask): Promise<Listed[]> {
  const listed: Listed[] = []
  for (const view of VIEWS) {
    let cursor: string | null = null
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const after: string = cursor === null ? '' : `&cursor=${cursor}`
      const page = (await ask(`conversations?view=${view}&limit=100${after}`)) as ListPage
      listed.push(...page.conversations)
      cursor = page.nextCursor
      if (cursor === null) break
    }
  }
  return listed
}

/** Pages come newest first, each in display order; together they are the whole in display order. */
async function readThread(ask: Ask, conversationId: string): Promise<Seen[]> {
  const messages: Seen[] = []
  let cursor: string | null = null
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const before: string = cursor === null ? '' : `&before=${cursor}`
    const page = (await ask(`conversations/${conversationId}/thread?limit=50${before}`)) as Page
    messages.unshift(...page.items.filter(({ kind }) => kind === 'message').map(seen))
    cursor = page.previousCursor
    if (cursor === null) return messages
  }
  throw new Error('a thread has no end')
}

function seen({ id, number, direction, text, sentAt, delivery }: Item): Seen {
  return { id, number, direction, text, sentAt_ms: Date.parse(sentAt), state: delivery?.state ?? null }
}

type VisitorPage = {
  readonly messages: readonly { readonly number: number; readonly text: string }[]
  readonly hasMore: boolean
}

/** The texts that a visitor reads, from the first to the newest. */
export async function readVisit(ask: Ask): Promise<string[]> {
  const texts: string[] = []
  let after = 0
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const page = (await ask(`messages?after=${after}`)) as VisitorPage
    texts.push(...page.messages.map(({ text }) => text))
    after = page.messages.at(-1)?.number ?? after
    if (!page.hasMore) return texts
  }
  throw new Error('a visit has no end')
}

export type Rows = {
  readonly messages: number
  readonly pending: number
  readonly unreadable: number
  /** Deliveries that are on their way still. */
  readonly underWay: number
  /** Numbers that no event of its workspace has, below the highest that one has. */
  readonly gaps: number
}

/** Of these workspaces. */
export async function countRows(client: pg.Client, workspaceIds: readonly string[]): Promise<Rows> {
  const { rows } = await client.query<Rows>(
    `
    select
      (select count(*)::int from desk.message where workspace_id = any ($1)) as messages,
      (select count(*)::int from desk.inbound_event where workspace_id = any ($1) and state = 'pending') as pending,
      (select count(*)::int from desk.inbound_event where workspace_id = any ($1) and state = 'unreadable')
        as unreadable,
      (select count(*)::int from desk.delivery where workspace_id = any ($1) and state in ('queued', 'sending'))
        as "underWay",
      (select coalesce(sum(missing), 0)::int from (
        select max(number) - count(*) as missing from desk.event where workspace_id = any ($1) group by workspace_id
      ) as numbered) as gaps
  `,
    [workspaceIds],
  )
  return rows[0] as Rows
}
