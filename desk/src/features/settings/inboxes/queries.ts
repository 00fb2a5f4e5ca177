/**
 * What the inbox pages read and change. A ledger is read again while one looks at it: soon after messages came or went,
 * and every while for what makes no event (waiting, unreadable).
 */
import type { DeskEvent } from '@central-desk/contract/events.ts'
import {
  getLedger,
  type Inbox,
  type InboxSettings,
  type Ledger,
  listUnreadableEvents,
  updateInbox,
} from '@central-desk/contract/inboxes.ts'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef } from 'react'
import { cacheKeys, useDesk } from '../../../app/desk.tsx'
import { useLive } from '../../../app/live.tsx'
import { call } from '../../../lib/api.ts'

const LEDGER_EVERY_MS = 15_000
const AFTER_EVENT_MS = 1_000

const ledgerKey = (workspaceId: string, inboxId: string) => [workspaceId, 'ledger', inboxId] as const
const unreadableKey = (workspaceId: string, inboxId: string) => [workspaceId, 'unreadable', inboxId] as const

/** The numbers of an inbox, for those who may read them; undefined data for everybody else. */
export function useLedger(inboxId: string) {
  const { workspaceId, may } = useDesk()
  return useQuery<Ledger>({
    queryKey: ledgerKey(workspaceId, inboxId),
    queryFn: ({ signal }) => call(getLedger, { params: { workspaceId, inboxId }, signal }),
    enabled: may('ledger.read'),
    refetchInterval: LEDGER_EVERY_MS,
  })
}

const MOVES: ReadonlySet<string> = new Set(['message.created', 'message.delivery'])

/** Reads ledgers, and the time of the last message, again soon after something moved; a burst asks once. */
export function useLiveLedgers(): void {
  const { workspaceId } = useDesk()
  const { subscribe } = useLive()
  const queries = useQueryClient()
  const moved = useRef(new Set<string>())
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      timer = undefined
      for (const inboxId of moved.current) queries.invalidateQueries({ queryKey: ledgerKey(workspaceId, inboxId) })
      moved.current.clear()
      queries.invalidateQueries({ queryKey: cacheKeys.inboxes(workspaceId) })
    }
    const stop = subscribe((event: DeskEvent) => {
      if (!MOVES.has(event.kind) || !event.conversation) return
      moved.current.add(event.conversation.inboxId)
      timer ??= setTimeout(refresh, AFTER_EVENT_MS)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [workspaceId, subscribe, queries])
}

/** Read again whenever the ledger counts another number of them. */
export function useUnreadable(inboxId: string) {
  const { workspaceId } = useDesk()
  const queries = useQueryClient()
  const count = useLedger(inboxId).data?.unreadable
  const known = useRef(count)
  useEffect(() => {
    if (known.current !== undefined && known.current !== count) {
      queries.invalidateQueries({ queryKey: unreadableKey(workspaceId, inboxId) })
    }
    known.current = count
  }, [count, queries, workspaceId, inboxId])
  return useInfiniteQuery({
    queryKey: unreadableKey(workspaceId, inboxId),
    queryFn: ({ pageParam, signal }) => {
      const query = pageParam === null ? {} : { cursor: pageParam }
      return call(listUnreadableEvents, { params: { workspaceId, inboxId }, query, signal })
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  })
}

/** Reads list and numbers again, at once and a moment later, when the event has been looked at. */
export function useRefreshUnreadable(inboxId: string): () => void {
  const { workspaceId } = useDesk()
  const queries = useQueryClient()
  return useCallback(() => {
    const refresh = () => {
      queries.invalidateQueries({ queryKey: unreadableKey(workspaceId, inboxId) })
      queries.invalidateQueries({ queryKey: ledgerKey(workspaceId, inboxId) })
    }
    refresh()
    setTimeout(refresh, AFTER_EVENT_MS)
  }, [queries, workspaceId, inboxId])
}

export interface InboxChange {
  name?: string
  isEnabled?: boolean
  settings?: InboxSettings
}

/** Changes an inbox and puts the answer into the list. */
export function useUpdateInbox(inboxId: string): (change: InboxChange) => Promise<Inbox> {
  const { workspaceId } = useDesk()
  const queries = useQueryClient()
  return useCallback(
    async (change) => {
      const saved = await call(updateInbox, { params: { workspaceId, inboxId }, body: change })
      queries.setQueryData<Inbox[]>(cacheKeys.inboxes(workspaceId), (inboxes) =>
        inboxes?.map((inbox) => (inbox.id === inboxId ? saved : inbox)),
      )
      return saved
    },
    [queries, workspaceId, inboxId],
  )
}
