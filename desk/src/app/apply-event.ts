/**
 * Patches the query cache by one event of the stream: rows in every list that was read, the thread when it is in memory,
 * one's own read mark. What an event does not carry is read again; counts at most once in a while.
 */
import { getConversation, type ListedRow } from '@central-desk/contract/conversations.ts'
import type { DeskEvent } from '@central-desk/contract/events.ts'
import type { QueryClient } from '@tanstack/react-query'
import { isOwnDraftSave } from '../features/inbox/draft-saves.ts'
import { applyRow, type ListState, patchMine } from '../features/inbox/model/list.ts'
import { listedFrom } from '../features/inbox/model/patch.ts'
import { applyThreadEvent, type ThreadState } from '../features/inbox/model/thread.ts'
import type { ListFilter } from '../features/inbox/model/views.ts'
import { call } from '../lib/api.ts'
import { cacheKeys } from './desk.tsx'

export interface Where {
  workspaceId: string
  memberId: string
}

const COUNTS_EVERY_MS = 1_500
const COUNTED: ReadonlySet<string> = new Set(['message.created', 'conversation.changed'])

export function applyEvent(queries: QueryClient, where: Where, event: DeskEvent): void {
  const ws = where.workspaceId
  const reread = (queryKey: readonly unknown[]) => queries.invalidateQueries({ queryKey })
  switch (event.kind) {
    case 'tags.changed':
      reread(cacheKeys.tags(ws))
      break
    case 'members.changed':
      reread(cacheKeys.members(ws))
      reread(cacheKeys.invitations(ws))
      break
    case 'inboxes.changed':
      reread(cacheKeys.inboxes(ws))
      break
    case 'savedReplies.changed':
      reread(cacheKeys.savedReplies(ws))
      break
    case 'workspace.changed':
      reread(cacheKeys.workspace(ws))
      break
    case 'contact.changed':
      if (event.contactId) rereadContact(queries, where, event.contactId)
      break
    case 'reading.marked':
      if (event.conversationId && event.readNumber !== undefined) {
        patchOwn(queries, ws, event.conversationId, { readNumber: event.readNumber })
      }
      break
    case 'draft.changed':
      if (event.conversationId && !isOwnDraftSave(event.conversationId, Date.now())) {
        if (event.mine) patchOwn(queries, ws, event.conversationId, { hasDraft: event.mine.hasDraft })
        else refreshRow(queries, where, event.conversationId)
        reread(cacheKeys.drafts(ws, event.conversationId))
      }
      break
    default:
      applyToConversation(queries, where, event)
  }
  if (COUNTED.has(event.kind)) rereadCountsSoon(queries, ws)
}

function applyToConversation(queries: QueryClient, where: Where, event: DeskEvent): void {
  const id = event.conversationId
  if (!id) return
  queries.setQueryData<ThreadState>(cacheKeys.thread(where.workspaceId, id), (thread) =>
    thread ? applyThreadEvent(thread, event) : undefined,
  )
  if (!event.conversation) return
  const known = knownRow(queries, where.workspaceId, id)
  putRow(queries, where, listedFrom(event.conversation, known, event, where.memberId))
  if (!known && !event.mine) refreshRow(queries, where, id)
}

/** The newest copy of a row that any list, or the open conversation, holds. */
export function knownRow(queries: QueryClient, ws: string, id: string): ListedRow | undefined {
  const open = queries.getQueryData<ListedRow>(cacheKeys.conversation(ws, id))
  if (open) return open
  for (const [, list] of queries.getQueriesData<ListState>({ queryKey: cacheKeys.lists(ws) })) {
    const row = list?.rows.find((one) => one.id === id) ?? list?.waiting.find((one) => one.id === id)
    if (row) return row
  }
  return undefined
}

/** Puts a row into every list it belongs to, takes it out of the others, and into the open conversation. */
export function putRow(queries: QueryClient, where: Where, row: ListedRow): void {
  queries.setQueryData<ListedRow>(cacheKeys.conversation(where.workspaceId, row.id), (open) => (open ? row : undefined))
  for (const [key, list] of queries.getQueriesData<ListState>({ queryKey: cacheKeys.lists(where.workspaceId) })) {
    if (!list) continue
    queries.setQueryData(key, applyRow(list, filterOf(key), row, where.memberId))
  }
}

/** Every row of a contact that some list, or an open conversation, holds. */
function rowsOfContact(queries: QueryClient, ws: string, contactId: string): ListedRow[] {
  const rows = new Map<string, ListedRow>()
  const add = (row: ListedRow | undefined) => row?.contact.id === contactId && rows.set(row.id, row)
  for (const [, list] of queries.getQueriesData<ListState>({ queryKey: cacheKeys.lists(ws) })) {
    for (const row of [...(list?.rows ?? []), ...(list?.waiting ?? [])]) add(row)
  }
  for (const [, row] of queries.getQueriesData<ListedRow>({ queryKey: cacheKeys.conversations(ws) })) add(row)
  return [...rows.values()]
}

/** What an own block changes, before the server tells of it. */
export function patchContact(queries: QueryClient, where: Where, contactId: string, isBlocked: boolean): void {
  for (const row of rowsOfContact(queries, where.workspaceId, contactId)) {
    const closed = isBlocked ? { status: 'closed' as const, snoozedUntil: null, waitingSince: null } : {}
    putRow(queries, where, { ...row, ...closed, contact: { ...row.contact, isBlocked } })
  }
}

/** Reads again whatever shows a contact: their page, lists of people, and the rows that bear their name. */
export function rereadContact(queries: QueryClient, where: Where, contactId: string): void {
  const ws = where.workspaceId
  queries.invalidateQueries({ queryKey: cacheKeys.contact(ws, contactId) })
  queries.invalidateQueries({ queryKey: cacheKeys.contacts(ws) })
  for (const { id } of rowsOfContact(queries, ws, contactId)) refreshRow(queries, where, id)
}

export function patchOwn(queries: QueryClient, ws: string, id: string, mine: Partial<ListedRow['mine']>): void {
  queries.setQueryData<ListedRow>(cacheKeys.conversation(ws, id), (open) =>
    open ? { ...open, mine: { ...open.mine, ...mine } } : undefined,
  )
  queries.setQueriesData<ListState>({ queryKey: cacheKeys.lists(ws) }, (list) => list && patchMine(list, id, mine))
}

/** The last part of a list's key is its filter. */
export function filterOf(key: readonly unknown[]): ListFilter {
  return JSON.parse(String(key[3])) as ListFilter
}

const refreshing = new Set<string>()

/** Reads one row again; several events about it ask once. */
function refreshRow(queries: QueryClient, where: Where, id: string): void {
  if (refreshing.has(id)) return
  refreshing.add(id)
  setTimeout(async () => {
    refreshing.delete(id)
    try {
      const params = { workspaceId: where.workspaceId, conversationId: id }
      putRow(queries, where, await call(getConversation, { params }))
    } catch {
      // Gone or unreachable: the row stays as the event told it.
    }
  }, 300)
}

let countsTimer: ReturnType<typeof setTimeout> | undefined

function rereadCountsSoon(queries: QueryClient, ws: string): void {
  if (countsTimer !== undefined) return
  countsTimer = setTimeout(() => {
    countsTimer = undefined
    queries.invalidateQueries({ queryKey: cacheKeys.counts(ws) })
  }, COUNTS_EVERY_MS)
}
