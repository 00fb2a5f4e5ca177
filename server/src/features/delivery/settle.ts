/**
 * Writes what came of a try: the record of the try, the new state, what the other side calls the message, and the event,
 * all or nothing. An acceptance counts whenever it is heard, as long as it moves the delivery forward; anything else
 * counts only while the try is still ours, because a worker that comes back late must not undo what another one did.
 */
import { DELIVERY_STATES, type DeliveryState } from '@central-desk/contract/conversations.ts'
import type { Channel } from '@central-desk/contract/inboxes.ts'
import type { Adapter, ExternalMessageId } from '../../channels/port.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { describeError } from '../../kernel/log.ts'
import { isDestroyed, type WorkspaceTx } from '../../kernel/scope.ts'
import { openInbox } from '../inboxes/index.ts'
import { codeOf, type Settlement, settlementOf, type TryOutcome } from './outcome.ts'
import {
  type Claim,
  finishAttempt,
  hasUncertainAttempt,
  isOnRecord,
  lockDelivery,
  moveDelivery,
  rememberExternal,
} from './queries.ts'

/** An outcome is worth a second try at writing it down: without it a sent message would look lost. */
const WRITE_PAUSES_MS = [200, 1_000, 4_000]

export type Settle = (claim: Claim, outcome: TryOutcome) => Promise<void>
export type SettleParts = { readonly adapterOf: (channel: Channel) => Adapter }

export function externalKeyOf(tx: WorkspaceTx, externalId: ExternalMessageId): Buffer {
  return tx.keys.lookup('external-message', externalId)
}

function isForward(from: DeliveryState, to: DeliveryState): boolean {
  return DELIVERY_STATES.indexOf(to) > DELIVERY_STATES.indexOf(from)
}

export function createSettle(kernel: Kernel, parts: SettleParts) {
  const { doors, randomness, log } = kernel

  async function write(tx: WorkspaceTx, claim: Claim, outcome: TryOutcome): Promise<void> {
    const { state, attempts } = await lockDelivery(tx, claim.messageId)
    const { channel } = await openInbox(tx, claim.inboxId)
    const settlement = settlementOf(outcome, {
      capabilities: parts.adapterOf(channel).capabilities,
      triesMade: claim.attempts,
      mayHaveArrived: await hasUncertainAttempt(tx, claim.messageId),
      now: tx.now,
      randomness,
    })
    await finishAttempt(tx, claim, { outcome: outcome.kind, code: codeOf(outcome) })
    if (settlement.externalId) await rememberExternal(tx, claim, externalKeyOf(tx, settlement.externalId))
    const isOurs = state === 'sending' && attempts === claim.attempts
    const counts = outcome.kind === 'accepted' ? isForward(state, settlement.state) : isOurs
    if (counts) await move(tx, claim, settlement)
  }

  async function move(tx: WorkspaceTx, claim: Claim, { state, nextAttemptAt, reason }: Settlement): Promise<void> {
    await moveDelivery(tx, claim.messageId, { state, nextAttemptAt, reason })
    const { conversationId, messageId: itemId } = claim
    tx.publish({ kind: 'message.delivery', conversationId, itemId, facts: { state } })
  }

  /** Of a workspace whose keys were destroyed the state is all there is left to write. */
  async function inWorkspace(claim: Claim, work: (tx: WorkspaceTx) => Promise<void>): Promise<void> {
    const options = { workspaceId: claim.workspaceId, actor: { kind: 'system' }, door: 'desk_worker' } as const
    try {
      await doors.inWorkspace(options, work)
    } catch (error) {
      if (!isDestroyed(error)) throw error
      await doors.inWorkspace({ ...options, withoutKeys: true }, work)
    }
  }

  const settle: Settle = async (claim, outcome) => {
    for (const pause_ms of WRITE_PAUSES_MS) {
      try {
        return await inWorkspace(claim, (tx) => write(tx, claim, outcome))
      } catch (error) {
        const { workspaceId, messageId } = claim
        log.warn({ workspaceId, messageId, error: describeError(error) }, 'an outcome is written again')
        await new Promise((resolve) => setTimeout(resolve, pause_ms))
      }
    }
    // When this fails too the lease runs out, and the try without an outcome counts as uncertain.
    await inWorkspace(claim, (tx) => write(tx, claim, outcome))
  }

  return {
    settle,
    /** A worker never came back: with a try on record the message may have left, without one it has not. */
    async settleAbandoned(claim: Claim): Promise<void> {
      await inWorkspace(claim, async (tx) => {
        const kind = (await isOnRecord(tx, claim)) ? 'uncertain' : 'unreachable'
        await write(tx, claim, { kind, code: 'interrupted', detail: '' })
      })
    },
  }
}
