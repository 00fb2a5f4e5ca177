/**
 * What agents read all day, as calls over HTTP: lists from the top and deep down, filters, counts, threads, searches. Deep
 * places are looked up once, before anything is timed.
 */
import { encodeId } from '@central-desk/contract/ids.ts'
import type pg from 'pg'
import type { ListQuery } from '../../server/src/features/conversations/list.ts'
import { readThread } from '../../server/src/features/conversations/thread.ts'
import type { Doors, WorkspaceTx } from '../../server/src/kernel/scope.ts'
import type { WorkspacePlan } from './plan.ts'
import { COMMON_QUERY, NEEDLES } from './words.ts'

export type ReadingCase = {
  readonly name: string
  /** Below the workspace's own address. */
  readonly path: string
}
/** A read as the first member of that workspace. */
export type ReadIn = <T>(work: (tx: WorkspaceTx) => Promise<T>) => Promise<T>

const DEEP_PAGES = 40
const DEEP_SHARE = 0.6
const ORDINARY = 500
const noLink = () => ''

export function readerIn(doors: Doors, plan: WorkspacePlan): ReadIn {
  const [memberId = '', userId = ''] = [plan.memberIds[0], plan.userIds[0]]
  const actor = { kind: 'member', memberId, userId, role: 'owner' } as const
  return (work) => doors.inWorkspace({ workspaceId: plan.workspaceId, actor, readOnly: true }, work)
}

export function workspacePath(plan: WorkspacePlan): string {
  return `/api/v1/workspaces/${encodeId('workspace', plan.workspaceId)}`
}

function listCase(name: string, query: ListQuery): ReadingCase {
  const spelled: Record<string, string> = { view: query.view }
  if (query.inboxId) spelled.inboxId = encodeId('inbox', query.inboxId)
  if (query.tagId) spelled.tagId = encodeId('tag', query.tagId)
  if (query.cursor) spelled.cursor = query.cursor
  return { name, path: `/conversations?${new URLSearchParams(spelled)}` }
}

export async function listCases(client: pg.Client, plan: WorkspacePlan): Promise<ReadingCase[]> {
  return [
    listCase('first', { view: 'all' }),
    listCase('deep', { view: 'closed', cursor: await deepCursor(client, plan) }),
    listCase('mine', { view: 'mine' }),
    listCase('unassigned', { view: 'unassigned' }),
    listCase('inbox', { view: 'all', inboxId: plan.inboxes.at(-1)?.id }),
    listCase('tag', { view: 'all', tagId: plan.tagIds[0] }),
    listCase('seldom-tag', { view: 'all', tagId: plan.tagIds[1] }),
    { name: 'counts', path: '/conversation-counts' },
  ]
}

/** The place of a closed conversation that far down, as the list itself spells it. */
async function deepCursor(client: pg.Client, plan: WorkspacePlan): Promise<string> {
  const { rows } = await client.query<{ id: string; at: Date }>(
    `select id, last_activity_at as at from desk.conversation where workspace_id = $1 and status = 'closed'
     order by last_activity_at desc, id desc offset $2 limit 1`,
    [plan.workspaceId, Math.floor(plan.conversations * DEEP_SHARE * DEEP_SHARE)],
  )
  const [row] = rows
  if (!row) throw new Error('there is no closed conversation that far down')
  return Buffer.from(JSON.stringify([row.at.getTime(), row.id])).toString('base64url')
}

export async function threadCases(client: pg.Client, plan: WorkspacePlan, readIn: ReadIn): Promise<ReadingCase[]> {
  const [deep, ordinary] = await Promise.all([idOf(client, plan, 1), idOf(client, plan, ORDINARY)])
  let before: string | undefined
  for (let page = 0; page < DEEP_PAGES; page++) {
    const read = await readIn((tx) => readThread(tx, deep, { before }, noLink))
    before = read.previousCursor ?? before
  }
  const thread = (name: string, id: string, cursor?: string): ReadingCase => ({
    name,
    path: `/conversations/${encodeId('conversation', id)}/thread${cursor ? `?before=${cursor}` : ''}`,
  })
  return [thread('newest', deep), thread('page', deep, before), thread('ordinary', ordinary)]
}

async function idOf(client: pg.Client, plan: WorkspacePlan, number: number): Promise<string> {
  const statement = 'select id from desk.conversation where workspace_id = $1 and number = $2'
  const { rows } = await client.query<{ id: string }>(statement, [plan.workspaceId, number])
  return rows[0]?.id ?? ''
}

export function searchCases(): ReadingCase[] {
  const { rare, first, second, prefix, similar } = NEEDLES
  const asked: readonly [name: string, q: string][] = [
    ['rare', rare.query],
    ['two', `${first.query} ${second.query}`],
    ['bangla', prefix.query],
    ['common', COMMON_QUERY],
    ['banglish', similar.query],
  ]
  return asked.map(([name, q]) => ({
    name,
    path: `/search?${new URLSearchParams({ q })}`,
  }))
}
