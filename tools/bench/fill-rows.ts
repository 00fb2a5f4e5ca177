/**
 * The rows of one slice of a workspace: contacts, conversations, messages and what hangs on them, with the envelopes,
 * look-up keys and search tokens that the program itself would have made. Only the order of writing differs.
 */
import { createIdMint, type IdMint } from '../../server/src/kernel/ids.ts'
import { systemRandomness } from '../../server/src/kernel/clock.ts'
import type { WorkspaceKeys } from '../../server/src/kernel/vault/index.ts'
import { previewOf } from '../../server/src/features/conversations/index.ts'
import { type Chance, chanceOf } from './chance.ts'
import * as copy from './copy-rows.ts'
import { Rows } from './copy-rows.ts'
import { eventsIn, isSeldom, MONTHS_OF_HISTORY, messagesIn, messagesOf, personOf, type Slice } from './plan.ts'
import { type Writer, writerOf } from './words.ts'

const DAY_MS = 24 * 3_600_000
const HISTORY_MS = MONTHS_OF_HISTORY * 30 * DAY_MS
const DEEP_THREAD_MS = 180 * DAY_MS
const THREAD_MS = 10 * DAY_MS

/** In the order in which they are sent. */
function emptyTables() {
  const key = 'workspace_id'
  return {
    contact: new Rows('contact', [key, 'id', 'name_sealed', 'created_at', 'last_seen_at']),
    address: new Rows('contact_address', [
      ...[key, 'id', 'contact_id', 'inbox_id', 'external_key', 'external_sealed', 'is_verified', 'created_at'],
    ]),
    name: new Rows('contact_search_entry', [key, 'contact_id', 'tokens']),
    conversation: new Rows('conversation', [
      ...[key, 'id', 'number', 'inbox_id', 'contact_id', 'contact_address_id', 'status', 'snoozed_until'],
      ...['assignee_id', 'last_message_number', 'last_inbound_number', 'last_message_id', 'last_message_sent_at'],
      ...['first_message_id', 'newest_message_id', 'waiting_since', 'last_activity_at', 'created_at'],
    ]),
    message: new Rows('message', [
      ...[key, 'id', 'conversation_id', 'number', 'direction', 'author_kind', 'author_member_id', 'text_sealed'],
      ...['preview_sealed', 'sent_at', 'received_at'],
    ]),
    external: new Rows('message_external', [key, 'inbox_id', 'external_key', 'message_id']),
    delivery: new Rows('delivery', [key, 'message_id', 'conversation_id', 'inbox_id', 'state', 'updated_at']),
    arrival: new Rows('inbound_event', [
      ...[key, 'id', 'inbox_id', 'event_key', 'raw_sealed', 'byte_size', 'received_at', 'state'],
    ]),
    search: new Rows('search_entry', [key, 'message_id', 'conversation_id', 'tokens']),
    event: new Rows('event', [key, 'number', 'kind', 'at', 'conversation_id', 'contact_id', 'item_id', 'facts']),
    reading: new Rows('reading', [key, 'member_id', 'conversation_id', 'read_number']),
    tag: new Rows('conversation_tag', [key, 'conversation_id', 'tag_id', 'created_at']),
  }
}
export type Tables = ReturnType<typeof emptyTables>

type Place = {
  readonly slice: Slice
  readonly keys: WorkspaceKeys
  readonly tables: Tables
  readonly chance: Chance
  readonly writer: Writer
  readonly idAt: (at_ms: number) => string
  /** In the whole workspace. */
  readonly messages: number
  eventNumber: number
}
type Thread = { readonly at: number; readonly id: string; readonly contactId: string; readonly inboxId: string }

function idMaker(): (at_ms: number) => string {
  let now = new Date(0)
  const mint: IdMint = createIdMint({ clock: { now: () => now }, randomness: systemRandomness })
  return (at_ms) => {
    now = new Date(at_ms)
    return mint.next()
  }
}

export function rowsOf(slice: Slice, keys: WorkspaceKeys): Tables {
  const tables = emptyTables()
  const chance = chanceOf(slice.plan.seed + slice.from * 31)
  const writer = writerOf(chance)
  const messages = messagesIn(slice.plan)
  // Numbers are taken from the end: the newest conversations come first.
  const eventNumber = eventsIn(slice.plan) - slice.messagesBefore - slice.from
  const place: Place = { slice, keys, tables, chance, writer, idAt: idMaker(), messages, eventNumber }
  let number = slice.messagesBefore
  for (let at = slice.from; at < slice.to; at++) {
    addConversation(place, at, number)
    number += messagesOf(slice.plan, at)
  }
  return tables
}

