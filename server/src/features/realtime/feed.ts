/**
 * The events of one workspace as one process sees them: read once, filled in once, handed to every live stream. Streams
 * that are behind read their own way up to the feed's number and then ride along.
 */
import type { DeskEvent } from '@central-desk/contract/events.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { EventStream } from '../../kernel/web/event-stream.ts'

/** An event as screens get it (ids still UUIDs), and whose it is. */
export type FilledEvent = { readonly event: DeskEventInside; readonly forMemberId: string | null }
/** A DeskEvent before its ids and dates are spelled for the wire. */
export type DeskEventInside = { [K in keyof DeskEvent]: unknown } & { number: number; conversationId: string | null }

export type Reader = {
  readonly memberId: string
  readonly stream: EventStream
  cursor: number
  isLive: boolean
  /** Looks whether the reader still may listen; ends the stream when not. */
  readonly recheck: () => void
}

/** Reads events after a number, at most so many, filled in. Reader's own parts come apart, by member. */
export type ReadEvents = (tx: WorkspaceTx, after: number, limit: number) => Promise<FilledEvent[]>
export type ReadMine = (
  tx: WorkspaceTx,
  conversationIds: readonly string[],
  memberIds: readonly string[],
) => Promise<(conversationId: string, memberId: string) => unknown>

/** Sends a reader what is theirs of a batch, and moves their cursor over all of it. */
export function deliver(
  reader: Reader,
  batch: readonly FilledEvent[],
  mineOf: (conversationId: string, memberId: string) => unknown,
  spell: (event: DeskEventInside) => unknown,
): void {
  for (const { event, forMemberId } of batch) {
    if (event.number <= reader.cursor) continue
    reader.cursor = event.number
    if (forMemberId !== null && forMemberId !== reader.memberId) continue
    const mine = event.conversation && event.conversationId ? mineOf(event.conversationId, reader.memberId) : undefined
    reader.stream.send('desk', spell(mine ? { ...event, mine } : event), event.number)
  }
}
