/** How long to wait before the next try: doubles from half a second to thirty, with jitter so that a fleet spreads. */
export const BACKOFF_FIRST_MS = 500
export const BACKOFF_MAX_MS = 30_000

/** `random` is a number from 0 to 1; the wait lies between half of the step and all of it. */
export function backoffMs(failures: number, random: number): number {
  const step = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(failures, 16))
  return Math.round(step / 2 + (step / 2) * random)
}
