/**
 * How an inbox does, in one word and with reasons. A waiting event is normal for a moment; it is a trouble once the oldest
 * has waited longer than people should. Shown less than stored is no trouble: nobody may have looked. Pure.
 */
import type { Inbox, Ledger } from '@central-desk/contract/inboxes.ts'

export const LAG_TROUBLE_MS = 60_000

export const TROUBLES = ['lagging', 'unreadable', 'failed', 'uncertain'] as const
export type Trouble = (typeof TROUBLES)[number]

export type HealthState =
  /** Switched off. */
  | 'off'
  /** Nothing has come in yet. */
  | 'untried'
  /** Switched on and used; how it does is not known here. */
  | 'on'
  | 'good'
  | 'attention'

export interface Health {
  state: HealthState
  troubles: readonly { trouble: Trouble; count: number }[]
}

/** Without a ledger (a role that may not read it) only the switch and the last message are known. */
export function healthOf(inbox: Pick<Inbox, 'isEnabled' | 'lastInboundAt'>, ledger: Ledger | undefined): Health {
  const troubles = ledger ? troublesOf(ledger) : []
  if (!inbox.isEnabled) return { state: 'off', troubles }
  if (troubles.length > 0) return { state: 'attention', troubles }
  const wasUsed = inbox.lastInboundAt !== null || (ledger?.received ?? 0) > 0
  if (!wasUsed) return { state: 'untried', troubles }
  return { state: ledger ? 'good' : 'on', troubles }
}

function troublesOf(ledger: Ledger): { trouble: Trouble; count: number }[] {
  const counts: Record<Trouble, number> = {
    lagging: ledger.lagMs >= LAG_TROUBLE_MS ? ledger.waiting : 0,
    unreadable: ledger.unreadable,
    failed: ledger.outbound.failed,
    uncertain: ledger.outbound.uncertain,
  }
  return TROUBLES.map((trouble) => ({ trouble, count: counts[trouble] })).filter(({ count }) => count > 0)
}
