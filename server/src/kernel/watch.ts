/**
 * Watches the workspaces that have live streams in this process. Commits of other processes are heard through the relay;
 * should a notification be lost, the look once a second by number finds what was missed. A workspace nobody listens to
 * costs nothing.
 */
import { sql } from 'kysely'
import type pg from 'pg'
import type { Logger } from './log.ts'
import { type Loop, startLoop } from './loop.ts'
import { type Relay, startRelay } from './relay.ts'
import type { Doors } from './scope.ts'
import type { Signals } from './signals.ts'

const LOOK_MS = 1_000

export type Watch = {
  /** Counts one more listener of a workspace; the answer ends it. */
  begin(workspaceId: string): () => void
  start(): void
  stop(): Promise<void>
}

export function createWatch(doors: Doors, pool: pg.Pool, signals: Signals, log: Logger): Watch {
  const watched = new Map<string, { listeners: number; number: number }>()
  let loop: Loop | undefined
  let relay: Relay | undefined

  signals.on('events', ({ workspaceId, lastNumber }) => {
    const entry = watched.get(workspaceId)
    if (entry) entry.number = Math.max(entry.number, lastNumber)
  })

  async function look(): Promise<boolean> {
    const ids = [...watched.keys()]
    if (ids.length === 0) return false
    const { rows } = await doors.askSystem('realtime.numbers', 'desk_app', ({ db }) =>
      sql<{ workspace_id: string; event_number: number }>`
        select workspace_id, event_number from app.event_numbers(${ids}::uuid[])
      `.execute(db),
    )
    for (const { workspace_id: workspaceId, event_number: lastNumber } of rows) {
      const known = watched.get(workspaceId)
      if (known && lastNumber > known.number) signals.tell('events', { workspaceId, lastNumber, isOurs: false })
    }
    return false
  }

  return {
    begin(workspaceId) {
      const entry = watched.get(workspaceId) ?? { listeners: 0, number: 0 }
      entry.listeners += 1
      watched.set(workspaceId, entry)
      return () => {
        entry.listeners -= 1
        if (entry.listeners === 0) watched.delete(workspaceId)
      }
    },
    start() {
      loop = startLoop({ name: 'watch', log, round: look, longestPause_ms: LOOK_MS })
      relay = startRelay(pool, signals, log)
    },
    async stop() {
      await loop?.stop()
      await relay?.stop()
    },
  }
}
