/**
 * The front door of realtime: one route that streams, and the feeds behind it. An event carries the conversation and the
 * message as they stand, read once for all who listen.
 */
import { DeskEvent, streamEvents } from '@central-desk/contract/events.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { createCarousel } from '../../kernel/carousel.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { describeError } from '../../kernel/log.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { CookieCarrier } from '../../kernel/web/cookies.ts'
import { type EventStream, openEventStream } from '../../kernel/web/event-stream.ts'
import type { Authenticator, MemberCall, Routes } from '../../kernel/web/routes.ts'
import { idTranslator } from '../../kernel/web/wire-ids.ts'
import { type FilledEvent, readEvents, readMine } from '../conversations/index.ts'
import type { LinkFor, LinkReader } from '../files/index.ts'
import { deliver, type Reader } from './feed.ts'
import { lastNumber, markShown } from './queries.ts'

const RECHECK_MS = 30_000
const BATCH = 200
/** A browser has one for all its tabs; beyond it the oldest is taken for one that was lost without a word. */
const STREAMS_PER_SESSION = 20

type Feed = {
  number: number
  readonly readers: Set<Reader>
  reading: Promise<void> | null
  isAsked: boolean
  shown: number
}
type RealtimeParts = {
  readonly authenticator: Authenticator
  readonly linksFor: (reader: LinkReader) => LinkFor
}

