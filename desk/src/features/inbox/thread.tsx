/**
 * The thread: opened at its end, older items on the way up without a jump, new ones at the bottom without pulling the
 * reader away. Below two hundred rows everything stands in the page; above that only what is near the window. What
 * mounts while scrolling is never read aloud; a hidden line speaks only what is new.
 */
import type { ListedRow } from '@central-desk/contract/conversations.ts'
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown } from 'lucide-react'
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import { useDesk } from '../../app/desk.tsx'
import { useLive } from '../../app/live.tsx'
import { useText } from '../../app/preferences.tsx'
import { referenceOf, wordsOf } from '../../lib/problems.ts'
import { Button } from '../../ui/button.tsx'
import { classes } from '../../ui/classes.ts'
import { ErrorState, Skeleton } from '../../ui/states.tsx'
import { type ThreadRow, threadRows } from './model/thread-rows.ts'
import { isUnread } from './model/views.ts'
import { useUnsent } from './outbox.tsx'
import { useThread } from './queries.ts'
import { Speaker } from './speaker.tsx'
import { ThreadRowView } from './thread-row.tsx'
import { useVerbs } from './verbs.ts'
import './thread.css'

const VIRTUAL_ABOVE = 200
const AT_END_PX = 60
const READ_OLDER_WITHIN_PX = 800
const READ_AFTER_MS = 1_000
const GUESS_PX: Readonly<Record<ThreadRow['kind'], number>> = {
  day: 42,
  new: 34,
  message: 62,
  note: 84,
  activities: 30,
  unsent: 78,
}

const NO_ITEMS = [] as const

export function Thread({ row }: { row: ListedRow }) {
  const text = useText()
  const { format } = useDesk()
  const { query, readOlder } = useThread(row.id)
  const unsent = useUnsent()
  // The divider stays where it was when the conversation was opened, however far one reads.
  const [readNumber] = useState(isUnread(row) ? row.mine.readNumber : null)
  const items = query.data?.items ?? NO_ITEMS
  const hasOlder = query.data?.previousCursor != null
  const rows = useMemo(
    () =>
      threadRows(
        items,
        unsent.filter((entry) => entry.conversationId === row.id),
        { dayKey: format.dayKey, readNumber, hasOlder },
      ),
    [items, unsent, row.id, format, readNumber, hasOlder],
  )
  if (query.isPending) {
    return (
      <div className="thread">
        <Skeleton shape="bubble" rows={5} />
      </div>
    )
  }
  if (query.error && !query.data) {
    return (
      <div className="thread">
        <ErrorState
          title={text.errorTitle}
          words={wordsOf(query.error, text)}
          reference={referenceOf(query.error)}
          action={<Button onClick={() => query.refetch()}>{text.retry}</Button>}
        />
      </div>
    )
  }
  return <ThreadBody row={row} rows={rows} hasOlder={hasOlder} readOlder={readOlder} />
}

interface BodyProps {
  row: ListedRow
  rows: readonly ThreadRow[]
  hasOlder: boolean
  readOlder: () => void
}

function ThreadBody({ row, rows, hasOlder, readOlder }: BodyProps) {
  const { inbox } = useText()
  const scroller = useRef<HTMLDivElement>(null)
  const [isAtEnd, setAtEnd] = useState(true)
  const isWhole = rows.length <= VIRTUAL_ABOVE
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => GUESS_PX[rows[index]?.kind ?? 'message'],
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: AT_END_PX,
    paddingStart: 40,
    paddingEnd: 12,
    rangeExtractor: (range) =>
      isWhole ? Array.from({ length: range.count }, (_, index) => index) : defaultRangeExtractor(range),
  })
  const shown = virtualizer.getVirtualItems()

  useLayoutEffect(() => virtualizer.scrollToEnd(), [virtualizer])
  const onScroll = useCallback(() => {
    const element = scroller.current
    if (!element) return
    setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight <= AT_END_PX)
    if (element.scrollTop < READ_OLDER_WITHIN_PX) readOlder()
  }, [readOlder])
  useEffect(() => {
    if (hasOlder) onScroll()
  }, [hasOlder, onScroll])
  // One's own message is always followed, wherever one was reading.
  const lastUnsent = rows.at(-1)?.kind === 'unsent' ? rows.at(-1)?.key : undefined
  useLayoutEffect(() => {
    if (lastUnsent) virtualizer.scrollToEnd()
  }, [lastUnsent, virtualizer])

  const wanted = useWantedMessage(rows, hasOlder, readOlder, (index) =>
    virtualizer.scrollToIndex(index, { align: 'center' }),
  )
  useKeepAtEnd(scroller, isAtEnd, () => virtualizer.scrollToEnd())
  useMarkRead(row, isAtEnd)
  const missed = useMissed(row.id, isAtEnd)
  return (
    <div className="thread">
      <div
        ref={scroller}
        className="thread-scroll"
        role="log"
        aria-label={inbox.thread}
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        onScroll={onScroll}
      >
        <div className="thread-size" style={{ height: virtualizer.getTotalSize() }}>
          <p className="thread-top">{hasOlder ? inbox.loadingOlder : inbox.beginning}</p>
          <div className="thread-items" style={{ transform: `translateY(${shown[0]?.start ?? 0}px)` }}>
            {shown.map(({ index, key }) => {
              const item = rows[index]
              return (
                item && (
                  <div
                    key={key}
                    ref={virtualizer.measureElement}
                    data-index={index}
                    className={classes('thread-item', wanted === index && 'thread-wanted')}
                  >
                    <ThreadRowView item={item} row={row} isLast={index === rows.length - 1} />
                  </div>
                )
              )
            })}
          </div>
        </div>
      </div>
      {!isAtEnd && <ToEnd missed={missed} onClick={() => virtualizer.scrollToEnd()} />}
      <Speaker row={row} />
    </div>
  )
}

