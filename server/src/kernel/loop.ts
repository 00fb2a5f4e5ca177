/**
 * A worker's loop: does a round, goes on at once while rounds find work, else waits for a wake-up call or the longest
 * pause; where work is cheaper by the dozen it gathers for the shortest pause first. One round at a time; a failing round
 * is logged and tried again after a growing pause. `stop` waits for the round that runs.
 */
import { describeError, type Logger } from './log.ts'

export type LoopParts = {
  readonly name: string
  readonly log: Logger
  /** True when there may be more to do at once. */
  readonly round: () => Promise<boolean>
  readonly longestPause_ms: number
  /** Not even a wake-up call ends this one. */
  readonly shortestPause_ms?: number
}
export type Loop = { wake(): void; stop(): Promise<void> }

const FAILURE_PAUSE_MS = 250
const FAILURE_PAUSE_MAX_MS = 15_000

export function startLoop({ name, log, round, longestPause_ms, shortestPause_ms = 0 }: LoopParts): Loop {
  let stopped = false
  let woken = false
  let isGathering = false
  let endPause: () => void = () => {}
  const pause = (duration_ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, duration_ms)
      endPause = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const gather = async () => {
    isGathering = true
    await pause(shortestPause_ms)
    isGathering = false
  }

  const running = (async () => {
    let failures = 0
    while (!stopped) {
      woken = false
      let wait_ms = longestPause_ms
      try {
        if (await round()) wait_ms = 0
        failures = 0
      } catch (error) {
        failures += 1
        wait_ms = Math.min(FAILURE_PAUSE_MS * 2 ** failures, FAILURE_PAUSE_MAX_MS)
        log.error({ loop: name, failures, error: describeError(error) }, 'a round failed')
        if (!stopped) await pause(wait_ms)
        continue
      }
      if (wait_ms > 0 && shortestPause_ms > 0 && !stopped) await gather()
      if (wait_ms > 0 && !woken && !stopped) await pause(wait_ms)
    }
  })()

  return {
    wake() {
      woken = true
      if (!isGathering) endPause()
    },
    async stop() {
      stopped = true
      endPause()
      await running
    },
  }
}
