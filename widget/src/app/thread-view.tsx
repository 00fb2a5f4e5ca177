/**
 * The thread on screen. Stays at the end while the reader is there, stays put while they read above, and does not jump
 * when older messages come in. What the desk writes is spoken by a polite region of its own, so that scrolling
 * back or the first load is never read out as news.
 */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Message, OutgoingMessage } from './bubble.tsx'
import type { Chat, ChatState } from './chat.ts'
import { Icon } from './icons.tsx'
import { type Row, rowsOf } from './thread.ts'
import { dayName, type Words } from './words.ts'

/** Within this of the end counts as being at the end. */
const END_PIXELS = 48
const SPOKEN_CHARACTERS_MAX = 200

function spokenOf(news: ChatState['news'], words: Words): string {
  const [message] = news
  if (!message) return ''
  if (news.length > 1) return words.news(news.length.toLocaleString(words.locale))
  return `${message.authorName ?? words.team}: ${[...message.text].slice(0, SPOKEN_CHARACTERS_MAX).join('')}`
}

/** Keeps the end of the box in view while `isAtEnd`, also when the box or its content changes its height. */
function useEnd(changed: unknown) {
  const box = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  /** Distance of what is read from the end, kept while older messages are put above it. */
  const fromEnd = useRef<number | null>(null)
  const keep = () => {
    const { current } = box
    if (!current) return
    if (fromEnd.current !== null) current.scrollTop = current.scrollHeight - fromEnd.current
    else if (isAtEnd.current) current.scrollTop = current.scrollHeight
  }
  useLayoutEffect(keep, [changed])
  useEffect(() => {
    const { current } = box
    if (!current) return
    const watch = new ResizeObserver(keep)
    watch.observe(current)
    if (current.firstElementChild) watch.observe(current.firstElementChild)
    return () => watch.disconnect()
  }, [])
  return { box, isAtEnd, fromEnd }
}

interface RowProps {
  row: Row
  isNewest: boolean
  isLive: boolean
  chat: Chat
  words: Words
}

function OneRow({ row, isNewest, isLive, chat, words }: RowProps) {
  if (row.kind === 'day') return <li class="day">{dayName(row.at, new Date(), words)}</li>
  if (row.kind === 'message') {
    return <Message row={row} isNewest={isNewest} words={words} onBroken={() => chat.refresh()} />
  }
  const { outgoing } = row
  return (
    <OutgoingMessage
      outgoing={outgoing}
      isLive={isLive}
      words={words}
      onRetry={() => chat.outbox.retry(outgoing.clientMessageId)}
      onDiscard={() => chat.outbox.discard(outgoing.clientMessageId)}
    />
  )
}

interface ThreadProps {
  chat: Chat
  state: ChatState
  words: Words
}

export function Thread({ chat, state, words }: ThreadProps) {
  const { messages, outgoing, news, isLive } = state
  const rows = useMemo(() => rowsOf(messages, outgoing), [messages, outgoing])
  const { box, isAtEnd, fromEnd } = useEnd(rows)
  const [hasNewBelow, setNewBelow] = useState(false)
  useLayoutEffect(() => {
    if (news.length > 0 && !isAtEnd.current) setNewBelow(true)
  }, [news])
  const toEnd = () => {
    isAtEnd.current = true
    setNewBelow(false)
    box.current?.scrollTo({ top: box.current.scrollHeight })
  }
  const newestOwn = outgoing.at(-1)?.clientMessageId
  useLayoutEffect(() => {
    if (newestOwn) toEnd()
  }, [newestOwn])
  const onScroll = () => {
    const { current } = box
    if (!current) return
    isAtEnd.current = current.scrollHeight - current.scrollTop - current.clientHeight < END_PIXELS
    if (isAtEnd.current) setNewBelow(false)
  }
  const loadEarlier = async () => {
    if (box.current) fromEnd.current = box.current.scrollHeight - box.current.scrollTop
    await chat.loadEarlier()
    fromEnd.current = null
  }
  return (
    <div class="thread-frame">
      <div
        class="thread"
        role="log"
        aria-live="off"
        aria-label={words.thread}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
        tabIndex={0}
        ref={box}
        onScroll={onScroll}
      >
        <div>
          {state.hasEarlier && (
            <button type="button" class="link earlier" onClick={loadEarlier}>
              {words.earlier}
            </button>
          )}
          <ol>
            {rows.map((row, index) => (
              <OneRow key={row.key} row={row} isNewest={index === rows.length - 1} {...{ chat, words, isLive }} />
            ))}
          </ol>
        </div>
      </div>
      {hasNewBelow && (
        <button type="button" class="below" onClick={toEnd}>
          <Icon name="down" /> {words.newBelow}
        </button>
      )}
      <p class="hidden" role="status">
        {spokenOf(news, words)}
      </p>
    </div>
  )
}
