/**
 * Keeps the thread up to date: lists what came after the last number it knows, then follows the stream from there, and
 * begins again whenever the stream breaks or falls silent. So nothing between two streams is missed, and a message
 * that comes twice is merged away by its id. Stops when its signal is aborted.
 */
import type { VisitorMessage } from '@central-desk/contract/widget.ts'
import { type Answer, askedWaitMs, type Fetch, isPassing, withToken } from './call.ts'
import { readFrames } from './frames.ts'
import type { Pace } from './pace.ts'
import type { VisitKeeper } from './visit.ts'

export interface Page {
  messages: VisitorMessage[]
  hasMore: boolean
}

export interface FeedPorts {
  api: string
  fetch: Fetch
  visits: VisitKeeper
  pace: Pace
  now: () => number
  /** The newest number held. */
  cursor: () => number
  onMessages: (messages: VisitorMessage[]) => void
  onLive: (isLive: boolean) => void
  /** The server refuses for good. */
  onRefused: () => void
}

/** The server sends a sign of life every 25 s; two lost ones and a bit mean that nobody is there. */
const SILENCE_MS = 60_000
/** A stream that lived shorter than this counts as a failed try, or a server that hangs up at once is hammered. */
const LIVED_MS = 10_000
const NOT_SIGNED_IN = 401

/** Lists what is after the cursor, page by page. */
async function catchUp(ports: FeedPorts): Promise<Answer<Page>> {
  for (;;) {
    const before = ports.cursor()
    const answer = await ports.visits.request<Page>(`/messages?after=${before}`)
    if (answer.kind !== 'answered') return answer
    ports.onMessages(answer.value.messages)
    if (!answer.value.hasMore || ports.cursor() === before) return answer
  }
}

function messageOf(data: string): VisitorMessage | null {
  try {
    const value = JSON.parse(data)
    return typeof value?.id === 'string' && typeof value.number === 'number' ? value : null
  } catch {
    return null
  }
}

/** One stream from the cursor until it ends. Resolves also when it breaks. */
async function follow(ports: FeedPorts, signal: AbortSignal): Promise<void> {
  const opened = await ports.visits.open()
  if (opened.kind !== 'answered') return
  const { token } = opened.value
  const end = new AbortController()
  signal.addEventListener('abort', () => end.abort())
  let watch = setTimeout(() => end.abort(), SILENCE_MS)
  const onSign = () => {
    clearTimeout(watch)
    watch = setTimeout(() => end.abort(), SILENCE_MS)
  }
  try {
    const response = await ports.fetch(`${ports.api}/events?after=${ports.cursor()}`, {
      headers: { ...withToken(token), accept: 'text/event-stream' },
      credentials: 'omit',
      cache: 'no-store',
      signal: end.signal,
    })
    if (response.status === NOT_SIGNED_IN) ports.visits.reject(token)
    if (!response.ok || !response.body) return
    ports.onLive(true)
    await readFrames(
      response.body,
      ({ event, data }) => {
        const message = event === 'message' ? messageOf(data) : null
        if (message && !signal.aborted) ports.onMessages([message])
      },
      onSign,
    )
  } catch {
    // Cut, silent or stopped: the loop below decides what follows.
  } finally {
    clearTimeout(watch)
    end.abort()
  }
}

/** Runs until `signal` is aborted, or until the server refuses for good. The first stream replays what is missing. */
export async function runFeed(ports: FeedPorts, signal: AbortSignal): Promise<void> {
  let tries = 0
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const startedAt = ports.now()
    const answer = isFirst ? null : await catchUp(ports)
    if (signal.aborted) return
    if (!answer || answer.kind === 'answered') await follow(ports, signal)
    else if (!isPassing(answer)) return ports.onRefused()
    if (signal.aborted) return
    ports.onLive(false)
    tries = ports.now() - startedAt > LIVED_MS ? 0 : tries + 1
    await ports.pace.pause(tries, answer ? askedWaitMs(answer) : 0)
  }
}
