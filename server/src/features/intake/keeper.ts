/**
 * Step 1: keeps events and answers when they are on disk. Group commit without a timer: a free connection takes whatever
 * waits, turn and turn about between workspaces. When a shared commit fails each event is tried alone, so that one bad
 * one does not take others with it.
 */
import { sql } from 'kysely'
import type { Kernel } from '../../kernel/kernel.ts'
import { refuse } from '../../kernel/refusal.ts'
import { hexOf } from './sealing.ts'

export type Arrival = {
  readonly workspaceId: string
  readonly inboxId: string
  /** Names the call among all calls of its inbox; the same call again has the same key. */
  readonly eventKey: string
  readonly raw: Buffer
}
export type Keeper = { keep(arrival: Arrival): Promise<{ isNew: boolean }>; idle(): Promise<void> }

type KeepItem = Record<'id' | 'inbox_id' | 'event_key' | 'raw_sealed' | 'received_at', string> & { byte_size: number }
type Waiting = {
  workspaceId: string
  item: KeepItem
  resolve: (kept: { isNew: boolean }) => void
  reject: (error: unknown) => void
}

const BATCH_MAX = 128
const LANES = 2
/** Events that may wait in memory; what is beyond is refused and stays with its sender. */
const WAITING_MAX = 20_000

export function createKeeper(kernel: Kernel): Keeper {
  const { doors, vault, clock, mint, signals } = kernel
  const queues = new Map<string, Waiting[]>()
  let waiting = 0
  let busyLanes = 0
  let whenIdle: (() => void)[] = []

  /** One from each workspace in turn until the batch is full. */
  function takeBatch(): Waiting[] {
    const batch: Waiting[] = []
    while (batch.length < BATCH_MAX && queues.size > 0) {
      for (const [workspaceId, queue] of queues) {
        const next = queue.shift()
        if (next) batch.push(next)
        // Re-inserted at the end, so that the next batch begins with those who had no turn in this one.
        queues.delete(workspaceId)
        if (queue.length > 0) queues.set(workspaceId, queue)
        if (batch.length === BATCH_MAX) break
      }
    }
    waiting -= batch.length
    return batch
  }

  async function commit(batch: readonly Waiting[]): Promise<Map<string, boolean>> {
    const byWorkspace = Map.groupBy(batch, ({ workspaceId }) => workspaceId)
    const workspaceIds = [...byWorkspace.keys()].sort()
    return doors.inSystem('intake.keep', 'desk_ingest', async (tx) => {
      const isNew = new Map<string, boolean>()
      for (const workspaceId of workspaceIds) {
        const items = JSON.stringify((byWorkspace.get(workspaceId) ?? []).map(({ item }) => item))
        const { rows } = await sql<{ id: string; is_new: boolean }>`
          select id, is_new from app.ingest_keep(${tx.scopeFor(workspaceId)}, ${items}::jsonb)
        `.execute(tx.db)
        for (const row of rows) isNew.set(row.id, row.is_new)
      }
      return isNew
    })
  }

  async function settle(batch: readonly Waiting[]): Promise<void> {
    try {
      const isNew = await commit(batch)
      for (const { item, resolve } of batch) resolve({ isNew: isNew.get(item.id) ?? false })
    } catch (error) {
      if (batch.length === 1) return batch[0]?.reject(error)
      for (const one of batch) await settle([one])
    }
  }

  function drive(): void {
    while (busyLanes < LANES && queues.size > 0) {
      busyLanes += 1
      const batch = takeBatch()
      void settle(batch).finally(() => {
        busyLanes -= 1
        signals.tell('inbound', undefined)
        if (queues.size > 0) drive()
        else if (busyLanes === 0) {
          for (const idle of whenIdle) idle()
          whenIdle = []
        }
      })
    }
  }

  return {
    async keep({ workspaceId, inboxId, eventKey, raw }) {
      if (waiting >= WAITING_MAX) throw refuse('busy', { retryAfterSeconds: 2 })
      const keys = await vault.open(workspaceId)
      const id = mint.next()
      const item: KeepItem = {
        id,
        inbox_id: inboxId,
        event_key: hexOf(keys.lookup('inbound-event', eventKey)),
        raw_sealed: hexOf(keys.seal({ table: 'inbound_event', row: id, field: 'raw' }, raw)),
        byte_size: raw.length,
        received_at: clock.now().toISOString(),
      }
      return new Promise((resolve, reject) => {
        const queue = queues.get(workspaceId) ?? []
        queue.push({ workspaceId, item, resolve, reject })
        queues.set(workspaceId, queue)
        waiting += 1
        drive()
      })
    },
    idle: () => (busyLanes === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve))),
  }
}