function statusOf(chance: Chance): 'open' | 'pending' | 'snoozed' | 'closed' {
  const roll = chance.next()
  if (roll < 0.3) return 'open'
  if (roll < 0.37) return 'pending'
  return roll < 0.4 ? 'snoozed' : 'closed'
}

function addConversation(place: Place, at: number, firstMessage: number): void {
  const { slice, chance, tables, idAt } = place
  const { plan, now_ms } = slice
  const count = messagesOf(plan, at)
  // The first conversation is the newest; the others go back evenly, with a little disorder.
  const newest_ms = now_ms - 60_000 - (at / plan.conversations) * HISTORY_MS - chance.below(600_000)
  const lasted_ms = at === 0 ? DEEP_THREAD_MS : Math.min(THREAD_MS, count * 3_600_000)
  const created_ms = newest_ms - lasted_ms
  const inbox = isSeldom(plan, at, 7) ? plan.inboxes.at(-1) : plan.inboxes[0]
  const thread: Thread = { at, id: idAt(created_ms), contactId: idAt(created_ms), inboxId: inbox?.id ?? '' }
  const addressId = addPerson(place, thread, created_ms, newest_ms)
  const messages = Array.from({ length: count }, (_, index) => {
    const sent_ms = created_ms + ((index + 1) / count) * lasted_ms
    return { id: idAt(sent_ms), sent_ms, isInbound: index === 0 || chance.next() < 0.6 }
  })
  for (const [index, message] of messages.entries()) addMessage(place, thread, message, index, firstMessage + index)
  const status = at === 0 ? 'open' : statusOf(chance)
  const last = messages.at(-1)
  const lastInbound = messages.findLastIndex(({ isInbound }) => isInbound)
  const ids = messages.map(({ id }) => id).sort()
  tables.conversation.add(
    ...[copy.uuid(plan.workspaceId), copy.uuid(thread.id), copy.int8(at + 1), copy.uuid(thread.inboxId)],
    ...[copy.uuid(thread.contactId), copy.uuid(addressId), copy.text(status)],
    status === 'snoozed' ? copy.moment(now_ms + 30 * DAY_MS + chance.below(DAY_MS)) : copy.nothing,
    chance.next() < 0.4 ? copy.nothing : copy.uuid(chance.pick(plan.memberIds)),
    ...[copy.int4(count), copy.int4(lastInbound + 1)],
    ...[copy.uuid(last?.id ?? ''), copy.moment(last?.sent_ms ?? 0)],
    ...[copy.uuid(ids[0] ?? ''), copy.uuid(ids.at(-1) ?? '')],
    last?.isInbound && status !== 'closed' ? copy.moment(last.sent_ms) : copy.nothing,
    ...[copy.moment(newest_ms), copy.moment(created_ms)],
  )
  addOpening(place, thread, created_ms)
  addMarks(place, thread, count, created_ms)
}

function addPerson(place: Place, thread: Thread, created_ms: number, seen_ms: number): string {
  const { slice, keys, tables, writer, idAt } = place
  const { workspaceId } = slice.plan
  const person = personOf(thread.at)
  const name = writer.name()
  const addressId = idAt(created_ms)
  const ws = copy.uuid(workspaceId)
  const contact = copy.uuid(thread.contactId)
  const nameSealed = keys.seal({ table: 'contact', row: thread.contactId, field: 'name' }, name)
  tables.contact.add(ws, contact, copy.bytea(nameSealed), copy.moment(created_ms), copy.moment(seen_ms))
  tables.name.add(ws, contact, copy.bigints(tokensOf(place, name)))
  tables.address.add(
    ...[ws, copy.uuid(addressId), contact, copy.uuid(thread.inboxId)],
    copy.bytea(keys.lookup('contact-address', person)),
    copy.bytea(keys.seal({ table: 'contact_address', row: addressId, field: 'external' }, person)),
    ...[copy.bool(true), copy.moment(created_ms)],
  )
  return addressId
}

const TOKENS_KEPT = 20_000
const tokensKept = new Map<string, bigint[]>()

