/**
 * The inbox: list, conversation, contact side by side; stacked on a phone. Walking through the list, closing and going
 * on, and every key of the list live here, because they join the list with the conversation.
 */
import { VIEWS, type View } from '@central-desk/contract/conversations.ts'
import { useEffect, useMemo, useRef } from 'react'
import { useMatch, useNavigate, useParams, useSearchParams } from 'react-router'
import { useCommands } from '../../app/commands/commands.tsx'
import { useDesk } from '../../app/desk.tsx'
import { NotFoundPage, useTitle } from '../../app/page-states.tsx'
import { useText } from '../../app/preferences.tsx'
import { ConversationPane } from './conversation-pane.tsx'
import { EmptyPane } from './empty-pane.tsx'
import { ListPane } from './list-pane.tsx'
import { neighbour } from './model/list.ts'
import { isSortable, type ListFilter } from './model/views.ts'
import { loadOpenConversation } from './open-conversation-loader.ts'
import { useConversationList, usePrefetchThread } from './queries.ts'
import { useSelection } from './use-selection.ts'
import { useSort } from './use-sort.ts'
import './inbox.css'

/** Where list and conversation are stacked, as in the styles. */
const NARROW = '(max-width: 759px)'

export function InboxPage() {
  const { view } = useParams()
  if (!VIEWS.some((one) => one === view)) return <NotFoundPage />
  return <Inbox key={view} view={view as View} />
}

if (window.location.pathname.includes('/c/')) loadOpenConversation().catch(() => {})

function useListFilter(view: View): ListFilter {
  const [search] = useSearchParams()
  const inboxId = search.get('inbox') ?? undefined
  const tagId = search.get('tag') ?? undefined
  const [chosen] = useSort()
  const sort = chosen === 'waiting' && isSortable(view) ? chosen : undefined
  return useMemo(
    () => ({ view, ...(inboxId ? { inboxId } : {}), ...(tagId ? { tagId } : {}), ...(sort ? { sort } : {}) }),
    [view, inboxId, tagId, sort],
  )
}

function Inbox({ view }: { view: View }) {
  const text = useText()
  const { slug } = useDesk()
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const openId = useMatch('/w/:slug/inbox/:view/c/:conversationId')?.params.conversationId
  const filter = useListFilter(view)
  const list = useConversationList(filter)
  const rows = list.query.data?.rows ?? []
  const focusRow = useRef<(id: string) => void>(() => {})
  const prefetch = usePrefetchThread()
  useTitle(text.shell[view])

  const base = `/w/${slug}/inbox/${view}`
  const tail = search.toString() ? `?${search}` : ''
  const { markedId, shownId, open, walk, after } = useSelection(rows, openId, (id) =>
    navigate(id ? `${base}/c/${id}${tail}` : `${base}${tail}`, { replace: openId !== undefined }),
  )
  const step = (by: 1 | -1) => {
    const id = walk(by)
    if (id) focusRow.current(id)
  }
  /** The conversation is about to leave the list: open the next one, or show the list. */
  const goOn = (leavingId: string, by: 1 | -1) => {
    const next = after(leavingId, by)
    const isNarrow = window.matchMedia(NARROW).matches
    open(isNarrow ? undefined : next)
    if (next && !isNarrow) requestAnimationFrame(() => focusRow.current(next))
  }
  const back = () => {
    const id = markedId
    if (window.matchMedia(NARROW).matches) open(undefined)
    if (id) requestAnimationFrame(() => focusRow.current(id))
  }

  useCommands({
    next: () => step(1),
    previous: () => step(-1),
    back,
    open: () => {
      const row = document.activeElement?.getAttribute('data-row') ?? rows[0]?.id
      if (row) open(row)
    },
    panes: nextPane,
  })

  useEffect(() => {
    loadOpenConversation().catch(() => {})
  }, [])

  // The neighbours are read while one reads, so that J and K never wait.
  useEffect(() => {
    if (!shownId) return
    const timer = setTimeout(() => {
      for (const by of [1, -1] as const) {
        const near = neighbour(rows, shownId, by)
        if (near && near.id !== shownId) prefetch(near.id)
      }
    }, 250)
    return () => clearTimeout(timer)
  }, [rows, shownId, prefetch])

  return (
    <main id="main" className="inbox" data-open={markedId ? '' : undefined} tabIndex={-1} data-quiet-focus="">
      <h1 className="visually-hidden">
        {text.shell.inbox}: {text.shell[view]}
      </h1>
      <ListPane
        list={list}
        filter={filter}
        view={view}
        selectedId={markedId}
        onWalk={step}
        onOpen={open}
        focusRow={focusRow}
      />
      {shownId && markedId ? (
        <ConversationPane key={shownId} conversationId={shownId} view={view} onLeaving={goOn} onBack={back} />
      ) : (
        <EmptyPane hasRows={rows.length > 0} />
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
