/**
 * What senders and agents know, written down outside the desk, a line at a time, before and after each call. Files, so
 * that no memory of any process decides afterwards what was promised.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'

export type EventLine =
  | { readonly kind: 'sent'; readonly event: number; readonly at_ms: number }
  /** A try without the answer that was hoped for: 0 is no answer at all. */
  | { readonly kind: 'lost'; readonly event: number; readonly status: number }
  | { readonly kind: 'acked'; readonly event: number; readonly at_ms: number }
export type ReplyLine =
  | { readonly kind: 'sent'; readonly reply: number; readonly workspace: number; readonly conversationId: string }
  | { readonly kind: 'lost'; readonly reply: number; readonly status: number }
  | { readonly kind: 'acked'; readonly reply: number; readonly messageId: string }

export function writeLine(file: string, line: EventLine | ReplyLine): void {
  appendFileSync(file, `${JSON.stringify(line)}\n`)
}

export function readLines<Line extends EventLine | ReplyLine>(file: string): Line[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Line)
}