/** Each text is looked into once; one workspace after another, since their keys differ. */
function tokensOf({ slice, keys }: Place, text: string): bigint[] {
  const place = `${slice.plan.workspaceId} ${text}`
  const known = tokensKept.get(place)
  if (known) return known
  const tokens = keys.searchTokens(text)
  if (tokensKept.size >= TOKENS_KEPT) tokensKept.clear()
  tokensKept.set(place, tokens)
  return tokens
}

type Message = { readonly id: string; readonly sent_ms: number; readonly isInbound: boolean }

function addMessage(place: Place, thread: Thread, message: Message, index: number, number: number): void {
  const { slice, keys, tables, chance, writer } = place
  const { workspaceId, memberIds } = slice.plan
  const { id, sent_ms, isInbound } = message
  const text = writer.message(number, place.messages)
  const sealed = (field: string, plain: string) => copy.bytea(keys.seal({ table: 'message', row: id, field }, plain))
  const [ws, messageId, conversation, at] = [workspaceId, id, thread.id].map(copy.uuid).concat(copy.moment(sent_ms))
  if (!ws || !messageId || !conversation || !at) return
  tables.message.add(
    ...[ws, messageId, conversation, copy.int4(index + 1), copy.text(isInbound ? 'in' : 'out')],
    copy.text(isInbound ? 'contact' : 'member'),
    isInbound ? copy.nothing : copy.uuid(chance.pick(memberIds)),
    ...[sealed('text', text), sealed('preview', previewOf(text)), at, at],
  )
  tables.search.add(ws, messageId, conversation, copy.bigints(tokensOf(place, text)))
  addEvent(place, thread, 'message.created', sent_ms, { itemId: id })
  if (isInbound) addArrival(place, thread, message, text)
  else tables.delivery.add(ws, messageId, conversation, copy.uuid(thread.inboxId), copy.text('read'), at)
}

function addArrival(place: Place, thread: Thread, { id, sent_ms }: Message, text: string): void {
  const { slice, keys, tables, idAt } = place
  const ws = copy.uuid(slice.plan.workspaceId)
  const inbox = copy.uuid(thread.inboxId)
  const eventId = idAt(sent_ms)
  const body = { type: 'message', id, from: { id: personOf(thread.at) }, sentAt: new Date(sent_ms), text }
  const raw = Buffer.from(JSON.stringify(body))
  tables.external.add(ws, inbox, copy.bytea(keys.lookup('external-message', id)), copy.uuid(id))
  tables.arrival.add(
    ...[ws, copy.uuid(eventId), inbox, copy.bytea(keys.lookup('inbound-event', id))],
    copy.bytea(keys.seal({ table: 'inbound_event', row: eventId, field: 'raw' }, raw)),
    ...[copy.int4(raw.length), copy.moment(sent_ms), copy.text('done')],
  )
}

function addOpening(place: Place, thread: Thread, created_ms: number): void {
  addEvent(place, thread, 'conversation.changed', created_ms, { facts: { what: 'opened' } })
}

type About = { readonly itemId?: string; readonly facts?: unknown }

function addEvent(place: Place, thread: Thread, kind: string, at_ms: number, { itemId, facts }: About): void {
  place.tables.event.add(
    ...[copy.uuid(place.slice.plan.workspaceId), copy.int8(place.eventNumber), copy.text(kind), copy.moment(at_ms)],
    ...[copy.uuid(thread.id), copy.uuid(thread.contactId)],
    itemId ? copy.uuid(itemId) : copy.nothing,
    facts ? copy.json(facts) : copy.nothing,
  )
  place.eventNumber -= 1
}

/** Read by the first member, every second one; tagged, every fifth and a hundred in all. */
function addMarks({ slice, tables }: Place, thread: Thread, count: number, created_ms: number): void {
  const { plan } = slice
  const { workspaceId, memberIds, tagIds } = plan
  const [ws, id] = [copy.uuid(workspaceId), copy.uuid(thread.id)]
  if (thread.at % 2 === 0) tables.reading.add(ws, copy.uuid(memberIds[0] ?? ''), id, copy.int4(count))
  const tags = [thread.at % 5 === 0 ? tagIds[0] : undefined, isSeldom(plan, thread.at, 3) ? tagIds[1] : undefined]
  for (const tag of tags) if (tag) tables.tag.add(ws, id, copy.uuid(tag), copy.moment(created_ms))
}
