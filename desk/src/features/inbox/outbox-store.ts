/**
 * Sends what was written, once each, in order, and keeps it until the server has it: over a lost connection, a reload, a
 * session that ran out. Every entry is kept under its own name, so that two tabs never overwrite each other; a lock per
 * entry lets only one tab send it. Everything outside is an argument.
 */
import type { ThreadItem } from '@central-desk/contract/conversations.ts'
import { Refusal } from '../../lib/refusal.ts'
import {
  afterReload,
  dueNow,
  nextLookMs,
  type OutboxEntry,
  type OutboxStep,
  SILENT_AFTER_MS,
  step,
} from './model/outbox.ts'

export interface OutboxIo {
  load: () => OutboxEntry[]
  /** null removes. */
  save: (clientMessageId: string, entry: OutboxEntry | null) => void
  /** Throws `Refusal`, or anything else for silence. */
  send: (entry: OutboxEntry) => Promise<ThreadItem>
  onSent: (entry: OutboxEntry, item: ThreadItem) => void
  /** Runs only when no other tab holds that name. */
  exclusive: (name: string, run: () => Promise<void>) => Promise<void>
  isOnline: () => boolean
  nowMs: () => number
  random: () => number
  /** Gives the function that cancels. */
  later: (run: () => void, ms: number) => () => void
}

/** The lock of another tab is asked for again after this. */
const LOCKED_RETRY_MS = 5_000

export class OutboxStore {
  private entries: readonly OutboxEntry[]
  private readonly inFlight = new Set<string>()
  private readonly listeners = new Set<() => void>()
  private cancelLook: (() => void) | null = null
  private readonly io: OutboxIo

  constructor(io: OutboxIo) {
    this.io = io
    this.entries = afterReload(io.load())
  }

  all(): readonly OutboxEntry[] {
    return this.entries
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  add(entry: OutboxEntry): void {
    this.put([...this.entries, entry])
    this.io.save(entry.clientMessageId, entry)
    this.pump()
  }

  remove(clientMessageId: string): void {
    if (!this.entries.some((entry) => entry.clientMessageId === clientMessageId)) return
    this.put(this.entries.filter((entry) => entry.clientMessageId !== clientMessageId))
    this.io.save(clientMessageId, null)
  }

  /** The server told of the message by another way: the stream, or a thread that was read. */
  confirm(clientMessageId: string): void {
    this.remove(clientMessageId)
    this.pump()
  }

  again(clientMessageId: string, change: { seenNumber?: number; force?: boolean } = {}): void {
    this.step(clientMessageId, { kind: 'again', ...change })
    this.pump()
  }

  /** Back online, signed in again: whatever waited for a time is tried now. */
  wake(): void {
    const waits = this.entries.some((entry) => entry.retryAtMs !== null)
    if (waits) this.put(this.entries.map((entry) => ({ ...entry, retryAtMs: null })))
    this.pump()
  }

  /** What another tab kept or removed. */
  adopt(clientMessageId: string, entry: OutboxEntry | null): void {
    if (this.inFlight.has(clientMessageId)) return
    const others = this.entries.filter((one) => one.clientMessageId !== clientMessageId)
    this.put(entry ? [...others, entry] : others)
  }

  pump(): void {
    this.cancelLook?.()
    this.cancelLook = null
    if (!this.io.isOnline()) return
    for (const entry of dueNow(this.entries, this.inFlight, this.io.nowMs())) {
      this.inFlight.add(entry.clientMessageId)
      this.deliver(entry.clientMessageId)
    }
    const next = nextLookMs(this.entries)
    if (next !== null) this.cancelLook = this.io.later(() => this.pump(), Math.max(0, next - this.io.nowMs()))
  }

  private async deliver(clientMessageId: string): Promise<void> {
    let isOurs = false
    try {
      await this.io.exclusive(clientMessageId, async () => {
        isOurs = true
        await this.tryOnce(clientMessageId)
      })
    } finally {
      this.inFlight.delete(clientMessageId)
    }
    if (isOurs) this.pump()
    else this.io.later(() => this.pump(), LOCKED_RETRY_MS)
  }

  private async tryOnce(clientMessageId: string): Promise<void> {
    const entry = this.step(clientMessageId, { kind: 'start' })
    if (!entry) return
    const cancelSilent = this.io.later(() => this.step(clientMessageId, { kind: 'silent' }), SILENT_AFTER_MS)
    try {
      const item = await this.io.send(entry)
      this.io.onSent(entry, item)
      this.remove(clientMessageId)
    } catch (error) {
      this.step(clientMessageId, this.failureStep(error))
    } finally {
      cancelSilent()
    }
  }

  private failureStep(error: unknown): OutboxStep {
    const chance = { nowMs: this.io.nowMs(), random: this.io.random() }
    if (!(error instanceof Refusal)) return { kind: 'noAnswer', ...chance }
    const retryAfterMs = error.retryAfterSeconds === null ? null : error.retryAfterSeconds * 1_000
    return { kind: 'refused', code: error.code, retryAfterMs, ...chance }
  }

  private step(clientMessageId: string, event: OutboxStep): OutboxEntry | null {
    const at = this.entries.findIndex((entry) => entry.clientMessageId === clientMessageId)
    const entry = this.entries[at]
    if (!entry) return null
    const next = step(entry, event)
    this.put(this.entries.with(at, next))
    this.io.save(clientMessageId, next)
    return next
  }

  private put(entries: readonly OutboxEntry[]): void {
    this.entries = entries
    for (const listener of this.listeners) listener()
  }
}
