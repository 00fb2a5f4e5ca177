/**
 * The tab's title, its icon and the badge of the installed app tell how many conversations that concern one (one's own
 * and nobody's) hold something unread, whatever page is open: from every list that was read, and from every event since.
 */
import type { ListedRow } from '@central-desk/contract/conversations.ts'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { ListState } from '../features/inbox/model/list.ts'
import { listedFrom } from '../features/inbox/model/patch.ts'
import { belongsToView, isUnread } from '../features/inbox/model/views.ts'
import { usePrefetchList } from '../features/inbox/queries.ts'
import { useSort } from '../features/inbox/use-sort.ts'
import { knownRow } from './apply-event.ts'
import { cacheKeys, useDesk } from './desk.tsx'
import { useLive } from './live.tsx'
import { setTitleCount } from './page-states.tsx'

const LOOK_AFTER_MS = 150
/** The page's own reading comes first. */
const READ_LISTS_AFTER_MS = 1_500

function concerns(row: ListedRow, memberId: string): boolean {
  return isUnread(row) && (belongsToView('mine', row, memberId) || belongsToView('unassigned', row, memberId))
}

function countUnread(queries: QueryClient, ws: string, memberId: string, told: ReadonlyMap<string, ListedRow>): number {
  const rows = new Map(told)
  for (const [, list] of queries.getQueriesData<ListState>({ queryKey: cacheKeys.lists(ws) })) {
    for (const row of [...(list?.rows ?? []), ...(list?.waiting ?? [])]) rows.set(row.id, row)
  }
  for (const [, row] of queries.getQueriesData<ListedRow>({ queryKey: cacheKeys.conversations(ws) })) {
    if (row) rows.set(row.id, row)
  }
  return [...rows.values()].filter((row) => concerns(row, memberId)).length
}

export function UnreadSigns() {
  const { workspaceId, memberId, format } = useDesk()
  const { subscribe } = useLive()
  const queries = useQueryClient()
  const prefetch = usePrefetchList()
  const [sort] = useSort()
  const [unread, setUnread] = useState(0)

  useEffect(() => {
    /** What only events told of: no list that was read holds it. */
    const told = new Map<string, ListedRow>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        setUnread(countUnread(queries, workspaceId, memberId, told))
      }, LOOK_AFTER_MS)
    }
    const stopEvents = subscribe((event) => {
      const { conversationId: id, conversation } = event
      if (!id) return
      const known = told.get(id)
      if (knownRow(queries, workspaceId, id)) told.delete(id)
      else if (conversation) told.set(id, listedFrom(conversation, known, event, memberId))
      else if (known && event.readNumber !== undefined) {
        told.set(id, { ...known, mine: { ...known.mine, readNumber: event.readNumber } })
      }
      look()
    })
    const stopCache = queries.getQueryCache().subscribe(({ type, query }) => {
      if (type === 'updated' && query.queryKey[0] === workspaceId) look()
    })
    look()
    return () => {
      stopEvents()
      stopCache()
      clearTimeout(timer)
    }
  }, [queries, workspaceId, memberId, subscribe])

  // Whoever begins on another page than the inbox is told what waits there, too.
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const view of ['mine', 'unassigned'] as const) prefetch(sort === 'waiting' ? { view, sort } : { view })
    }, READ_LISTS_AFTER_MS)
    return () => clearTimeout(timer)
  }, [prefetch, sort])

  useEffect(() => {
    setTitleCount(unread > 0 ? format.count(unread) : null)
    document.getElementById('favicon')?.setAttribute('href', unread > 0 ? '/favicon-unread.svg' : '/favicon.svg')
    if ('setAppBadge' in navigator) navigator.setAppBadge(unread).catch(() => {})
  }, [unread, format])
  useEffect(
    () => () => {
      setTitleCount(null)
      document.getElementById('favicon')?.setAttribute('href', '/favicon.svg')
      if ('clearAppBadge' in navigator) navigator.clearAppBadge().catch(() => {})
    },
    [],
  )
  return null
}
