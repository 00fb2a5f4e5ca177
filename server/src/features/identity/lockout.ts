/**
 * Lockout after five failures. A try is counted as a failure before its password is looked at, in one atomic statement,
 * so that fifty tries at once are five. A lane is one account and the path the tries come by: a device that has signed
 * in before, else a network. A stranger's failures lock the stranger's lane; the owner's known devices have their own.
 * All strangers of one account share a further lane, so that many networks are not many times five tries.
 * Lanes of accounts that do not exist are counted alike. The table holds keyed hashes only.
 */
import { createHmac } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from '../../kernel/pools.ts'

export const LOCKOUT = {
  laneFailures: 5,
  /** For all strangers of an account together. */
  accountFailures: 30,
  first_ms: 15 * 60_000,
  /** Each further lock of a lane is twice as long, up to this. */
  longest_ms: 24 * 3_600_000,
  /** A lane that was quiet for so long after its last try or lock starts afresh. */
  forgotten_ms: 24 * 3_600_000,
} as const

/** By what path a try comes. */
export type TryPath = { readonly device: Buffer } | { readonly network: string }

export type CountedTry = {
  readonly isAllowed: boolean
  readonly lane: Buffer
  /** The strangers' shared lane, when it was counted there too. */
  readonly account: Buffer | null
}

export type Lanes = {
  /** Counts a try as a failure and says whether its password may be looked at. */
  count(db: Database, email: string, path: TryPath, now: Date): Promise<CountedTry>
  /** The password was right: the own lane starts afresh, the shared one is given back this try and no more. */
  succeed(db: Database, counted: CountedTry): Promise<void>
  /** The password was not looked at after all. */
  giveBack(db: Database, counted: CountedTry): Promise<void>
  /** Opens every lane of an account. */
  release(db: Database, email: string): Promise<void>
}

const HALF_BYTES = 16
/** Beyond these a lock has long been as long as it gets; the power stays a number. */
const DOUBLINGS_MAX = 16

export function createLanes(secret: Buffer): Lanes {
  const half = (what: string, value: string) =>
    createHmac('sha256', secret).update(`${what}|${value}`).digest().subarray(0, HALF_BYTES)
  // The first half of a key names the account, so that all its lanes lie side by side.
  const laneKey = (email: string, path: string) => Buffer.concat([half('account', email), half('path', path)])

  return {
    async count(db, email, path, now) {
      const isDevice = 'device' in path
      const spelled = isDevice ? `device|${path.device.toString('hex')}` : `network|${path.network}`
      const lane = laneKey(email, spelled)
      const isOpen = (await countFailure(db, lane, LOCKOUT.laneFailures, now)) <= LOCKOUT.laneFailures
      if (isDevice || !isOpen) return { isAllowed: isOpen, lane, account: null }
      const account = laneKey(email, 'strangers')
      const failures = await countFailure(db, account, LOCKOUT.accountFailures, now)
      return { isAllowed: failures <= LOCKOUT.accountFailures, lane, account }
    },
    async succeed(db, { lane, account }) {
      await db.deleteFrom('sign_in_counter').where('key', '=', lane).execute()
      if (account) await uncount(db, account, LOCKOUT.accountFailures)
    },
    async giveBack(db, { lane, account }) {
      await uncount(db, lane, LOCKOUT.laneFailures)
      if (account) await uncount(db, account, LOCKOUT.accountFailures)
    },
    async release(db, email) {
      const account = half('account', email)
      await db
        .deleteFrom('sign_in_counter')
        .where('key', '>=', Buffer.concat([account, Buffer.alloc(HALF_BYTES)]))
        .where('key', '<=', Buffer.concat([account, Buffer.alloc(HALF_BYTES, 0xff)]))
        .execute()
    },
  }
}

/**
 * Adds one failure and answers how many there are. The one that reaches the limit sets the lock and may itself still be
 * looked at; those that come while it holds are counted above the limit and do not make it longer.
 */
async function countFailure(db: Database, key: Buffer, limit: number, now: Date): Promise<number> {
  const forgottenBefore = new Date(now.getTime() - LOCKOUT.forgotten_ms)
  const isLocked = sql<boolean>`coalesce(lane.locked_until > ${now}, false)`
  const isForgotten = sql<boolean>`greatest(lane.updated_at, lane.locked_until) < ${forgottenBefore}`
  const startsAfresh = sql<boolean>`(lane.locked_until <= ${now} or ${isForgotten})`
  const failures = sql<number>`case when ${startsAfresh} then 1 else lane.failures + 1 end`
  const lockouts = sql<number>`case when ${isForgotten} then 0 else lane.lockouts end`
  const locks = sql<boolean>`(not ${isLocked} and ${failures} = ${limit}::int)`
  const doubled = sql<number>`${LOCKOUT.first_ms / 1000}::float8 * 2 ^ least(${lockouts}, ${DOUBLINGS_MAX}::int)`
  const lock_s = sql<number>`least(${doubled}, ${LOCKOUT.longest_ms / 1000}::float8)`
  const { rows } = await sql<{ failures: number }>`
    insert into sign_in_counter as lane (key, failures, lockouts, locked_until, updated_at)
    values (${key}, 1, 0, null, ${now})
    on conflict (key) do update set
      failures = ${failures},
      lockouts = case when ${locks} then ${lockouts} + 1 else ${lockouts} end,
      locked_until = case
        when ${isLocked} then lane.locked_until
        when ${locks} then ${now}::timestamptz + make_interval(secs => ${lock_s})
      end,
      updated_at = ${now}
    returning failures`.execute(db)
  return rows[0]?.failures ?? Number.POSITIVE_INFINITY
}

/** Takes one failure back, and the lock too when it needed that one. */
async function uncount(db: Database, key: Buffer, limit: number): Promise<void> {
  await sql`
    update sign_in_counter set
      failures = greatest(failures - 1, 0),
      lockouts = case when failures <= ${limit}::int and locked_until is not null
        then greatest(lockouts - 1, 0) else lockouts end,
      locked_until = case when failures <= ${limit}::int then null else locked_until end
    where key = ${key}`.execute(db)
}
