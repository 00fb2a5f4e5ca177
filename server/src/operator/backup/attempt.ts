/**
 * A long run that leaves nothing half-done: an interrupt stops it in order, whatever went wrong takes away what was made
 * so far, and a full disk or a missing right is one sentence.
 */
import { StartRefusal } from '../../kernel/start-refusal.ts'
import { isNoRoom } from '../../kernel/disk.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function sentenceFor(error: unknown, isInterrupted: boolean): StartRefusal | null {
  if (error instanceof StartRefusal) return error
  if (isInterrupted) return new StartRefusal('Interrupted; nothing was left behind.')
  if (isNoRoom(error)) return new StartRefusal('There is no room on the disk; nothing was left behind.')
  const { code, path } = error as { code?: string; path?: string }
  if (code === 'EACCES' || code === 'EPERM') {
    return new StartRefusal(`This user may not use ${path ?? 'a file'}; run it as the user who runs the desk.`)
  }
  return null
}

/** Does `work`; when it fails, `undo` runs and the error is told as a sentence where there is one. */
export async function attempt<T>(work: (signal: AbortSignal) => Promise<T>, undo: () => Promise<void>): Promise<T> {
  const interrupt = new AbortController()
  const abort = () => interrupt.abort()
  for (const name of SIGNALS) process.on(name, abort)
  try {
    return await work(interrupt.signal)
  } catch (error) {
    await undo()
    throw sentenceFor(error, interrupt.signal.aborted) ?? error
  } finally {
    for (const name of SIGNALS) process.off(name, abort)
  }
}
