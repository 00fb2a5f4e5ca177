/**
 * The inbox: list, conversation, contact side by side; stacked on a phone. Walking through the list, closing and going
 * on, and every key of the list live here, because they join the list with the conversation.
 */
import { VIEWS, type View } from '@central-desk/contract/conversations.ts'
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { useMatch, useNavigate, useParams, useSearchParams } from 'react-router'
import { useCommands } from '../../app/commands/commands.tsx'
import { useDesk } from '../../app/desk.tsx'
import { useCounts } from '../../app/live.tsx'
import { NotFoundPage, useTitle } from '../../app/page-states.tsx'
import { useText } from '../../app/preferences.tsx'
import { ConversationPane } from './conversation-pane.tsx'
import { EmptyPane } from './empty-pane.tsx'
import { ListPane } from './list-pane.tsx'
import { afterLeaving, neighbour } from './model/list.ts'
import { isUnread, type ListFilter } from './model/views.ts'
import { useConversationList, usePrefetchThread } from './queries.ts'
import { undo } from './verbs.ts'
import './inbox.css'

/** Keys that follow each other faster than this are one held key. */
const HELD_WITHIN_MS = 110

export function InboxPage() {
  const { view } = useParams()
  if (!VIEWS.some((one) => one === view)) return <NotFoundPage />
  return <Inbox key={view} view={view as View} />
}

function useListFilter(view: View): ListFilter {
  const [search] = useSearchParams()
  const inboxId = search.get('inbox') ?? undefined
  const tagId = search.get('tag') ?? undefined
  return useMemo(() => ({ view, ...(inboxId ? { inboxId } : {}), ...(tagId ? { tagId } : {}) }), [view, inboxId, tagId])
}

function Inbox({ view }: { view: View }) {
  const text = useText()
  const { slug } = useDesk()
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const match = useMatch('/w/:slug/inbox/:view/c/:conversationId')
  const openId = match?.params.conversationId
  // While J is held the mark in the list runs ahead; the conversation opens where it stops.
  const [ahead, setAhead] = useState<string | null>(null)
  const selectedId = ahead ?? openId
  // The list answers a key at once; the conversation follows when there is time, so that holding J stays smooth.
  const shownId = useDeferredValue(openId)
  const filter = useListFilter(view)
  const list = useConversationList(filter)
  const rows = list.query.data?.rows ?? []
  const focusRow = useRef<(id: string) => void>(() => {})
  const prefetch = usePrefetchThread()
  const unread = useMemo(() => rows.filter(isUnread).length, [rows])
  useUnreadSigns(text.shell[view], unread)

  const base = `/w/${slug}/inbox/${view}`
  const tail = search.toString() ? `?${search}` : ''
  const open = (id: string | undefined) => {
    setAhead(null)
    navigate(id ? `${base}/c/${id}${tail}` : `${base}${tail}`, { replace: openId !== undefined })
  }
  const latest = useRef({ selectedId, open, walkedAtMs: 0 })
  latest.current = { selectedId, open, walkedAtMs: latest.current.walkedAtMs }
  const opening = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const walk = (step: 1 | -1) => {
    const now = performance.now()
    const isHeld = now - latest.current.walkedAtMs < HELD_WITHIN_MS
    const next = neighbour(rows, latest.current.selectedId, step)
    if (!next || next.id === latest.current.selectedId) return
    latest.current = { ...latest.current, selectedId: next.id, walkedAtMs: now }
    clearTimeout(opening.current)
    if (isHeld) {
      setAhead(next.id)
      opening.current = setTimeout(() => latest.current.open(next.id), HELD_WITHIN_MS)
    } else {
      open(next.id)
    }
    focusRow.current(next.id)
  }
  /** The conversation is about to leave the list: open the next one, or show the list. */
  const goOn = (leavingId: string, step: 1 | -1) => {
    const next = afterLeaving(rows, leavingId, step)
    const isNarrow = window.matchMedia('(max-width: 759px)').matches
    open(isNarrow ? undefined : next?.id)
    if (next && !isNarrow) requestAnimationFrame(() => focusRow.current(next.id))
  }
  const back = () => {
    const id = openId
    if (window.matchMedia('(max-width: 759px)').matches) open(undefined)
    if (id) requestAnimationFrame(() => focusRow.current(id))
  }

  useCommands({
    next: () => walk(1),
    previous: () => walk(-1),
    back,
    open: () => {
      const row = document.activeElement?.getAttribute('data-row') ?? rows[0]?.id
      if (row) open(row)
    },
    undo: () => undo(),
    panes: nextPane,
  })

  // The neighbours are read while one reads, so that J and K never wait.
  useEffect(() => {
    if (!shownId) return
    const timer = setTimeout(() => {
      for (const step of [1, -1] as const) {
        const near = neighbour(rows, shownId, step)
        if (near && near.id !== shownId) prefetch(near.id)
      }
    }, 250)
    return () => clearTimeout(timer)
  }, [rows, shownId, prefetch])

  return (
    <main id="main" className="inbox" data-open={openId ? '' : undefined} tabIndex={-1} data-quiet-focus="">
      <h1 className="visually-hidden">
        {text.shell.inbox}: {text.shell[view]}
      </h1>
      <ListPane list={list} filter={filter} view={view} selectedId={selectedId} onWalk={walk} focusRow={focusRow} />
      {shownId && openId ? (
        <ConversationPane key={shownId} conversationId={shownId} view={view} onLeaving={goOn} onBack={back} />
      ) : (
        <EmptyPane />
      )}
    </main>
  )
}

/** F6 walks through the panes; each has a first thing worth the focus. */
function nextPane(): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter((pane) => pane.offsetParent !== null)
  const at = panes.findIndex((pane) => pane.contains(document.activeElement))
  const next = panes[(at + 1) % panes.length]
  next
    ?.querySelector<HTMLElement>(
      '[data-row][tabindex="0"], textarea, button:not([tabindex="-1"]), a[href], [tabindex="0"]',
    )
    ?.focus()
}

/** The tab's title and icon tell of what is new while one works elsewhere. */
function useUnreadSigns(title: string, unread: number): void {
  const { format } = useDesk()
  useTitle(unread > 0 ? `(${format.count(unread)}) ${title}` : title)
  const mine = useCounts()
  useEffect(() => {
    const icon = document.getElementById('favicon')
    icon?.setAttribute('href', unread > 0 ? '/favicon-unread.svg' : '/favicon.svg')
    return () => icon?.setAttribute('href', '/favicon.svg')
  }, [unread])
  useEffect(() => {
    // Installed as an app, its icon carries the count.
    if (!('setAppBadge' in navigator) || !mine) return
    navigator.setAppBadge(unread).catch(() => {})
  }, [unread, mine])
}
