/**
 * Events of a transaction. Rooms publish while they work; the doors write them as the very last statement before the
 * commit, so that the workspace's counter is held for a moment only and numbers follow commit order without gaps.
 */
import type { EventKind } from '@central-desk/contract/events.ts'
import type { Database } from './pools.ts'

export type PublishedEvent = {
  readonly kind: EventKind
  readonly conversationId?: string | null
  readonly contactId?: string | null
  /** Message or note the event is about. */
  readonly itemId?: string | null
  /** Only this member's screens are told. */
  readonly forMemberId?: string | null
  /** Ids and states of an activity line; never content. */
  readonly facts?: Readonly<Record<string, string | number | boolean | null>> | null
}

/** Writes the events and gives the number of the last one. */
export async function appendEvents(
  db: Database,
  workspaceId: string,
  actorMemberId: string | null,
  events: readonly PublishedEvent[],
  at: Date,
): Promise<number> {
  const { event_number: last } = await db
    .updateTable('workspace_counter')
    .set((eb) => ({ event_number: eb('event_number', '+', events.length) }))
    .where('workspace_id', '=', workspaceId)
    .returning('event_number')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('event')
    .values(
      events.map((event, place) => ({
        workspace_id: workspaceId,
        number: last - events.length + 1 + place,
        kind: event.kind,
        at,
        actor_member_id: actorMemberId,
        conversation_id: event.conversationId ?? null,
        contact_id: event.contactId ?? null,
        item_id: event.itemId ?? null,
        for_member_id: event.forMemberId ?? null,
        facts: event.facts ? JSON.stringify(event.facts) : null,
      })),
    )
    .execute()
  return last
}
