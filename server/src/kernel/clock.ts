/**
 * Time and chance are arguments. Everything that must know the hour or draw a secret takes a `Clock` or a
 * `Randomness`, so that a lockout, a seven-day session or a key rotation is a test of milliseconds.
 * `systemClock` and `systemRandomness` are handed in once, by the program's entry; rooms never reach for the
 * machine's own.
 */
import { randomBytes } from 'node:crypto'

export interface Clock {
  now(): Date
}

export interface Randomness {
  /** Fresh bytes fit for keys. Never the same twice, never predictable. */
  bytes(count: number): Buffer
}

export const systemClock: Clock = { now: () => new Date() }

export const systemRandomness: Randomness = { bytes: (count) => randomBytes(count) }
