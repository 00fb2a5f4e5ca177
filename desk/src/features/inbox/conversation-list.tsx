/**
 * The list of a view. Up to two hundred rows stand there in full, so that finding in the page and reading aloud work;
 * above that only what is near the window. Nothing moves under the pointer: what is new waits behind a button at the top.
 */
import type { ListedRow, View } from '@central-desk/contract/conversations.ts'
import { ArrowUp } from 'lucide-react'
import { type KeyboardEvent, lazy, type RefObject, Suspense, useCallback, useEffect, useRef } from 'react'
import { usePreferences } from '../../app/preferences.tsx'
import { useDesk } from '../../app/desk.tsx'
import { wordsOf, referenceOf } from '../../lib/problems.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorState, Skeleton } from '../../ui/states.tsx'
import { ConversationRowLink } from './conversation-row.tsx'
import { EmptyList } from './empty-list.tsx'
import { heldCount, release, setHolding } from './model/list.ts'
import type { ListFilter } from './model/views.ts'
import type { useConversationList } from './queries.ts'
import { useNow } from './use-now.ts'
import './list.css'

const VirtualRows = lazy(() => import('./virtual-rows.tsx').then((m) => ({ default: m.VirtualRows })))

const VIRTUAL_ABOVE = 200
const ROW_PX = 72
const COMPACT_ROW_PX = 56
const TOP_PX = 8
const READ_MORE_WITHIN_PX = 900

interface Props {
  list: ReturnType<typeof useConversationList>
  filter: ListFilter
  view: View
  search: string
  selectedId: string | undefined
  onWalk: (step: 1 | -1) => void
  onOpen: (id: string) => void
  /** Brings a row into view and gives it the focus. */
  focusRow: RefObject<(id: string) => void>
}

const NO_ROWS: readonly ListedRow[] = []

export function ConversationList({ list, filter, view, search, selectedId, onWalk, onOpen, focusRow }: Props) {
  const { text, preferences } = usePreferences()
  const { query, update, readMore } = list
  const scroller = useRef<HTMLDivElement>(null)
  const scrollTo = useRef<((index: number) => void) | null>(null)
  const now = useNow()
  const rows = query.data?.rows ?? NO_ROWS
  const rowPx = preferences.compactList ? COMPACT_ROW_PX : ROW_PX
  const isVirtual = rows.length > VIRTUAL_ABOVE
  const selectedAt = rows.findIndex((row) => row.id === selectedId)

  const onScroll = useCallback(() => {
    const element = scroller.current
    if (!element) return
    update((state) => setHolding(state, element.scrollTop > TOP_PX))
    const below = element.scrollHeight - element.scrollTop - element.clientHeight
    if (below < READ_MORE_WITHIN_PX) readMore()
  }, [update, readMore])

  focusRow.current = (id) => {
    const find = () => scroller.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)
    const at = rows.findIndex((row) => row.id === id)
    if (!find() && at >= 0) scrollTo.current?.(at)
    const focus = () => {
      const row = find()
      row?.scrollIntoView({ block: 'nearest' })
      row?.focus({ preventScroll: true })
    }
    if (find()) focus()
    else requestAnimationFrame(focus)
  }

  // A short first page may not fill the window, and nothing would scroll.
  useEffect(() => {
    if (query.data?.nextCursor) onScroll()
  }, [query.data?.nextCursor, onScroll])

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0 || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    onWalk(step)
  }

  const ulProps = { className: 'list', 'aria-label': text.inbox.list, onKeyDown }
  const rowAt = (index: number) => {
    const row = rows[index]
    if (!row) return null
    return (
      <ConversationRowLink
        key={row.id}
        row={row}
        showsWait={filter.sort === 'waiting'}
        view={view}
        search={search}
        now={now}
        isSelected={row.id === selectedId}
        isTabStop={index === Math.max(0, selectedAt)}
        onOpen={onOpen}
        position={index + 1}
        total={query.data?.nextCursor ? -1 : rows.length}
      />
    )
  }

  if (query.isPending) return <Skeleton rows={8} />
  if (query.error && !query.data) {
    return (
      <ErrorState
        title={text.errorTitle}
        words={wordsOf(query.error, text)}
        reference={referenceOf(query.error)}
        action={<Button onClick={() => query.refetch()}>{text.retry}</Button>}
      />
    )
  }
  return (
    <div className="list-frame">
      <HeldButton
        count={query.data ? heldCount(query.data) : 0}
        onShow={() => {
          update(release)
          scroller.current?.scrollTo({ top: 0 })
        }}
      />
      <div ref={scroller} className="list-scroll" onScroll={onScroll}>
        {rows.length === 0 && <EmptyList filter={filter} />}
        <Suspense fallback={<ul {...ulProps}>{rows.map((_, index) => rowAt(index))}</ul>}>
          {isVirtual ? (
            <VirtualRows count={rows.length} rowPx={rowPx} scroller={scroller} scrollTo={scrollTo} ulProps={ulProps}>
              {rowAt}
            </VirtualRows>
          ) : (
            <ul {...ulProps}>{rows.map((_, index) => rowAt(index))}</ul>
          )}
        </Suspense>
      </div>
    </div>
  )
}

function HeldButton({ count, onShow }: { count: number; onShow: () => void }) {
  const { text } = usePreferences()
  const { format } = useDesk()
  if (count === 0) return null
  return (
    <button
      type="button"
      className="list-held"
      aria-label={text.inbox.newAboveLabel(count, format.number(count))}
      onClick={onShow}
    >
      <ArrowUp aria-hidden="true" />
      {text.inbox.newAbove(count, format.number(count))}
    </button>
  )
}
