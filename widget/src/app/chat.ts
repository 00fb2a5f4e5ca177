/**
 * The chat without its screen: visit, thread, queue and stream brought together into one state that the screen paints.
 * Promises: what the visitor writes is on screen at once and in the browser's memory before anything is sent; whatever
 * happens to token, network or page, it is sent once or shown as not sent.
 */
import type { Attachment } from '@central-desk/contract/conversations.ts'
import type { VisitorMessage, VisitorSession } from '@central-desk/contract/widget.ts'
import { type Answer, askedWaitMs, type Fetch, isPassing } from './call.ts'
import { type FeedPorts, type Page, runFeed } from './feed.ts'
import type { Memory } from './memory.ts'
import { Outbox, type Outgoing } from './outbox.ts'
import type { Pace } from './pace.ts'
import type { News, Share } from './share.ts'
import { countUnread, mergeMessages, newestNumber, oldestNumber } from './thread.ts'
import { type Visit, VisitKeeper } from './visit.ts'

export type Look = VisitorSession['inbox']

export interface ChatState {
  /** `unavailable`: the server refuses this inbox for good; nothing can be written. */
  phase: 'starting' | 'open' | 'unavailable'
  isLive: boolean
  /** Whose words are on this screen, so that two people who share a browser stay apart; null before it is known. */
  owner: string | null
  look: Look | null
  /** What the host's JWT calls the visitor; null when anonymous. */
  visitor: { name: string | null } | null
  messages: VisitorMessage[]
  outgoing: readonly Outgoing[]
  hasEarlier: boolean
  unread: number
  /** What the desk wrote since the last look, to be read out. */
  news: VisitorMessage[]
}

export interface ChatPorts {
  inboxKey: string
  fetch: Fetch
  memory: Memory
  pace: Pace
  now: () => Date
  randomId: () => string
  share: (reader: string) => Share
}

function isLook(value: unknown): value is Look {
  const { name, colour, greeting } = Object(value)
  return [name, colour, greeting].every((part) => typeof part === 'string')
}
interface Reading {
  visitorId: string
  number: number
}
function isReading(value: unknown): value is Reading {
  const { visitorId, number } = Object(value)
  return typeof visitorId === 'string' && typeof number === 'number'
}

export const ANONYMOUS = 'anonymous'
/** Addresses of files are good for a short time only; older ones are fetched anew when the visitor comes back. */
const REFRESH_AFTER_MS = 4 * 60_000

