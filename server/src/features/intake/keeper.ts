/**
 * Step 1: keeps events and answers when they are on disk. Group commit without a timer: a free connection takes whatever
 * waits, turn and turn about between workspaces, and keeps it with one statement. Two connections never work for one
 * workspace, since one of them would wait for the other's rows. When a shared commit fails each event is tried alone, so
 * that one bad one does not take others with it.
 */
import { sql } from 'kysely'
import type { Kernel } from '../../kernel/kernel.ts'
import { refuse } from '../../kernel/refusal.ts'
import { type Candidate, settledKeys } from './known.ts'
import { hexOf, keysFor } from './sealing.ts'

export type Arrival = {
  readonly workspaceId: string
  readonly inboxId: string
  /** Names the call among all calls of its inbox; the same call again has the same key. */
  readonly eventKey: string
  readonly raw: Buffer
}
export type Keeper = { keep(arrival: Arrival): Promise<{ isNew: boolean }>; idle(): Promise<void> }

type KeepItem = Record<'workspace_id' | 'id' | 'inbox_id' | 'raw_sealed' | 'received_at', string> & {
  byte_size: number
}
type Waiting = {
  workspaceId: string
  item: KeepItem
  eventKeys: Candidate['keys']
  resolve: (kept: { isNew: boolean }) => void
  reject: (error: unknown) => void
}

const BATCH_MAX = 128
const LANES = 2
/** Events that may wait in memory; what is beyond is refused and stays with its sender. */
const WAITING_MAX = 20_000

export function createKeeper(kernel: Kernel): Keeper {
  const { doors, vault, clock, mint, signals, disk } = kernel
  const queues = new Map<string, Waiting[]>()
  /** Workspaces that some connection works for. */
  const inHand = new Set<string>()
  let waiting = 0
  let busyLanes = 0
  let whenIdle: (() => void)[] = []

  /** One from each workspace in turn until the batch is full; empty when all that waits is for workspaces in hand. */
  function takeBatch(): Waiting[] {
    const batch: Waiting[] = []
    let turns = [...queues].filter(([workspaceId]) => !inHand.has(workspaceId))
    while (batch.length < BATCH_MAX && turns.length > 0) {
      for (const [workspaceId, queue] of turns) {
        const next = queue.shift()
        if (next) batch.push(next)
        // Re-inserted at the end, so that the next batch begins with those who had no turn in this one.
        queues.delete(workspaceId)
        if (queue.length > 0) queues.set(workspaceId, queue)
        if (batch.length === BATCH_MAX) break
      }
      turns = turns.filter(([, queue]) => queue.length > 0)
    }
    waiting -= batch.length
    return batch
  }

  async function commit(batch: readonly Waiting[]): Promise<Map<string, boolean>> {
    const workspaceIds = [...new Set(batch.map(({ workspaceId }) => workspaceId))]
    return doors.inSystem('intake.keep', 'desk_ingest', async (tx) => {
      const scopes = workspaceIds.map(tx.scopeFor)
      const candidates = batch.map(({ workspaceId, item, eventKeys }) => ({
        workspaceId,
        inboxId: item.inbox_id,
        keys: eventKeys,
      }))
      const eventKeys = await settledKeys(tx, scopes, 'event', candidates)
      const items = JSON.stringify(batch.map(({ item }, at) => ({ ...item, event_key: eventKeys[at] })))
      const { rows } = await sql<{ id: string; is_new: boolean }>`
        select id, is_new from app.ingest_keep(${scopes}::text[], ${items}::jsonb)
      `.execute(tx.db)
      return new Map(rows.map((row) => [row.id, row.is_new]))
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
    while (busyLanes < LANES) {
      const batch = takeBatch()
      if (batch.length === 0) break
      const workspaceIds = new Set(batch.map(({ workspaceId }) => workspaceId))
      for (const workspaceId of workspaceIds) inHand.add(workspaceId)
      busyLanes += 1
      void settle(batch).finally(() => {
        busyLanes -= 1
        for (const workspaceId of workspaceIds) inHand.delete(workspaceId)
        signals.tell('inbound', undefined)
        drive()
      })
    }
    if (busyLanes > 0) return
    for (const idle of whenIdle) idle()
    whenIdle = []
  }

  return {
    async keep({ workspaceId, inboxId, eventKey, raw }) {
      disk.requireRoom()
      if (waiting >= WAITING_MAX) throw refuse('busy', { retryAfterSeconds: 2 })
      const keys = await vault.open(workspaceId)
      const id = mint.next()
      const item: KeepItem = {
        workspace_id: workspaceId,
        id,
        inbox_id: inboxId,
        raw_sealed: hexOf(keys.seal({ table: 'inbound_event', row: id, field: 'raw' }, raw)),
        byte_size: raw.length,
        received_at: clock.now().toISOString(),
      }
      const eventKeys = keysFor(keys, 'inbound-event', eventKey)
      return new Promise((resolve, reject) => {
        const queue = queues.get(workspaceId) ?? []
        queue.push({ workspaceId, item, eventKeys, resolve, reject })
        queues.set(workspaceId, queue)
        waiting += 1
        drive()
      })
    },
    idle: () => (busyLanes === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve))),
  }
}
