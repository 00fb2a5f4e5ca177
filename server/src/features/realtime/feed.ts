/**
 * The events of one workspace as one process sees them: read once, filled in once, handed to every live stream. Streams
 * that are behind read their own way up to the feed's number and then ride along.
 */
import type { LinkFor } from '../files/index.ts'
import { type EventInside, type FilledEvent, linkItem, type MineOf } from '../conversations/index.ts'
import type { EventStream } from '../../kernel/web/event-stream.ts'

export type Reader = {
  readonly memberId: string
  readonly sessionId: string
  readonly stream: EventStream
  cursor: number
  isLive: boolean
  /** Looks whether the reader still may listen; ends the stream when not. */
  readonly recheck: () => Promise<void>
}

/** Sends a reader what is theirs of a batch, and moves their cursor over all of it. */
export function deliver(
  reader: Reader,
  batch: readonly FilledEvent[],
  mineOf: MineOf,
  spell: (event: unknown) => unknown,
  /** Addresses of files, bound to this reader's session. */
  linkFor: LinkFor,
): void {
  for (const { event, forMemberId } of batch) {
    if (event.number <= reader.cursor) continue
    reader.cursor = event.number
    if (forMemberId !== null && forMemberId !== reader.memberId) continue
    reader.stream.send('desk', spell(forReader(event, reader.memberId, mineOf, linkFor)), event.number)
  }
}

function forReader(event: EventInside, memberId: string, mineOf: MineOf, linkFor: LinkFor) {
  return {
    ...event,
    ...(event.item && { item: linkItem(event.item, linkFor) }),
    ...(event.conversation && { mine: mineOf(event.conversation.id, memberId) }),
  }
}
