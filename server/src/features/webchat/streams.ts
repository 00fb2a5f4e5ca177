/**
 * The live streams of visitors. Each follows its own cursor: whenever something may have come, it reads what stands
 * after it. Per workspace a lobby learns with one query which visitors an event concerns, so that a busy workspace costs
 * its quiet visitors nothing. A stream whose token is no longer good is ended.
 */
import { VisitorMessage } from '@central-desk/contract/widget.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { describeError } from '../../kernel/log.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { EventStream } from '../../kernel/web/event-stream.ts'
import type { LiveVisitor } from '../../kernel/web/routes.ts'
import { idTranslator } from '../../kernel/web/wire-ids.ts'
import { lastEventNumber, newsAfter } from './queries.ts'
import { type LinksFor, openVisitor, readThread, VISITOR_PURPOSE } from './thread.ts'

const RECHECK_MS = 30_000
/** Tabs of one visitor; beyond it the oldest stream is taken for one that was lost without a word. */
const STREAMS_PER_VISITOR = 10

type Listener = {
  readonly visitor: LiveVisitor
  readonly stream: EventStream
  readonly externalId: string
  /** Computed again with each recheck: a stream may outlive a version of the look-up key. */
  addressKeys: readonly Buffer[]
  readonly isStillGood: () => Promise<boolean>
  /** Number of the last message sent. */
  cursor: number
  /** Something may have come since the last look. */
  isAsked: boolean
  isReading: boolean
  isReady: boolean
}
type Lobby = {
  readonly listeners: Set<Listener>
  readonly leave: () => void
  /** Event number up to which everybody concerned was asked. */
  number: number
  /** Event number that is known to be committed. */
  told: number
  isReading: boolean
}

export type StreamStart = {
  readonly visitor: LiveVisitor
  /** Opened once everything that could refuse the call is behind us. */
  readonly open: () => EventStream
  readonly after: number
  readonly isStillGood: () => Promise<boolean>
}

export function createStreams(kernel: Kernel, linksFor: LinksFor) {
  const { doors, vault, signals, watch, log } = kernel
  const lobbies = new Map<string, Lobby>()
  const { outward: spell } = idTranslator(VisitorMessage)

  function reading<T>(workspaceId: string, work: (tx: WorkspaceTx) => Promise<T>): Promise<T> {
    return doors.inWorkspace({ workspaceId, actor: { kind: 'system' }, readOnly: true }, work)
  }

  /** Sends a listener everything after their cursor. Asked while it runs, it looks once more. */
  function ask(listener: Listener): void {
    listener.isAsked = true
    if (listener.isReading) return
    listener.isReading = true
    bringUpToDate(listener).catch((error) => {
      log.error(
        { workspaceId: listener.visitor.workspaceId, error: describeError(error) },
        'a thread could not be read',
      )
      listener.stream.end()
    })
  }

  async function bringUpToDate(listener: Listener): Promise<void> {
    const { visitor, stream } = listener
    while (listener.isAsked && stream.isOpen) {
      listener.isAsked = false
      const place = { after: listener.cursor }
      const page = await reading(visitor.workspaceId, (tx) => readThread(tx, visitor, place, linksFor))
      for (const message of page.messages) {
        stream.send('message', spell(message))
        listener.cursor = message.number
      }
      if (page.hasMore) listener.isAsked = true
    }
    // No await between the last look at `isAsked` and here: whoever asks from now on begins anew.
    listener.isReading = false
    if (!listener.isReady) stream.send('ready', {})
    listener.isReady = true
  }

  async function stillGood(listener: Listener): Promise<boolean> {
    if (!(await listener.isStillGood())) return false
    const keys = await vault.open(listener.visitor.workspaceId)
    listener.addressKeys = keys.lookupAll(VISITOR_PURPOSE, listener.externalId)
    return true
  }

  async function recheck(listener: Listener): Promise<void> {
    // Not knowing is no yes.
    const isGood = await stillGood(listener).catch(() => false)
    if (!isGood) listener.stream.end()
  }

  /** Asks those whom the events since the last look concern. */
  async function look(workspaceId: string, lobby: Lobby): Promise<void> {
    while (lobby.told > lobby.number) {
      const { told } = lobby
      const listeners = new Set(lobby.listeners)
      const keys = [...listeners].flatMap(({ addressKeys }) => addressKeys)
      const news = await reading(workspaceId, (tx) => newsAfter(tx, lobby.number, keys))
      lobby.number = Math.max(told, news.at(-1)?.number ?? 0)
      const concerned = new Set(news.map((row) => addressOf(row.inbox_id, row.address_key)))
      for (const listener of lobby.listeners) {
        const { inboxId } = listener.visitor
        const isConcerned = listener.addressKeys.some((key) => concerned.has(addressOf(inboxId, key)))
        // Who came in meanwhile was not asked for: they look for themselves.
        if (isConcerned || !listeners.has(listener)) ask(listener)
      }
      if (news.some(({ kind }) => kind === 'inboxes.changed')) for (const listener of listeners) void recheck(listener)
    }
    lobby.isReading = false
  }

  function wake(workspaceId: string, number: number): void {
    const lobby = lobbies.get(workspaceId)
    if (!lobby) return
    lobby.told = Math.max(lobby.told, number)
    if (lobby.isReading) return
    lobby.isReading = true
    look(workspaceId, lobby).catch((error) => {
      lobby.isReading = false
      log.error({ workspaceId, error: describeError(error) }, 'news for visitors could not be read')
      // They come back with their numbers, and miss nothing.
      for (const { stream } of lobby.listeners) stream.end()
    })
  }

  function enter(listener: Listener, number: number): void {
    const { workspaceId, visitorId } = listener.visitor
    const lobby: Lobby = lobbies.get(workspaceId) ?? {
      listeners: new Set(),
      leave: watch.begin(workspaceId),
      number,
      told: number,
      isReading: false,
    }
    lobbies.set(workspaceId, lobby)
    const others = [...lobby.listeners].filter(({ visitor }) => visitor.visitorId === visitorId)
    if (others.length >= STREAMS_PER_VISITOR) others[0]?.stream.end()
    lobby.listeners.add(listener)
    listener.stream.onClose(() => {
      lobby.listeners.delete(listener)
      if (lobby.listeners.size > 0) return
      lobby.leave()
      lobbies.delete(workspaceId)
    })
  }

  signals.on('events', ({ workspaceId, lastNumber }) => wake(workspaceId, lastNumber))

  return async function listen({ visitor, open, after, isStillGood }: StreamStart): Promise<void> {
    const { number, externalId, addressKeys } = await reading(visitor.workspaceId, async (tx) => {
      const { externalId } = await openVisitor(tx, visitor.visitorId)
      const addressKeys = tx.keys.lookupAll(VISITOR_PURPOSE, externalId)
      return { number: await lastEventNumber(tx), externalId, addressKeys }
    })
    const stream = open()
    const state = { cursor: after, isAsked: false, isReading: false, isReady: false }
    const listener: Listener = { visitor, stream, externalId, addressKeys, isStillGood, ...state }
    const timer = setInterval(() => void recheck(listener), RECHECK_MS)
    timer.unref()
    stream.onClose(() => clearInterval(timer))
    enter(listener, number)
    ask(listener)
  }
}

function addressOf(inboxId: string | null, key: Buffer | null): string {
  return `${inboxId}|${key?.toString('base64')}`
}
