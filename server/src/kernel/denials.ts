/**
 * A refused act is worth a line in the trail of the workspace it was tried in, but not a thousand: per actor and action
 * the first of a minute is written at once, the rest of the minute as one entry with a count.
 */
import type { Clock } from './clock.ts'
import { describeError, type Logger } from './log.ts'
import type { Actor, CallOrigin, Doors } from './scope.ts'

const WINDOW_MS = 60_000
/** Actors and actions watched at once; beyond that the oldest minute is closed early. */
const WATCHED_MAX = 5_000

type MemberActor = Extract<Actor, { kind: 'member' }>
type Watched = {
  workspaceId: string
  actor: MemberActor
  action: string
  origin: CallOrigin
  since: number
  more: number
}

export type Denials = {
  record(workspaceId: string, actor: MemberActor, action: string, origin: CallOrigin): Promise<void>
  /** Writes the counts of minutes that are over; called by a timer and at the end. */
  flush(everything?: boolean): Promise<void>
}

export function createDenials(doors: Doors, clock: Clock, log: Logger): Denials {
  const watched = new Map<string, Watched>()

  async function write({ workspaceId, actor, action, origin }: Watched, count: number): Promise<void> {
    await doors.inWorkspace({ workspaceId, actor, origin, withoutKeys: true }, async (tx) =>
      tx.audit({ action, result: 'denied', count }),
    )
  }

  async function close(key: string, entry: Watched): Promise<void> {
    watched.delete(key)
    if (entry.more > 0)
      await write(entry, entry.more).catch((error) => log.error({ error: describeError(error) }, 'denials lost'))
  }

  return {
    async record(workspaceId, actor, action, origin) {
      const key = `${workspaceId}|${actor.memberId}|${action}`
      const now = clock.now().getTime()
      const known = watched.get(key)
      if (known && now - known.since < WINDOW_MS) {
        known.more += 1
        return
      }
      if (known) await close(key, known)
      const oldest = watched.size >= WATCHED_MAX ? watched.entries().next().value : undefined
      if (oldest) await close(...oldest)
      const entry = { workspaceId, actor, action, origin, since: now, more: 0 }
      watched.set(key, entry)
      await write(entry, 1)
    },
    async flush(everything = false) {
      const now = clock.now().getTime()
      for (const [key, entry] of watched) {
        if (everything || now - entry.since >= WINDOW_MS) await close(key, entry)
      }
    },
  }
}
