/**
 * A clock that stands still until a test moves it, and randomness that repeats from a seed.
 * For tests only: the repeating bytes are predictable, so nothing they seal is secret.
 */
import { createHash } from 'node:crypto'
import type { Clock, Randomness } from '../../src/kernel/clock.ts'

export interface SettableClock extends Clock {
  set(instant: Date | string): void
  /** Moves on (or back, when negative) and says the new time. */
  advance(by_ms: number): Date
}

export function settableClock(start: Date | string = '2026-11-24T04:00:00.000Z'): SettableClock {
  let at_ms = new Date(start).getTime()
  return {
    now: () => new Date(at_ms),
    set(instant) {
      at_ms = new Date(instant).getTime()
    },
    advance(by_ms) {
      at_ms += by_ms
      return new Date(at_ms)
    },
  }
}

/** SHA-256 of seed and counter, as many blocks as asked for. The same seed gives the same run of bytes. */
export function seededRandomness(seed: string): Randomness {
  let block = 0
  return {
    bytes(count) {
      const blocks: Buffer[] = []
      for (let made = 0; made < count; made += 32) {
        blocks.push(createHash('sha256').update(`${seed}:${block++}`).digest())
      }
      return Buffer.concat(blocks).subarray(0, count)
    },
  }
}