const SEARCHED_PAGES_MAX = 100

/** A link to one message (`?m=`): older pages are read until it is there, then it is brought into view and marked. */
function useWantedMessage(
  rows: readonly ThreadRow[],
  hasOlder: boolean,
  readOlder: () => void,
  show: (index: number) => void,
): number | null {
  const [search] = useSearchParams()
  const messageId = search.get('m')
  const shownFor = useRef<string | null>(null)
  const pages = useRef(0)
  const at = messageId ? rows.findIndex((row) => row.kind === 'message' && row.message.id === messageId) : -1
  // biome-ignore lint/correctness/useExhaustiveDependencies: more rows are the reason to look again
  useEffect(() => {
    if (!messageId || shownFor.current === messageId) return
    if (at >= 0) {
      shownFor.current = messageId
      // After the thread has placed itself at its end.
      requestAnimationFrame(() => show(at))
    } else if (hasOlder && pages.current < SEARCHED_PAGES_MAX) {
      pages.current++
      readOlder()
    }
  }, [messageId, at, rows.length, hasOlder])
  return at >= 0 ? at : null
}

function ToEnd({ missed, onClick }: { missed: number; onClick: () => void }) {
  const { inbox } = useText()
  const { format } = useDesk()
  const words = missed > 0 ? inbox.newBelow(missed, format.number(missed)) : null
  return (
    <button type="button" className="thread-to-end" aria-label={words ?? inbox.toEnd} onClick={onClick}>
      <ArrowDown aria-hidden="true" />
      {words}
    </button>
  )
}

/** A composer that grows, a keyboard that opens: who was at the end stays there. */
function useKeepAtEnd(scroller: RefObject<HTMLElement | null>, isAtEnd: boolean, toEnd: () => void): void {
  const latest = useRef({ isAtEnd, toEnd })
  useEffect(() => {
    latest.current = { isAtEnd, toEnd }
  })
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    const watcher = new ResizeObserver(() => latest.current.isAtEnd && latest.current.toEnd())
    watcher.observe(element)
    return () => watcher.disconnect()
  }, [scroller])
}

/** Read means: open, the page visible, the newest message on the screen, for a second. */
function useMarkRead(row: ListedRow, isAtEnd: boolean): void {
  const verbs = useVerbs()
  const { may } = useDesk()
  const needsMark = row.lastMessageNumber > row.mine.readNumber && may('reading.mark')
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a newer message or the place starts the second again
  useEffect(() => {
    if (!isAtEnd || !needsMark) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const start = () => {
      clearTimeout(timer)
      if (!document.hidden) timer = setTimeout(() => verbs.read(row, row.lastMessageNumber), READ_AFTER_MS)
    }
    start()
    document.addEventListener('visibilitychange', start)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', start)
    }
  }, [isAtEnd, needsMark, row.id, row.lastMessageNumber, verbs])
}

/** How many messages came while one was reading further up. */
function useMissed(conversationId: string, isAtEnd: boolean): number {
  const { subscribe } = useLive()
  const [missed, setMissed] = useState(0)
  useEffect(() => {
    if (isAtEnd) {
      setMissed(0)
      return
    }
    return subscribe((event) => {
      const isNew = event.conversationId === conversationId && event.kind === 'message.created'
      if (isNew && event.item?.kind === 'message' && event.item.direction === 'in') setMissed((now) => now + 1)
    })
  }, [subscribe, conversationId, isAtEnd])
  return missed
}
