/**
 * Budgets of calls that hold across processes. A budget is so many calls a minute for a subject (session, address,
 * inbox, visitor). Processes lease blocks of a budget from the database and count them down in memory, so most calls
 * cost no query; with N processes at most N - 1 unfinished blocks go unused or N blocks are spent early, never more
 * than the budget is allowed. `auth` budgets have blocks of one: exact. When the database cannot be asked, the call is
 * refused: a limiter that opens on failure is none.
 */
import { createHmac } from 'node:crypto'
import { isIPv6 } from 'node:net'
import { sql } from 'kysely'
import type { Clock } from './clock.ts'
import { refuse } from './refusal.ts'
import type { Doors } from './scope.ts'

export const BUDGETS = {
  read: { perMinute: 1_200, block: 100 },
  write: { perMinute: 300, block: 25 },
  /** Reads and compares up to a thousand texts; somebody who types asks twice a second. */
  search: { perMinute: 120, block: 10 },
  upload: { perMinute: 60, block: 5 },
  stream: { perMinute: 60, block: 5 },
  auth: { perMinute: 20, block: 1 },
  signUp: { perMinute: 5, block: 1 },
  page: { perMinute: 600, block: 50 },
  /** Of an inbox, spent by calls that were signed for it: a stranger who knows its address cannot use it up. */
  hook: { perMinute: 60_000, block: 2_000 },
  visitorRead: { perMinute: 240, block: 20 },
  visitorWrite: { perMinute: 60, block: 5 },
  // What one network may ask at all, before anybody is looked up; an office or a mobile cell may stand behind it. New
  // visitors cost nothing to make, so that without these their own budgets would bound nobody.
  network: { perMinute: 120_000, block: 4_000 },
  hookNetwork: { perMinute: 600_000, block: 10_000 },
  visitorNetwork: { perMinute: 30_000, block: 1_000 },
  uploadNetwork: { perMinute: 120, block: 5 },
} as const
export type BudgetName = keyof typeof BUDGETS

const WINDOW_MS = 60_000
/** Leases in memory. Beyond it those of windows that are over are dropped, then the oldest. */
export const LEASES_MAX = 20_000
/** How much is free again afterwards, so that not every new subject walks through all of them. */
const ROOM = LEASES_MAX / 10

export type Limiter = { spend(budget: BudgetName, subject: string): Promise<void> }

/**
 * One network of a person: an IPv4 address, or the /64 of an IPv6 one; an IPv4 address in IPv6 clothes is itself. Who
 * has hung up has no address any more: all of those are one network, so that hanging up hides nobody from a budget.
 */
export function networkOf(ip: string | undefined): string {
  if (ip === undefined) return 'gone'
  const plain = ip.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
  if (!isIPv6(plain)) return plain
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(plain)
  if (mapped) {
    const [high, low] = [Number.parseInt(mapped[1] ?? '0', 16), Number.parseInt(mapped[2] ?? '0', 16)]
    return [high >> 8, high & 255, low >> 8, low & 255].join('.')
  }
  const [head = '', tail] = (plain.split('%')[0] ?? '').toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  const groups = [...left, ...gap, ...right].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}

type Lease = { readonly windowStart: number; left: number; readonly full: boolean }

/** A dropped lease is asked for again: its budget is spent a little early, never exceeded. */
export function makeRoom(leases: Map<string, { readonly windowStart: number }>, windowStart: number): void {
  if (leases.size < LEASES_MAX) return
  for (const [name, lease] of leases) if (lease.windowStart !== windowStart) leases.delete(name)
  for (const name of leases.keys()) {
    if (leases.size <= LEASES_MAX - ROOM) return
    leases.delete(name)
  }
}

export function createLimiter(doors: Doors, secret: Buffer, clock: Clock): Limiter {
  const leases = new Map<string, Lease>()
  /** Leases that are being asked for: calls that come at once share one block, or a burst would lease them all. */
  const asked = new Map<string, Promise<Lease>>()

  async function lease(budget: BudgetName, subject: string, windowStart: number): Promise<Lease> {
    const { perMinute, block } = BUDGETS[budget]
    const key = createHmac('sha256', secret).update(`${budget}|${subject}`).digest()
    const { used } = await doors.askSystem('rate.budget', 'desk_auth', ({ db }) =>
      db
        .insertInto('rate_budget')
        .values({ key, window_start: new Date(windowStart), used: block })
        .onConflict((conflict) =>
          conflict.columns(['key', 'window_start']).doUpdateSet({ used: sql<number>`rate_budget.used + ${block}` }),
        )
        .returning('used')
        .executeTakeFirstOrThrow(),
    )
    const granted = Math.max(0, Math.min(block, perMinute - (used - block)))
    return { windowStart, left: granted, full: granted < block }
  }

  function keep(name: string, held: Lease): void {
    makeRoom(leases, held.windowStart)
    leases.set(name, held)
  }

  function leaseOnce(name: string, ask: () => Promise<Lease>): Promise<Lease> {
    const known = asked.get(name)
    if (known) return known
    const asking = ask()
      .then((held) => {
        keep(name, held)
        return held
      })
      .finally(() => asked.delete(name))
    asked.set(name, asking)
    return asking
  }

  return {
    async spend(budget, subject) {
      const now = clock.now().getTime()
      const windowStart = now - (now % WINDOW_MS)
      const name = `${budget}|${subject}`
      for (;;) {
        const known = leases.get(name)
        const isSpent = known?.windowStart !== windowStart || (known.left <= 0 && !known.full)
        const held = isSpent ? await leaseOnce(name, () => lease(budget, subject, windowStart)) : known
        if (held.left > 0) {
          held.left -= 1
          return
        }
        if (held.full) {
          throw refuse('too_many_requests', { retryAfterSeconds: Math.ceil((windowStart + WINDOW_MS - now) / 1000) })
        }
      }
    },
  }
}
