/**
 * What a delivery becomes after a try. Pure: every combination is a row of a table in the test beside it.
 * Only what certainly did not arrive, or may arrive twice without harm, is tried again by itself.
 */
import type { DeliveryState } from '@central-desk/contract/conversations.ts'
import type { Capabilities, ExternalMessageId, Outcome } from '../../channels/port.ts'
import { retryDelayMs } from '../../channels/sending.ts'
import type { Randomness } from '../../kernel/clock.ts'

/** Trouble of our own: `desk_error` before or after the adapter's part, `interrupted` when a worker never came back. */
export type OwnTrouble = 'desk_error' | 'interrupted'
export type TryOutcome =
  | Outcome
  | { readonly kind: 'unreachable' | 'uncertain'; readonly code: OwnTrouble; readonly detail: string }

export type Circumstances = {
  readonly capabilities: Capabilities
  /** This one included. */
  readonly triesMade: number
  /** A try before this one may have arrived. */
  readonly mayHaveArrived: boolean
  readonly now: Date
  readonly randomness: Randomness
}

export type Settlement = {
  readonly state: Extract<DeliveryState, 'queued' | 'sent' | 'delivered' | 'failed' | 'uncertain'>
  /** Set when, and only when, it is queued again. */
  readonly nextAttemptAt: Date | null
  /** A message key, or null when nothing is wrong. */
  readonly reason: string | null
  /** What the other side calls it. */
  readonly externalId: ExternalMessageId | null
}

export function settlementOf(outcome: TryOutcome, circumstances: Circumstances): Settlement {
  const ends = (state: Settlement['state'], reason: string | null): Settlement => ({
    state,
    nextAttemptAt: null,
    reason,
    externalId: null,
  })
  if (outcome.kind === 'accepted') return { ...ends(outcome.state, null), externalId: outcome.externalId }
  if (outcome.kind === 'rejected') return ends('failed', outcome.code)

  const { capabilities, triesMade, now, randomness } = circumstances
  const reason = codeOf(outcome) ?? 'throttled'
  const isUncertain = outcome.kind === 'uncertain' || circumstances.mayHaveArrived
  if (outcome.kind === 'uncertain' && !capabilities.isIdempotent) return ends('uncertain', reason)
  const delay_ms = retryDelayMs(capabilities, triesMade, randomness)
  if (delay_ms === null) return ends(isUncertain ? 'uncertain' : 'failed', reason)
  const wait_ms = outcome.kind === 'throttled' ? outcome.retryAfterMs : delay_ms
  return { ...ends('queued', reason), nextAttemptAt: new Date(now.getTime() + wait_ms) }
}

/** The code that the record of the try keeps. */
export function codeOf(outcome: TryOutcome): string | null {
  return outcome.kind === 'accepted' || outcome.kind === 'throttled' ? null : outcome.code
}
