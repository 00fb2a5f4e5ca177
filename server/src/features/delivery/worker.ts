/**
 * Keeps the slots filled: claims what is due while slots are free, sleeps until the next message falls due (a second at
 * most, because other processes queue too), and is woken when messages are queued or a slot falls free. No inbox and no
 * workspace holds more than its share of the slots, however slow its receiver is.
 */
import type { Kernel } from '../../kernel/kernel.ts'
import { describeError } from '../../kernel/log.ts'
import { startLoop } from '../../kernel/loop.ts'
import { type Claim, claimAbandoned, claimDue, nextDueAt } from './queries.ts'

export const SLOTS = 8
export const SLOTS_PER_WORKSPACE = 4
export const SLOTS_PER_INBOX = 3
/** Longer than a send may take with everything around it. */
export const LEASE_MS = 60_000
const LONGEST_SLEEP_MS = 1_000

export type WorkerParts = {
  readonly send: (claim: Claim) => Promise<void>
  readonly settleAbandoned: (claim: Claim) => Promise<void>
}

export function startWorker(kernel: Kernel, { send, settleAbandoned }: WorkerParts) {
  const { doors, clock, signals, log } = kernel
  const running = new Map<Promise<void>, Claim>()
  let alarm: NodeJS.Timeout | undefined

  function begin(claim: Claim, work: (claim: Claim) => Promise<void>): void {
    const { workspaceId, messageId } = claim
    const done = work(claim)
      .catch((error) => log.error({ workspaceId, messageId, error: describeError(error) }, 'a delivery was left alone'))
      .finally(() => {
        running.delete(done)
        loop.wake()
      })
    running.set(done, claim)
  }

  function claimAll(free: number) {
    const claims = [...running.values()]
    return doors.inSystem('delivery.claim', 'desk_worker', async ({ db, now }) => {
      const leaseUntil = new Date(now.getTime() + LEASE_MS)
      const abandoned = await claimAbandoned(db, now, leaseUntil, free)
      const due = await claimDue(db, now, leaseUntil, {
        limit: free - abandoned.length,
        perInbox: SLOTS_PER_INBOX,
        perWorkspace: SLOTS_PER_WORKSPACE,
        inboxIds: claims.map(({ inboxId }) => inboxId),
        workspaceIds: claims.map(({ workspaceId }) => workspaceId),
      })
      return { abandoned, due, nextAt: due.length === 0 ? await nextDueAt(db) : null }
    })
  }

  /** What falls due within the sleep is not slept over. What is due already waits for a slot, which wakes us. */
  function setAlarm(nextAt: Date | null): void {
    clearTimeout(alarm)
    const wait_ms = nextAt ? nextAt.getTime() - clock.now().getTime() : LONGEST_SLEEP_MS
    if (wait_ms > 0 && wait_ms < LONGEST_SLEEP_MS) alarm = setTimeout(() => loop.wake(), wait_ms)
  }

  async function round(): Promise<boolean> {
    const free = SLOTS - running.size
    if (free <= 0) return false
    const { abandoned, due, nextAt } = await claimAll(free)
    for (const claim of abandoned) begin(claim, settleAbandoned)
    for (const claim of due) begin(claim, send)
    if (due.length === 0) setAlarm(nextAt)
    return due.length > 0 && running.size < SLOTS
  }

  const loop = startLoop({ name: 'delivery', log, round, longestPause_ms: LONGEST_SLEEP_MS })
  const forget = signals.on('deliveries', loop.wake)
  return {
    /** Claims no more, and waits for the sends that run. */
    async stop() {
      forget()
      await loop.stop()
      clearTimeout(alarm)
      await Promise.all(running.keys())
    },
  }
}
