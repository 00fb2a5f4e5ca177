/**
 * Time and chance are arguments. Everything that must know the hour or draw a secret takes a `Clock` or a
 * `Randomness`, so that a lockout, a seven-day session or a key rotation is a test of milliseconds.
 * `systemClock` and `systemRandomness` are handed in once, by the program's entry; rooms never reach for the
 * machine's own.
 */
import { randomBytes, randomFillSync } from 'node:crypto'

export interface Clock {
  now(): Date
}

export interface Randomness {
  /** Fresh bytes fit for keys. Never the same twice, never predictable. */
  bytes(count: number): Buffer
}

export const systemClock: Clock = { now: () => new Date() }

/** Up to this many bytes are a nonce or an id: unique, and no secret. */
const SMALL_BYTES = 12
const STORE_BYTES = 4_096

/**
 * Nonces and ids come from a store that is filled in one go, because asking the system for each costs as much as sealing
 * what it is for. What is handed out is wiped from the store. Keys and tokens never lie in it: they are drawn alone.
 */
function storedBytes(): (count: number) => Buffer {
  const store = Buffer.alloc(STORE_BYTES)
  let at = STORE_BYTES
  return (count) => {
    if (at + count > STORE_BYTES) {
      randomFillSync(store)
      at = 0
    }
    const drawn = Buffer.from(store.subarray(at, at + count))
    store.fill(0, at, at + count)
    at += count
    return drawn
  }
}
const small = storedBytes()

export const systemRandomness: Randomness = {
  bytes: (count) => (count <= SMALL_BYTES ? small(count) : randomBytes(count)),
}
