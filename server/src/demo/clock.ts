/** The demo's clock: stands where the story is, never goes back, never passes the present. */
import type { Clock } from '../kernel/clock.ts'

/** Every look moves it on a little, as time does; ids and orders stay distinct. */
const STEP_MS = 40

export class WalkingClock implements Clock {
  private at_ms: number
  private readonly end_ms: number

  constructor(start: Date, end: Date) {
    this.at_ms = start.getTime()
    this.end_ms = end.getTime()
  }

  now(): Date {
    this.at_ms = Math.min(this.at_ms + STEP_MS, this.end_ms)
    return new Date(this.at_ms)
  }

  /** Walks to so many minutes before the present. */
  walkTo(minutesAgo: number): void {
    this.at_ms = Math.max(this.at_ms, this.end_ms - minutesAgo * 60_000)
  }
}
