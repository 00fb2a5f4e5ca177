/**
 * What an agent sent and the server has not yet confirmed. Each entry carries an id minted here, so that sending twice
 * is one message. The states tell the truth: *waiting* never left this machine, *sending* is on its way, *unconfirmed*
 * may or may not have arrived and is tried again by itself with the same id, *failed* was refused, *conflict* waits
 * because a teammate answered first. Pure; the clock and chance are arguments.
 */
import type { Attachment, DRAFT_MODES } from '@central-desk/contract/conversations.ts'
import type { ErrorCode } from '@central-desk/contract/errors.ts'
import { backoffMs } from '../../../lib/backoff.ts'

export type Mode = (typeof DRAFT_MODES)[number]
export type OutboxState = 'waiting' | 'sending' | 'unconfirmed' | 'failed' | 'conflict'

export interface OutboxEntry {
  clientMessageId: string
  workspaceId: string
  conversationId: string
  mode: Mode
  text: string
  attachments: readonly Attachment[]
  /** `lastMessageNumber` as the writer knew it. */
  seenNumber: number
  force: boolean
  close: boolean
  createdAtMs: number
  state: OutboxState
  tries: number
  retryAtMs: number | null
  reason: ErrorCode | null
}

export type OutboxStep =
  | { kind: 'start' }
  /** The request is still open after `SILENT_AFTER_MS`. */
  | { kind: 'silent' }
  | { kind: 'noAnswer'; nowMs: number; random: number }
  | { kind: 'refused'; code: ErrorCode; retryAfterMs: number | null; nowMs: number; random: number }
  /** The agent decided to try again; `force` goes over a teammate's reply that was shown. */
  | { kind: 'again'; seenNumber?: number; force?: boolean }

export const SILENT_AFTER_MS = 15_000

/** Refusals that pass by themselves: the server said no for now, so nothing was stored. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'busy',
  'too_many_requests',
  'internal',
  'not_signed_in',
  'csrf_failed',
])

export function step(entry: OutboxEntry, event: OutboxStep): OutboxEntry {
  switch (event.kind) {
    case 'start':
      // A try after an uncertain one stays uncertain until it is answered.
      return {
        ...entry,
        state: entry.state === 'unconfirmed' ? 'unconfirmed' : 'sending',
        tries: entry.tries + 1,
        retryAtMs: null,
        reason: null,
      }
    case 'silent':
      return entry.state === 'sending' ? { ...entry, state: 'unconfirmed' } : entry
    case 'noAnswer':
      return { ...entry, state: 'unconfirmed', retryAtMs: event.nowMs + backoffMs(entry.tries, event.random) }
    case 'refused':
      return refused(entry, event)
    case 'again':
      return {
        ...entry,
        state: 'waiting',
        retryAtMs: null,
        reason: null,
        seenNumber: event.seenNumber ?? entry.seenNumber,
        force: event.force ?? entry.force,
      }
  }
}

function refused(entry: OutboxEntry, event: Extract<OutboxStep, { kind: 'refused' }>): OutboxEntry {
  if (event.code === 'teammate_replied') return { ...entry, state: 'conflict', retryAtMs: null, reason: event.code }
  if (!PASSING.has(event.code)) return { ...entry, state: 'failed', retryAtMs: null, reason: event.code }
  const waitMs = event.retryAfterMs ?? backoffMs(entry.tries, event.random)
  return { ...entry, state: 'waiting', retryAtMs: event.nowMs + waitMs, reason: event.code }
}

const isStopped = (entry: OutboxEntry) => entry.state === 'failed' || entry.state === 'conflict'

/** What may be sent now: of each conversation the oldest that is not stopped, so that order holds. */
export function dueNow(
  entries: readonly OutboxEntry[],
  inFlight: ReadonlySet<string>,
  nowMs: number,
): readonly OutboxEntry[] {
  const first = new Map<string, OutboxEntry>()
  for (const entry of [...entries].sort((a, b) => a.createdAtMs - b.createdAtMs)) {
    if (!isStopped(entry) && !first.has(entry.conversationId)) first.set(entry.conversationId, entry)
  }
  return [...first.values()].filter(
    (entry) => !inFlight.has(entry.clientMessageId) && (entry.retryAtMs === null || entry.retryAtMs <= nowMs),
  )
}

/** When to look again; null when nothing waits for a time. */
export function nextLookMs(entries: readonly OutboxEntry[]): number | null {
  const times = entries.flatMap((entry) => (isStopped(entry) || entry.retryAtMs === null ? [] : [entry.retryAtMs]))
  return times.length > 0 ? Math.min(...times) : null
}

/** What a page load finds: whatever was on its way may have arrived, so it is tried again with the same id. */
export function afterReload(entries: readonly OutboxEntry[]): OutboxEntry[] {
  return entries.map((entry) =>
    entry.state === 'sending' || entry.state === 'unconfirmed'
      ? { ...entry, state: 'unconfirmed', retryAtMs: null }
      : { ...entry, retryAtMs: null },
  )
}

const ID_BYTES = 18

/** An id as the contract wants it: letters, digits, `-` and `_`, hard to guess and never the same twice. */
export function mintClientMessageId(bytes = crypto.getRandomValues(new Uint8Array(ID_BYTES))): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
