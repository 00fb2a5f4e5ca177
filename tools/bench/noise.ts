/**
 * Tells whether the machine was ours: a fixed piece of hashing before and after each round. When it takes much longer at
 * one time than at another, neighbours or the clock of the processor had a part in every figure of that time.
 */
import { createHash } from 'node:crypto'
import { DRIFT_MAX_PCT } from './document.ts'

const SPIN_BYTES = Buffer.alloc(256 * 1024)
const SPIN_TIMES = 24
/** The quickest of a few: a single interruption of a few milliseconds is no neighbour. */
const TRIES = 3

function spin_ms(): number {
  const begun_ms = performance.now()
  for (let turn = 0; turn < SPIN_TIMES; turn++) createHash('sha256').update(SPIN_BYTES).digest()
  return performance.now() - begun_ms
}

/** How much longer the slowest took than the quickest, in percent. */
export function driftOf(took_ms: readonly number[]): number {
  if (took_ms.length === 0) return 0
  const quickest = Math.min(...took_ms)
  return Math.round((100 * (Math.max(...took_ms) - quickest)) / quickest)
}

export class NoiseGuard {
  readonly #looks_ms: number[] = []

  look(): void {
    this.#looks_ms.push(Math.min(...Array.from({ length: TRIES }, spin_ms)))
  }

  get verdict(): { driftPct: number; noisy: boolean } {
    const driftPct = driftOf(this.#looks_ms)
    return { driftPct, noisy: driftPct > DRIFT_MAX_PCT }
  }
}
