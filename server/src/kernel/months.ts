/**
 * Keeps the months ahead: partitions for messages to come are made once a day by whoever works, long before they are
 * needed. A long statement in the way is no trouble: the next look does it, and the default partition catches what
 * would ever come too early.
 */
import { sql } from 'kysely'
import { type Loop, startLoop } from './loop.ts'
import { describeError, type Logger } from './log.ts'
import type { Doors } from './scope.ts'

/** Months of message partitions that are made ahead. */
export const MONTHS_AHEAD = 12
const DAY_MS = 24 * 3_600_000
const LOCK_NOT_AVAILABLE = '55P03'

/** True when the months are there; false when something was in the way. */
export async function makeMonths(doors: Doors, log: Logger): Promise<boolean> {
  try {
    await doors.inSystem('months.ahead', 'desk_worker', ({ db, now }) =>
      sql`select app.ensure_month_partitions(${now}, ${MONTHS_AHEAD})`.execute(db),
    )
    return true
  } catch (error) {
    if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error
    log.warn({ error: describeError(error) }, 'months of message partitions are made later')
    return false
  }
}

export function startMonths(doors: Doors, log: Logger): Loop {
  return startLoop({
    name: 'months',
    log,
    longestPause_ms: DAY_MS,
    round: async () => {
      await makeMonths(doors, log)
      return false
    },
  })
}
