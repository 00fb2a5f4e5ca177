/**
 * Mints the UUIDv7 of every row: 48 bits of milliseconds, 74 bits of chance (RFC 9562, section 5.7).
 * Promises that ids from one mint always rise, also within a millisecond and when the clock steps back a little,
 * because tables are partitioned and paged by id range. Says nothing about order between processes: the display
 * order of messages never comes from here.
 */
import type { Clock, Randomness } from './clock.ts'

export interface IdMint {
  /** A lower-case UUIDv7, above every one this mint gave before. */
  next(): string
}

/** A clock that steps back further than this was wrong before: follow it, or new rows land in far partitions. */
export const CLOCK_STEP_TOLERATED_MS = 60_000

const RANDOM_BITS = 74n
const RANDOM_LIMIT = 1n << RANDOM_BITS
const RANDOM_BYTES = 10
/** Steps inside one millisecond are random too, so that a neighbour's id cannot be guessed from one's own. */
const STEP_BYTES = 4

export function createIdMint({ clock, randomness }: { clock: Clock; randomness: Randomness }): IdMint {
  let last_ms = Number.NEGATIVE_INFINITY
  let random = 0n

  function fresh(now_ms: number): void {
    last_ms = now_ms
    random = numberFrom(randomness.bytes(RANDOM_BYTES)) & (RANDOM_LIMIT - 1n)
  }

  return {
    next() {
      const now_ms = clock.now().getTime()
      if (now_ms > last_ms || now_ms < last_ms - CLOCK_STEP_TOLERATED_MS) fresh(now_ms)
      else {
        random += numberFrom(randomness.bytes(STEP_BYTES)) + 1n
        if (random >= RANDOM_LIMIT) fresh(last_ms + 1)
      }
      return spell(last_ms, random)
    },
  }
}

/** The millisecond inside a UUIDv7: partitions and retention are cut by it. */
export function millisecondOf(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16)
}

/** The lowest UUIDv7 of a millisecond, the edge of an id range. */
export function firstIdAt(instant: Date): string {
  return spell(instant.getTime(), 0n)
}

function numberFrom(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`)
}

function spell(at_ms: number, random: bigint): string {
  const time = at_ms.toString(16).padStart(12, '0')
  const high = (0x7000n | (random >> 62n)).toString(16)
  const low = ((2n << 62n) | (random & ((1n << 62n) - 1n))).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-${high}-${low.slice(0, 4)}-${low.slice(4)}`
}
