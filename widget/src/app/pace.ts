/**
 * How long to wait between tries, and the waking: half a second at first, doubling to thirty, with jitter so that a
 * thousand visitors do not return in one instant; at once when the browser says the network is back or the page is
 * seen.
 */

const FIRST_MS = 500
const LONGEST_MS = 30_000

/** `chance` in [0, 1) spreads the wait over its upper half. */
export function backoffMs(tries: number, chance: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** tries)
  return whole / 2 + (whole / 2) * chance
}

export interface Pace {
  /** Resolves after the wait for this many tries, or after `atLeastMs` when that is longer, or on `wake`. */
  pause(tries: number, atLeastMs?: number): Promise<void>
  wake(): void
}

export function createPace(chance: () => number): Pace {
  const waiting = new Set<() => void>()
  return {
    pause(tries, atLeastMs = 0) {
      return new Promise((resolve) => {
        const resume = () => {
          clearTimeout(timer)
          waiting.delete(resume)
          resolve()
        }
        const timer = setTimeout(resume, Math.max(atLeastMs, backoffMs(tries, chance())))
        waiting.add(resume)
      })
    },
    wake() {
      for (const resume of waiting) resume()
    },
  }
}