/** Whose words these are, as the JWT says. Not verified: it only keeps the queues of two people apart. */
export function ownerOf(identity: string): string {
  try {
    const body = (identity.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    const { sub } = JSON.parse(atob(body))
    return typeof sub === 'string' && sub ? `sub:${sub}` : ANONYMOUS
  } catch {
    return ANONYMOUS
  }
}

export class Chat {
  readonly #ports: ChatPorts
  readonly #api: string
  readonly #listeners = new Set<() => void>()
  readonly visits: VisitKeeper
  readonly outbox: Outbox
  state: ChatState
  #run = new AbortController()
  #visitorId = ''
  /** Owner whose JWT the server has taken in this page's life. */
  #proven: string | null = null
  #isVisible = false
  #readNumber = 0
  #listedAt = 0

  constructor(ports: ChatPorts) {
    const { memory, pace } = ports
    this.#ports = ports
    this.#api = `/widget/api/${ports.inboxKey}`
    this.state = {
      phase: 'starting',
      isLive: false,
      owner: null,
      look: memory.read('look', isLook),
      visitor: null,
      messages: [],
      outgoing: [],
      hasEarlier: false,
      unread: 0,
      news: [],
    }
    this.visits = new VisitKeeper({
      api: this.#api,
      fetch: ports.fetch,
      memory,
      onNewVisitor: () => {
        this.outbox.loseFiles()
        this.#begin()
      },
    })
    this.outbox = new Outbox({
      memory,
      pace,
      post: (item) => this.#post(item),
      onChange: (outgoing) => this.#change({ outgoing }),
    })
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Begins, or begins again as somebody else. An empty identity is an anonymous visitor. */
  identify(identity: string): void {
    const owner = ownerOf(identity)
    this.outbox.belongTo(owner, this.state.owner === ANONYMOUS && owner !== ANONYMOUS)
    this.#change({ owner })
    this.visits.identify(identity)
    this.#begin()
  }

  /** Ends what runs; nothing is forgotten. */
  stop(): void {
    this.#run.abort()
  }

  send(text: string, attachments: Attachment[]): void {
    const { randomId, now } = this.#ports
    this.outbox.add({ clientMessageId: randomId(), text, attachments, sentAt: now().toISOString() })
  }

  /** The visitor looks at the thread, or no longer does. */
  setVisible(isVisible: boolean): void {
    this.#isVisible = isVisible
    if (!isVisible) return
    this.#ports.pace.wake()
    this.#markRead()
    this.refresh()
  }

  /** Fetches the newest page anew, when the last look is old enough for its addresses of files to run out. */
  refresh(): void {
    if (this.state.phase !== 'open' || this.#ports.now().getTime() - this.#listedAt < REFRESH_AFTER_MS) return
    void this.#listNewest(this.#run.signal)
  }

  async loadEarlier(): Promise<void> {
    const { signal } = this.#run
    const answer = await this.visits.request<Page>(`/messages?before=${oldestNumber(this.state.messages)}`)
    if (answer.kind !== 'answered' || signal.aborted) return
    this.#take(answer.value.messages)
    this.#change({ hasEarlier: answer.value.hasMore })
  }

  #change(patch: Partial<ChatState>): void {
    this.state = { ...this.state, ...patch }
    for (const listener of this.#listeners) listener()
  }

  #begin(): void {
    this.#run.abort()
    this.#run = new AbortController()
    this.#change({ messages: [], hasEarlier: false, unread: 0, news: [], visitor: null })
    void this.#start(this.#run.signal)
  }

  async #start(signal: AbortSignal): Promise<void> {
    for (let tries = 0; ; tries++) {
      const opened = await this.visits.open()
      if (signal.aborted) return
      const answer = opened.kind === 'answered' ? await this.#listNewest(signal) : opened
      if (signal.aborted) return
      if (opened.kind === 'answered' && answer.kind === 'answered') return this.#welcome(opened.value, signal)
      if (!isPassing(answer)) return this.#change({ phase: 'unavailable' })
      this.#change({ isLive: false })
      await this.#ports.pace.pause(tries, askedWaitMs(answer))
      if (signal.aborted) return
    }
  }

  #welcome(visit: Visit, signal: AbortSignal): void {
    const { memory } = this.#ports
    memory.write('look', visit.inbox)
    this.#visitorId = visit.visitorId
    this.#settleOwner(visit)
    const reading = memory.read(`reading:${this.state.owner}`, isReading)
    // In a browser that has not seen this visitor before, what the first list brings counts as read. An identified one
    // is the same person under a new id with each proof.
    const isKnown = reading && (visit.isIdentified || reading.visitorId === visit.visitorId)
    this.#readNumber = isKnown ? reading.number : newestNumber(this.state.messages)
    const visitor = visit.isIdentified ? { name: visit.name } : null
    this.#change({ phase: 'open', isLive: true, look: visit.inbox, visitor })
    this.#markRead()
    void this.outbox.flush()
    this.#follow(signal)
  }

  /** The server did not take the JWT: whose words these are is not known after all. */
  #settleOwner(visit: Visit): void {
    const { owner } = this.state
    if (visit.isIdentified) this.#proven = owner
    if (visit.isIdentified || owner === ANONYMOUS) return
    // Words of somebody who was proven on this page go on (their proof has run out); a queue that a wrong JWT merely
    // pointed at stays where it is.
    this.outbox.belongTo(ANONYMOUS, this.#proven === owner)
    this.#change({ owner: ANONYMOUS })
  }

  #follow(signal: AbortSignal): void {
    const { fetch, pace, now, share } = this.#ports
    const hear = (news: News) => {
      if (signal.aborted) return
      if ('messages' in news) return this.#takeNews(news.messages)
      this.#change({ isLive: news.isLive })
      if (news.isLive) pace.wake()
    }
    const lead = (tell: (news: News) => void) => {
      const both = (news: News) => {
        hear(news)
        tell(news)
      }
      const ports: FeedPorts = {
        api: this.#api,
        fetch,
        pace,
        visits: this.visits,
        now: () => now().getTime(),
        cursor: () => newestNumber(this.state.messages),
        onMessages: (messages) => both({ messages }),
        onLive: (isLive) => both({ isLive }),
        onRefused: () => this.#change({ phase: 'unavailable' }),
      }
      return runFeed(ports, signal)
    }
    // All tabs of one person follow one stream; an identified one has another id in each tab.
    const { owner } = this.state
    share(owner === ANONYMOUS ? this.#visitorId : `${owner}`).run(lead, hear, signal)
  }

  async #listNewest(signal: AbortSignal): Promise<Answer<Page>> {
    const answer = await this.visits.request<Page>('/messages')
    if (answer.kind !== 'answered' || signal.aborted) return answer
    this.#listedAt = this.#ports.now().getTime()
    const isFirst = this.state.messages.length === 0
    this.#take(answer.value.messages)
    if (isFirst) this.#change({ hasEarlier: answer.value.hasMore })
    return answer
  }

  #post({ clientMessageId, text, attachments, sentAt }: Outgoing): Promise<Answer<unknown>> {
    const attachmentIds = attachments.map((attachment) => attachment.id)
    return this.visits.request('/messages', { clientMessageId, text, attachmentIds, sentAt })
  }

  #take(messages: VisitorMessage[]): void {
    const merged = mergeMessages(this.state.messages, messages)
    this.#change({ messages: merged })
    this.outbox.arrived(new Set(messages.flatMap((message) => message.clientMessageId ?? [])))
    this.#markRead()
  }

  /** Messages that came while the chat was running: those of the desk are news. */
  #takeNews(messages: VisitorMessage[]): void {
    const held = new Set(this.state.messages.map((message) => message.id))
    const news = messages.filter((message) => message.from === 'desk' && !held.has(message.id))
    this.#take(messages)
    if (news.length > 0) this.#change({ news })
  }

  #markRead(): void {
    const { messages, phase } = this.state
    if (phase !== 'open') return
    if (this.#isVisible) this.#readNumber = Math.max(this.#readNumber, newestNumber(messages))
    this.#ports.memory.write(`reading:${this.state.owner}`, { visitorId: this.#visitorId, number: this.#readNumber })
    const unread = countUnread(messages, this.#readNumber)
    if (unread !== this.state.unread) this.#change({ unread })
  }
}
