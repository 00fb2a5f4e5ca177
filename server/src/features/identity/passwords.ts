/**
 * Keeps passwords: bcrypt at cost 12 over a keyed pre-hash, so that every byte of a long password counts (bcrypt alone
 * reads 72) and a stolen table cannot be attacked without the pepper, which is no part of the database.
 * Hashing waits in a bounded queue; when that is full the answer is `busy`, at once. Verifying for somebody who does
 * not exist costs the same hash and never matches.
 */
import { createHmac } from 'node:crypto'
import { hash, parseOptions, verify } from '@node-rs/bcrypt'
import { normalisePassword } from './password-strength.ts'

export const BCRYPT_COST = 12
/** Half of the four threads that also serve files and name look-ups. */
export const PASSWORD_HASHES_AT_ONCE = 2
/** About three seconds of work. Who comes later is told so instead of waiting. */
export const PASSWORD_QUEUE_DEPTH = 32

/** A well-formed hash of no known password: what is verified against when nobody has that e-mail. */
const NOBODYS_HASH = `$2b$${BCRYPT_COST}$CentralDeskHasNobody..VNNkQ5OvRn1yZ7Yg0eXW3c8mQfT2uJi`

export interface StoredPassword {
  hash: string
  pepperVersion: number
}

export type Verification = 'match' | 'mismatch' | 'busy'

export interface Passwords {
  /** The caller has checked the strength. */
  hashPassword(password: string): Promise<StoredPassword | 'busy'>
  /** Give `null` for a user who does not exist: the same work is done and the answer is never `match`. */
  verifyPassword(password: string, stored: StoredPassword | null): Promise<Verification>
  /** True when cost or pepper are no longer today's; hash again at the next sign-in. */
  needsRehash(stored: StoredPassword): boolean
  /** How many times bcrypt ran in this process: what tests and metrics count. */
  evaluations(): number
}

interface PasswordsOptions {
  /** By version; the highest is used for new hashes, all are used for verifying. */
  peppers: ReadonlyMap<number, Buffer>
  hashesAtOnce?: number
  queueDepth?: number
}

export function createPasswords(options: PasswordsOptions): Passwords {
  const { peppers, hashesAtOnce = PASSWORD_HASHES_AT_ONCE, queueDepth = PASSWORD_QUEUE_DEPTH } = options
  const newestPepper = Math.max(...peppers.keys())
  const queue = new BoundedQueue(hashesAtOnce, queueDepth)

  return {
    async hashPassword(password) {
      const keyed = preHash(peppers, newestPepper, password)
      const made = await queue.run(() => hash(keyed, { cost: BCRYPT_COST, rejectLongPasswords: true }))
      return made === 'busy' ? made : { hash: made, pepperVersion: newestPepper }
    },
    async verifyPassword(password, stored) {
      const keyed = preHash(peppers, stored?.pepperVersion ?? newestPepper, password)
      const kept = stored?.hash ?? NOBODYS_HASH
      // bcrypt answers `false` at once to what is no hash of its own; that speed would tell. This throws instead.
      parseOptions(kept)
      const fits = await queue.run(() => verify(keyed, kept))
      if (fits === 'busy') return fits
      return fits && stored !== null ? 'match' : 'mismatch'
    },
    needsRehash: (stored) => stored.pepperVersion !== newestPepper || parseOptions(stored.hash).cost !== BCRYPT_COST,
    evaluations: () => queue.started,
  }
}

/** 44 printable characters: within bcrypt's 72 bytes and without the zero byte at which it might stop. */
function preHash(peppers: ReadonlyMap<number, Buffer>, version: number, password: string): string {
  const pepper = peppers.get(version)
  if (!pepper) throw new Error(`No pepper of version ${version} was given at start-up`)
  return createHmac('sha256', pepper).update(normalisePassword(password), 'utf8').digest('base64')
}

/** Runs so many at once, lets so many wait in order, and turns the rest away. */
class BoundedQueue {
  started = 0
  #running = 0
  readonly #waiting: (() => void)[] = []
  readonly #atOnce: number
  readonly #depth: number

  constructor(atOnce: number, depth: number) {
    this.#atOnce = atOnce
    this.#depth = depth
  }

  async run<T>(work: () => Promise<T>): Promise<T | 'busy'> {
    if (this.#running >= this.#atOnce) {
      if (this.#waiting.length >= this.#depth) return 'busy'
      // Whoever finishes hands its place over, so that nobody who comes later slips in between.
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else this.#running++
    this.started++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}
