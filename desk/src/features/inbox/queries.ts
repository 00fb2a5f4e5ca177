/**
 * Reading lists, conversations and threads. An answer may be older than events that came while it was on its way, so
 * those are replayed onto it before it is shown; when they are no longer remembered, the question is asked once more.
 */
import { getConversation, getThread, type ListedRow, listConversations } from '@central-desk/contract/conversations.ts'
import type { DeskEvent } from '@central-desk/contract/events.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useRef } from 'react'
import { knownRow } from '../../app/apply-event.ts'
import { cacheKeys, useDesk } from '../../app/desk.tsx'
import { useLive } from '../../app/live.tsx'
import { call } from '../../lib/api.ts'
import type { EventLog } from '../../lib/event-log.ts'
import { appendPage, applyRow, type ListState, listOf, type Page } from './model/list.ts'
import { listedFrom } from './model/patch.ts'
import { applyThreadEvent, prependPage, type ThreadState } from './model/thread.ts'
import type { ListFilter } from './model/views.ts'

type Log = EventLog<DeskEvent>

/** Asks, and asks again once when the answer is older than what is remembered. */
async function fresh<A extends { eventNumber: number }>(log: Log, ask: () => Promise<A>) {
  const answer = await ask()
  const later = log.after(answer.eventNumber)
  if (later) return { answer, later }
  const second = await ask()
  return { answer: second, later: log.after(second.eventNumber) ?? [] }
}

export function listKey(workspaceId: string, filter: ListFilter) {
  return cacheKeys.list(workspaceId, filter.view, JSON.stringify(filter))
}

function listQuery(workspaceId: string, memberId: string, log: Log, filter: ListFilter, queries: QueryClient) {
  const queryKey = listKey(workspaceId, filter)
  return {
    queryKey,
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<ListState> => {
      const query = { ...filter, limit: LIMITS.listPageSize }
      const { answer, later } = await fresh(log, () =>
        call(listConversations, { params: { workspaceId }, query, signal }),
      )
      const isHolding = queries.getQueryData<ListState>(queryKey)?.isHolding ?? false
      return replay(listOf(answer, { isHolding, sort: filter.sort ?? 'recent' }), filter, later, memberId)
    },
  }
}

function replay(list: ListState, filter: ListFilter, later: readonly DeskEvent[], memberId: string): ListState {
  return later.reduce((now, event) => {
    if (!event.conversation) return now
    const known = now.rows.find((row) => row.id === event.conversationId)
    return applyRow(now, filter, listedFrom(event.conversation, known, event, memberId), memberId)
  }, list)
}

export function useConversationList(filter: ListFilter) {
  const { workspaceId, memberId } = useDesk()
  const { log } = useLive()
  const queries = useQueryClient()
  const isReading = useRef(false)
  const query = useQuery(listQuery(workspaceId, memberId, log, filter, queries))

  const update = useCallback(
    (change: (list: ListState) => ListState) =>
      queries.setQueryData<ListState>(listKey(workspaceId, filter), (list) => list && change(list)),
    [queries, workspaceId, filter],
  )
  const readMore = useCallback(async () => {
    const cursor = queries.getQueryData<ListState>(listKey(workspaceId, filter))?.nextCursor
    if (!cursor || isReading.current) return
    isReading.current = true
    try {
      const page: Page = await call(listConversations, {
        params: { workspaceId },
        query: { ...filter, cursor, limit: LIMITS.listPageSize },
      })
      update((list) => (list.nextCursor === cursor ? appendPage(list, page) : list))
    } catch {
      // The end of the list asks again when it is scrolled to.
    } finally {
      isReading.current = false
    }
  }, [queries, workspaceId, filter, update])
  return { query, update, readMore }
}

export function useConversation(conversationId: string) {
  const { workspaceId } = useDesk()
  const queries = useQueryClient()
  return useQuery<ListedRow>({
    queryKey: cacheKeys.conversation(workspaceId, conversationId),
    queryFn: ({ signal }) => call(getConversation, { params: { workspaceId, conversationId }, signal }),
    // A row of the list is as good as the answer: events keep it fresh.
    initialData: () => knownRow(queries, workspaceId, conversationId),
  })
}

function threadQuery(workspaceId: string, conversationId: string, log: Log) {
  return {
    queryKey: cacheKeys.thread(workspaceId, conversationId),
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<ThreadState> => {
      const params = { workspaceId, conversationId }
      const query = { limit: LIMITS.threadPageSize }
      const { answer, later } = await fresh(log, () => call(getThread, { params, query, signal }))
      return later
        .filter((event) => event.conversationId === conversationId)
        .reduce<ThreadState>(applyThreadEvent, answer)
    },
  }
}

export function useThread(conversationId: string) {
  const { workspaceId } = useDesk()
  const { log } = useLive()
  const queries = useQueryClient()
  const isReading = useRef(false)
  const query = useQuery(threadQuery(workspaceId, conversationId, log))
  const readOlder = useCallback(async () => {
    const key = cacheKeys.thread(workspaceId, conversationId)
    const before = queries.getQueryData<ThreadState>(key)?.previousCursor
    if (!before || isReading.current) return
    isReading.current = true
    try {
      const page: ThreadState = await call(getThread, {
        params: { workspaceId, conversationId },
        query: { before, limit: LIMITS.threadPageSize },
      })
      queries.setQueryData<ThreadState>(key, (thread) =>
        thread && thread.previousCursor === before ? prependPage(thread, page) : thread,
      )
    } catch {
      // Scrolling up asks again.
    } finally {
      isReading.current = false
    }
  }, [queries, workspaceId, conversationId])
  return { query, readOlder }
}

/** Reads the first page of a list that nobody looks at yet: for what is counted, and for whoever goes there next. */
export function usePrefetchList() {
  const { workspaceId, memberId } = useDesk()
  const { log } = useLive()
  const queries = useQueryClient()
  return useCallback(
    (filter: ListFilter) => queries.prefetchQuery(listQuery(workspaceId, memberId, log, filter, queries)),
    [queries, workspaceId, memberId, log],
  )
}

/** Reads a thread into memory before it is opened, so that going to the neighbour is instant. */
export function usePrefetchThread() {
  const { workspaceId } = useDesk()
  const { log } = useLive()
  const queries = useQueryClient()
  return useMemo(
    () => (conversationId: string) => {
      queries.prefetchQuery(threadQuery(workspaceId, conversationId, log))
    },
    [queries, workspaceId, log],
  )
}
