/**
 * What became of everything that came in, and of everything that goes out, per inbox. `received` counts kept events,
 * `stored` those that became messages, `shown` those that somebody's screen carried: whatever is lost on the way stays
 * as a difference between two of them.
 */
import type { DeliveryState } from '@central-desk/contract/conversations.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { openInbox } from './connect.ts'
import { countDeliveries, countUnreadable, countUnshown, countWaiting, ledgerRow } from './ledger-queries.ts'

const SHOWN_AS: Readonly<Record<DeliveryState, 'queued' | 'sent' | 'failed' | 'uncertain'>> = {
  queued: 'queued',
  sending: 'queued',
  uncertain: 'uncertain',
  failed: 'failed',
  sent: 'sent',
  delivered: 'sent',
  read: 'sent',
}

export async function readLedger(tx: WorkspaceTx, inboxId: string) {
  await openInbox(tx, inboxId)
  const ledger = await ledgerRow(tx, inboxId)
  const waiting = await countWaiting(tx, inboxId)
  const outbound = { queued: 0, sent: 0, failed: 0, uncertain: 0 }
  for (const { state, count } of await countDeliveries(tx, inboxId)) outbound[SHOWN_AS[state as DeliveryState]] += count
  return {
    inboxId,
    received: ledger.received,
    stored: ledger.stored,
    shown: Math.max(0, ledger.stored - (await countUnshown(tx, inboxId))),
    unreadable: await countUnreadable(tx, inboxId),
    waiting: waiting.count,
    lastReceivedAt: ledger.last_received_at,
    lastStoredAt: ledger.last_stored_at,
    lagMs: waiting.oldest ? Math.max(0, tx.now.getTime() - waiting.oldest.getTime()) : 0,
    outbound,
  }
}
