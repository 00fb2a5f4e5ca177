/**
 * Keeps the workspace fresh: opens the event stream once the first answer said where to go on from, applies each event
 * to the caches, and tells the state of the line. A `reset` reads the visible lists again; scroll and focus stay.
 */
import { countConversations } from '@central-desk/contract/conversations.ts'
import type { DeskEvent } from '@central-desk/contract/events.ts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { call } from '../lib/api.ts'
import { EventLog } from '../lib/event-log.ts'
import { isPassing, Refusal } from '../lib/refusal.ts'
import { type LinkState, openStream } from '../lib/stream.ts'
import { applyEvent } from './apply-event.ts'
import { cacheKeys, useDesk } from './desk.tsx'
import { useSession } from './session.tsx'

interface Live {
  state: LinkState
  log: EventLog<DeskEvent>
  /** Told each event after the caches are patched: sounds, spoken messages. */
  subscribe: (listener: (event: DeskEvent) => void) => () => void
}

/** Answers to whom a workspace is shut. */
const SHUT: ReadonlySet<string> = new Set(['not_found', 'forbidden'])

const LiveContext = createContext<Live | null>(null)

export function useLive(): Live {
  const live = useContext(LiveContext)
  if (!live) throw new Error('useLive needs LiveProvider above it')
  return live
}

function useCountsQuery() {
  const { workspaceId } = useDesk()
  return useQuery({
    queryKey: cacheKeys.counts(workspaceId),
    queryFn: ({ signal }) => call(countConversations, { params: { workspaceId }, signal }),
    // The stream begins at the number this answers, so it is asked until it is answered.
    retry: (_failures, error) => isPassing(error),
  })
}

export function useCounts() {
  return useCountsQuery().data
}

export function LiveProvider({ children }: { children: ReactNode }) {
  const { workspaceId, memberId } = useDesk()
  const queries = useQueryClient()
  const { reload } = useSession()
  const [state, setState] = useState<LinkState>('live')
  const [log] = useState(() => new EventLog<DeskEvent>())
  const [listeners] = useState(() => new Set<(event: DeskEvent) => void>())
  const counts = useCountsQuery()
  const first = counts.data?.eventNumber
  const isKnown = first !== undefined

  // biome-ignore lint/correctness/useExhaustiveDependencies: only the first number opens the stream
  useEffect(() => {
    if (first === undefined) return
    log.begin(first)
    return openStream({
      workspaceId,
      cursor: () => log.cursor(),
      onEvent: (event) => {
        if (!log.add(event)) return
        applyEvent(queries, { workspaceId, memberId }, event)
        // One's own role may be what changed.
        if (event.kind === 'members.changed') reload()
        for (const listener of listeners) listener(event)
      },
      onNumber: (number) => log.skipTo(number),
      onReset: (number) => {
        log.reset(number)
        queries.invalidateQueries({ queryKey: [workspaceId] })
      },
      onState: setState,
      onShut: reload,
    })
  }, [workspaceId, memberId, isKnown])

  // Removed before the stream began: the session knows better than this page where one belongs.
  useEffect(() => {
    if (counts.error instanceof Refusal && SHUT.has(counts.error.code)) reload()
  }, [counts.error, reload])

  // What could not be read while the line was cut is read now; nobody has to press anything.
  useEffect(() => {
    if (state !== 'live') return
    queries.refetchQueries({ type: 'active', predicate: (query) => query.state.status === 'error' })
  }, [state, queries])

  const live = useMemo<Live>(
    () => ({
      state,
      log,
      subscribe: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    }),
    [state, log, listeners],
  )
  return <LiveContext value={live}>{children}</LiveContext>
}
