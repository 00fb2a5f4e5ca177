/**
 * One event stream per browser and workspace. The tab that holds the lock reads it and shares every frame with the
 * others over a channel; when that tab goes, another takes the lock and goes on from its own cursor, so nothing is
 * missed and nothing applied twice. There is no time window: after an hour of sleep the cursor still says it all.
 */
import { type DeskEvent, streamEvents } from '@central-desk/contract/events.ts'
import { addressOf } from './address.ts'
import { announceSignedOut } from './api.ts'
import { backoffMs } from './backoff.ts'
import { FrameReader } from './sse.ts'

/** `live` is shown as nothing at all. */
export type LinkState = 'live' | 'reconnecting' | 'offline' | 'catchingUp'

/** The server sends a comment every 25 s; silence for longer than this means that the line is dead. */
const SILENCE_MAX_MS = 40_000
const RECONNECTING_SHOWN_AFTER_MS = 2_000
const SIGNED_OUT_WAIT_MS = 5_000
const WATCH_EVERY_MS = 5_000

export interface StreamOptions {
  workspaceId: string
  /** Where to go on from; asked at every (re)connection. */
  cursor: () => number | null
  onEvent: (event: DeskEvent) => void
  onReset: (number: number) => void
  onNumber: (number: number) => void
  onState: (state: LinkState) => void
  /** This person may no longer read the workspace. */
  onShut: () => void
}

type Shared =
  | { kind: 'event'; event: DeskEvent }
  | { kind: 'reset'; number: number }
  | { kind: 'state'; state: LinkState }
  | { kind: 'shut' }
  | { kind: 'hello' }

/** Opens (or joins) the stream; the answer closes it. */
export function openStream(options: StreamOptions): () => void {
  const name = `central-desk-stream-${options.workspaceId}`
  const closing = new AbortController()
  const channel = new BroadcastChannel(name)
  let leader: Leader | null = null
  const share = (message: Shared) => {
    // Closing cuts the line, and a cut line has something to say: to nobody any more.
    if (closing.signal.aborted) return
    channel.postMessage(message)
    deliver(options, message)
  }
  channel.onmessage = ({ data }: MessageEvent<Shared>) => {
    if (data.kind === 'hello') leader?.sayState()
    else deliver(options, data)
  }
  channel.postMessage({ kind: 'hello' } satisfies Shared)
  const lead = async () => {
    leader = new Leader(options, share, closing.signal)
    await leader.run()
  }
  if (navigator.locks) navigator.locks.request(name, { signal: closing.signal }, lead).catch(() => {})
  else lead()
  return () => {
    closing.abort()
    channel.close()
  }
}

function deliver(options: StreamOptions, message: Shared): void {
  if (message.kind === 'event') options.onEvent(message.event)
  else if (message.kind === 'reset') options.onReset(message.number)
  else if (message.kind === 'state') options.onState(message.state)
  else if (message.kind === 'shut') options.onShut()
}

class Leader {
  private failures = 0
  private state: LinkState = 'live'
  private lastByteAt = 0
  private wakeUp: (() => void) | null = null
  private line: AbortController | null = null
  private readonly options: StreamOptions
  private readonly share: (message: Shared) => void
  private readonly closing: AbortSignal

  constructor(options: StreamOptions, share: (message: Shared) => void, closing: AbortSignal) {
    this.options = options
    this.share = share
    this.closing = closing
  }

  async run(): Promise<void> {
    const stopWatching = this.watch()
    try {
      while (!this.closing.aborted) {
        if (!navigator.onLine) {
          this.say('offline')
          await this.pause(Number.POSITIVE_INFINITY)
          continue
        }
        const waitMs = await this.connect()
        if (!this.closing.aborted) await this.pause(waitMs)
      }
    } finally {
      stopWatching()
    }
  }

  sayState(): void {
    this.share({ kind: 'state', state: this.state })
  }

  private say(state: LinkState): void {
    if (state === this.state) return
    this.state = state
    this.sayState()
  }

  /** Reads until the line ends; answers how long to wait before the next try. */
  private async connect(): Promise<number> {
    const line = new AbortController()
    this.line = line
    const late = setTimeout(() => this.say('reconnecting'), RECONNECTING_SHOWN_AFTER_MS)
    try {
      const address = addressOf(
        streamEvents.path,
        { workspaceId: this.options.workspaceId },
        { after: this.options.cursor() ?? 0 },
      )
      const response = await fetch(address, {
        headers: { accept: 'text/event-stream' },
        credentials: 'same-origin',
        cache: 'no-store',
        signal: AbortSignal.any([line.signal, this.closing]),
      })
      if (response.status === 401) {
        announceSignedOut()
        return SIGNED_OUT_WAIT_MS
      }
      if (response.status === 403 || response.status === 404) this.share({ kind: 'shut' })
      if (!response.ok || !response.body) throw new Error(`The stream answered ${response.status}`)
      await this.read(response.body, () => clearTimeout(late))
    } catch {
      // Cut, refused or aborted: the next try says more than the reason would.
    } finally {
      clearTimeout(late)
      line.abort()
    }
    if (this.closing.aborted) return 0
    setTimeout(() => {
      const isTrying = this.line === line && this.failures > 0 && navigator.onLine
      if (isTrying) this.say('reconnecting')
    }, RECONNECTING_SHOWN_AFTER_MS)
    return backoffMs(this.failures++, Math.random())
  }

  private async read(body: ReadableStream<Uint8Array>, onOpen: () => void): Promise<void> {
    const frames = new FrameReader()
    const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
    this.lastByteAt = Date.now()
    onOpen()
    if (this.state === 'reconnecting' || this.state === 'offline') this.say('catchingUp')
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      this.lastByteAt = Date.now()
      for (const frame of frames.push(value)) this.take(frame.event, frame.data, frame.id)
    }
  }

  private take(kind: string, data: string, id: string | null): void {
    if (kind === 'desk') this.share({ kind: 'event', event: JSON.parse(data) as DeskEvent })
    else if (kind === 'reset') this.share({ kind: 'reset', number: Number(id ?? 0) })
    else if (kind === 'ready') {
      this.failures = 0
      this.say('live')
      if (id) this.options.onNumber(Number(id))
    }
  }

  /** Watches for the network, for waking up and for a line that went dead without a word. */
  private watch(): () => void {
    const again = () => this.retryNow()
    const look = () => {
      if (!document.hidden) this.retryNow()
    }
    const offline = () => {
      this.line?.abort()
      this.say('offline')
    }
    const timer = setInterval(() => this.checkSilence(), WATCH_EVERY_MS)
    window.addEventListener('online', again)
    window.addEventListener('offline', offline)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      window.removeEventListener('online', again)
      window.removeEventListener('offline', offline)
      document.removeEventListener('visibilitychange', look)
    }
  }

  private checkSilence(): void {
    if (this.line && this.lastByteAt > 0 && Date.now() - this.lastByteAt > SILENCE_MAX_MS) this.line.abort()
  }

  private retryNow(): void {
    this.checkSilence()
    this.wakeUp?.()
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.wakeUp = null
        this.closing.removeEventListener('abort', end)
        resolve()
      }
      const timer = Number.isFinite(ms) ? setTimeout(end, ms) : undefined
      this.wakeUp = end
      this.closing.addEventListener('abort', end)
    })
  }
}