export function createRealtimeRoom(kernel: Kernel, parts: RealtimeParts) {
  const { doors, log, signals } = kernel
  const feeds = new Map<string, Feed>()
  const rechecks = createCarousel(RECHECK_MS)
  const { outward: spell } = idTranslator(DeskEvent)
  const asSystem = { actor: { kind: 'system' }, readOnly: true } as const

  function feedOf(workspaceId: string, number: number): Feed {
    const known = feeds.get(workspaceId)
    if (known) return known
    const feed: Feed = { number, readers: new Set(), reading: null, isAsked: false, shown: 0 }
    feeds.set(workspaceId, feed)
    return feed
  }

  /** Made for each batch: most carry no file, and a reader who only waits need not hold it. */
  function linkForOf(workspaceId: string, { sessionId, memberId }: Reader): LinkFor {
    return (attachmentId) => parts.linksFor({ kind: 'member', workspaceId, sessionId, memberId })(attachmentId)
  }

  /** Reads a batch after a number and sends it to those whom `readersAt` names then. Answers the number it came to. */
  async function advance(
    workspaceId: string,
    after: number,
    readersAt: (last: number) => readonly Reader[],
  ): Promise<number> {
    return doors.inWorkspace({ workspaceId, ...asSystem }, async (tx) => {
      const batch = await readEvents(tx, after, BATCH)
      const last = batch.at(-1)?.event.number ?? after
      const readers = readersAt(last)
      const mineOf = await readMineOf(tx, batch, readers)
      // Before anything is told: behind a removal in the same batch may stand what the removed must not hear.
      const isOfMembers = batch.some(({ event }) => event.kind === 'members.changed')
      if (isOfMembers) await Promise.all(readers.map((reader) => reader.recheck()))
      for (const reader of readers) deliver(reader, batch, mineOf, spell, linkForOf(workspaceId, reader))
      return last
    })
  }

  async function readMineOf(tx: WorkspaceTx, batch: readonly FilledEvent[], readers: readonly Reader[]) {
    const conversationIds = [...new Set(batch.flatMap(({ event }) => event.conversation?.id ?? []))]
    const memberIds = [...new Set(readers.map((reader) => reader.memberId))]
    return readMine(tx, conversationIds, memberIds)
  }

  /** The next batch for all live readers. Whoever goes live from that moment on has read at least as far themselves. */
  async function advanceFeed(workspaceId: string, feed: Feed): Promise<void> {
    const before = feed.number
    try {
      await advance(workspaceId, before, (last) => {
        feed.number = last
        return [...feed.readers].filter((reader) => reader.isLive)
      })
    } catch (error) {
      feed.number = before
      throw error
    }
    if (feed.number - before >= BATCH) feed.isAsked = true
  }

  /** Brings a feed and its live readers up to date; one read at a time, asked again while it runs. */
  function wake(workspaceId: string): void {
    const feed = feeds.get(workspaceId)
    if (!feed) return
    feed.isAsked = true
    feed.reading ??= (async () => {
      try {
        // No await after the last look at `isAsked`: whoever asks later begins anew.
        while (feed.isAsked) {
          feed.isAsked = false
          await advanceFeed(workspaceId, feed)
          await noteShown(workspaceId, feed)
        }
      } catch (error) {
        log.error({ workspaceId, error: describeError(error) }, 'a feed could not be read')
        // They come back with their cursors, and miss nothing.
        for (const reader of feed.readers) reader.stream.end()
      } finally {
        feed.reading = null
      }
    })()
  }

  async function noteShown(workspaceId: string, feed: Feed): Promise<void> {
    if (feed.readers.size === 0 || feed.number <= feed.shown) return
    feed.shown = feed.number
    await doors.inWorkspace({ workspaceId, actor: { kind: 'system' } }, (tx) => markShown(tx, feed.number))
  }

  /** Sends a reader everything after their cursor, then lets them ride along. */
  async function catchUp(workspaceId: string, feed: Feed, reader: Reader): Promise<void> {
    while (reader.stream.isOpen) {
      if (reader.cursor >= feed.number) {
        // No await between this look and going live: nothing slips in between.
        reader.isLive = true
        reader.stream.send('ready', { number: reader.cursor }, reader.cursor)
        return
      }
      reader.cursor = Math.max(reader.cursor, await advance(workspaceId, reader.cursor, () => [reader]))
    }
  }

  async function listen(call: MemberCall<typeof streamEvents>): Promise<void> {
    const { workspaceId, actor, request, reply, query } = call
    const newest = await doors.inWorkspace({ workspaceId, ...asSystem }, lastNumber)
    const resumed = Number.parseInt(String(request.headers['last-event-id'] ?? ''), 10)
    const asked = Number.isSafeInteger(resumed) && resumed >= 0 ? resumed : (query.after ?? newest)
    const stream = openEventStream(request, reply)
    const feed = feedOf(workspaceId, newest)
    // Nothing of the call itself: it would be kept as long as the stream.
    const cookies = { headers: { cookie: request.headers.cookie } }
    const recheck = () => recheckReader(workspaceId, cookies, stream)
    const { memberId } = actor
    const { sessionId } = call.session
    const reader: Reader = { memberId, sessionId, stream, cursor: asked, isLive: false, recheck }
    const others = [...feed.readers].filter((other) => other.sessionId === sessionId)
    if (others.length >= STREAMS_PER_SESSION) others[0]?.stream.end()
    feed.readers.add(reader)
    const unwatch = kernel.watch.begin(workspaceId)
    // A cursor ahead of us belongs to another database (a restored one); one too far behind is cheaper to read afresh.
    if (asked > newest || newest - asked > LIMITS.eventReplayMax) {
      reader.cursor = newest
      stream.send('reset', { number: newest }, newest)
    }
    const endRechecks = rechecks.ride(() => void recheck())
    stream.onClose(() => {
      endRechecks()
      unwatch()
      feed.readers.delete(reader)
      if (feed.readers.size === 0) feeds.delete(workspaceId)
    })
    wake(workspaceId)
    catchUp(workspaceId, feed, reader).catch((error) => {
      log.error({ workspaceId, error: describeError(error) }, 'a stream could not catch up')
      stream.end()
    })
  }

  async function recheckReader(workspaceId: string, cookies: CookieCarrier, stream: EventStream): Promise<void> {
    try {
      const session = await parts.authenticator.session(cookies)
      const member = session && (await parts.authenticator.membership(session, workspaceId))
      if (!member) stream.end()
    } catch {
      // Not knowing is no yes.
      stream.end()
    }
  }

  return {
    mount(routes: Routes): void {
      signals.on('events', ({ workspaceId }) => wake(workspaceId))
      routes.member(streamEvents, { limit: 'stream' }, listen)
    },
  }
}
