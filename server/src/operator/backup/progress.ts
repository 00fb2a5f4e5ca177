/** Says how far a long run is, on standard error, seldom enough to be read. A short run says nothing. */
import type { Voice } from '../command.ts'

const SAY_EVERY_MS = 5_000
const MIB = 1024 * 1024

/** Call it with each count of bytes as it comes. */
export function progressOf(voice: Voice, verb: string, total_bytes: number): (count: number) => void {
  let done_bytes = 0
  let said_ms = performance.now()
  return (count) => {
    done_bytes += count
    const now_ms = performance.now()
    if (now_ms - said_ms < SAY_EVERY_MS) return
    said_ms = now_ms
    const [done, total] = [done_bytes, Math.max(done_bytes, total_bytes)].map((bytes) => Math.round(bytes / MIB))
    voice.complain(`${verb}: ${done} of about ${total} MiB ...`)
  }
}
