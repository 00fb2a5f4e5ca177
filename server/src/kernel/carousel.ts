/**
 * Gives each of many riders a turn once in a period, spread evenly over it, with one timer for all of them: thousands of
 * open streams do not each carry their own, and are not all served in the same instant. Turns while somebody rides;
 * keeps no process alive. A turn must not throw.
 */
export type Carousel = {
  /** The answer gets off. */
  ride(turn: () => void): () => void
}

const SEATS = 25

export function createCarousel(period_ms: number): Carousel {
  const seats = Array.from({ length: SEATS }, () => new Set<() => void>())
  let timer: NodeJS.Timeout | undefined
  let riders = 0
  let boarded = 0
  let passed = 0

  function pass(): void {
    for (const turn of seats[passed % SEATS] ?? []) turn()
    passed += 1
  }
  return {
    ride(turn) {
      const seat = seats[boarded % SEATS]
      boarded += 1
      riders += 1
      seat?.add(turn)
      timer ??= setInterval(pass, period_ms / SEATS).unref()
      return () => {
        if (!seat?.delete(turn)) return
        riders -= 1
        if (riders > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}
