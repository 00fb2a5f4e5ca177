/**
 * Step 2: turns kept events into contacts, conversations and messages. A round takes a turn of each of several workspaces
 * that have something waiting and stores all of it with one statement. When a shared round fails, rounds of one event
 * each find the one that cannot be stored; it is set apart after a few tries, so that it blocks nobody and nothing is lost.
 */
import { sql } from 'kysely'
import { adapterOf } from '../../channels/registry.ts'
import type { Inbound, InboundMessage, InboundStatus } from '../../channels/port.ts'
import type { Channel } from '@central-desk/contract/inboxes.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { describeError } from '../../kernel/log.ts'
import { isDestroyed, type SystemTx } from '../../kernel/scope.ts'
import { SealBroken, type WorkspaceKeys } from '../../kernel/vault/index.ts'
import type { Receive, StoredFile } from '../files/index.ts'
import { type Candidate, settledKeys } from './known.ts'
import { hexOf, keysFor, storeItem, type Writer } from './sealing.ts'
import { fairShares } from './shares.ts'

/** Seals and writes the bytes of a file that came with a message; the row is made with the message. */
export type StoreBytes = Receive

type PendingRow = {
  workspace_id: string
  id: string
  inbox_id: string
  channel: Channel
  raw_sealed: Buffer
  received_at: Date
}
/** What a round read out of the events of one workspace. */
type Turn = {
  readonly workspaceId: string
  readonly keys: WorkspaceKeys
  readonly scope: string
  readonly messages: { readonly event: PendingRow; readonly message: InboundMessage }[]
  readonly statuses: { readonly event: PendingRow; readonly status: InboundStatus }[]
  /** Events that are done when these are stored. */
  readonly done: string[]
  /** Events that say what became of messages of ours, and nothing else. They have rounds of their own. */
  readonly news: { readonly event: PendingRow; readonly status: InboundStatus }[]
}
type Progress = { readonly workspaceId: string; readonly lastNumber: number }
type Share = { readonly workspaces: number; readonly events: number }

const SHARED: Share = { workspaces: 16, events: 32 }
const SINGLE: Share = { workspaces: 1, events: 1 }
/** Rounds of one event after a shared round failed, before sharing is tried again. */
const CAREFUL_ROUNDS = 64
const TRIES_BEFORE_SET_APART = 3
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000'
/** What is the database's, the disk's or the moment's trouble, not the event's: connection, resources, locks, shutdown. */
const PASSING = /^(08|53|55|57|40|25|ENOSPC|EDQUOT|EROFS|EIO|EMFILE|ENFILE|ECONN|EPIPE)/

export function createStorer(kernel: Kernel, storeBytes: StoreBytes) {
  const { doors, vault, mint, signals, log } = kernel
  const failures = new Map<string, number>()
  let cursor = BEFORE_ALL
  let carefulRounds = 0
  /** News was put off in the round before. */
  let isNewsDue = false
  /** The event a single round was working on when it failed. */
  let current: { workspaceId: string; id: string } | null = null

  async function take(tx: SystemTx, share: Share): Promise<Map<string, readonly PendingRow[]>> {
    const { rows } = await sql<PendingRow>`
      select * from app.take_pending(${cursor}, ${share.workspaces}, ${share.events})
    `.execute(tx.db)
    return fairShares(Map.groupBy(rows, (row) => row.workspace_id))
  }

  async function round(share: Share): Promise<Progress[] | null> {
    return doors.inSystem('intake.store', 'desk_ingest', async (tx) => {
      const byWorkspace = await take(tx, share)
      if (byWorkspace.size === 0) return null
      cursor = [...byWorkspace.keys()].at(-1) ?? BEFORE_ALL
      const turns: Turn[] = []
      for (const [workspaceId, events] of byWorkspace) {
        if (share === SINGLE) current = { workspaceId, id: events[0]?.id ?? '' }
        const turn = await readTurn(tx, workspaceId, events)
        if (turn) turns.push(turn)
      }
      if (turns.length === 0) return []
      return isNewsNext(turns) ? storeNews(tx, turns) : storeAll(tx, turns)
    })
  }

  /**
   * News locks deliveries first and the counter of the workspace last, as a worker does that settles one. Messages lock
   * that counter too: in one transaction with them news would wait for a delivery while the worker that has it waits for
   * the counter. So the two take turns.
   */
  function isNewsNext(turns: readonly Turn[]): boolean {
    const hasNews = turns.some(({ news }) => news.length > 0)
    const isNext = hasNews && (isNewsDue || turns.every(({ done }) => done.length === 0))
    isNewsDue = hasNews && !isNext
    return isNext
  }

  async function storeAll(tx: SystemTx, turns: readonly Turn[]): Promise<Progress[]> {
    const lastNumbers = await storeMessages(tx, turns)
    const progress: Progress[] = []
    for (const turn of turns) {
      const moved = await storeStatuses(tx, turn, turn.statuses, [])
      progress.push({ workspaceId: turn.workspaceId, lastNumber: Math.max(lastNumbers.get(turn) ?? 0, moved) })
    }
    return progress
  }

  /** One workspace after the other, in the order in which every round goes. */
  async function storeNews(tx: SystemTx, turns: readonly Turn[]): Promise<Progress[]> {
    const progress: Progress[] = []
    for (const turn of [...turns].sort((a, b) => (a.workspaceId < b.workspaceId ? -1 : 1))) {
      const eventIds = [...new Set(turn.news.map(({ event }) => event.id))]
      const lastNumber = await storeStatuses(tx, turn, turn.news, eventIds)
      progress.push({ workspaceId: turn.workspaceId, lastNumber })
    }
    return progress
  }

  /** Null when the keys of the workspace were destroyed: its events wait for nothing any more. */
  async function readTurn(tx: SystemTx, workspaceId: string, events: readonly PendingRow[]): Promise<Turn | null> {
    const scope = tx.scopeFor(workspaceId)
    const keys = await vault.open(workspaceId).catch((error: unknown) => {
      if (!isDestroyed(error)) throw error
      return null
    })
    if (!keys) {
      for (const { id } of events)
        await sql`select app.ingest_set_apart(${scope}, ${id}, 'keys_destroyed')`.execute(tx.db)
      return null
    }
    const turn: Turn = { workspaceId, keys, scope, messages: [], statuses: [], done: [], news: [] }
    for (const event of events) {
      const read = readEvent(event, keys)
      if (!Array.isArray(read)) {
        await sql`select app.ingest_set_apart(${scope}, ${event.id}, ${read.reason})`.execute(tx.db)
        continue
      }
      const isNews = read.length > 0 && read.every(({ kind }) => kind === 'status')
      if (!isNews) turn.done.push(event.id)
      for (const inbound of read) {
        if (inbound.kind === 'message') turn.messages.push({ event, message: inbound })
        else (isNews ? turn.news : turn.statuses).push({ event, status: inbound })
      }
    }
    return turn
  }

  function readEvent(event: PendingRow, keys: WorkspaceKeys): Inbound[] | { reason: string } {
    try {
      const raw = keys.unseal({ table: 'inbound_event', row: event.id, field: 'raw' }, event.raw_sealed)
      const read = adapterOf(event.channel).normalise(raw)
      return Array.isArray(read) ? read : { reason: read.field ? `${read.reason}: ${read.field}` : read.reason }
    } catch (error) {
      if (error instanceof SealBroken) return { reason: 'seal_broken' }
      throw error
    }
  }

  /** Stores the messages of all turns and finishes their events; the last event number of each workspace that has one. */
  async function storeMessages(tx: SystemTx, turns: readonly Turn[]): Promise<Map<Turn, number>> {
    const scopes = turns.map(({ scope }) => scope)
    const asked = turns.flatMap((turn) => turn.messages.map((one) => ({ turn, ...one })))
    const under = (purpose: string, textOf: (message: InboundMessage) => string): Candidate[] =>
      asked.map(({ turn: { workspaceId, keys }, event, message }) => ({
        workspaceId,
        inboxId: event.inbox_id,
        keys: keysFor(keys, purpose, textOf(message)),
      }))
    const externalKeys = await settledKeys(
      tx,
      scopes,
      'message',
      under('external-message', ({ externalId }) => externalId),
    )
    const addresses = under('contact-address', ({ from }) => from.externalId)
    const writers = asked.length > 0 ? await resolve(tx, scopes, addresses) : new Map<string, Writer>()
    const items: Record<string, unknown>[] = []
    for (const [at, { turn, event, message }] of asked.entries()) {
      const addressKeys = addresses[at]?.keys ?? ['']
      const addressKey = addressKeys.find((key) => writers.has(`${event.inbox_id}|${key}`)) ?? addressKeys[0]
      items.push(await itemOf(turn, event, message, { addressKey, externalKey: externalKeys[at] ?? '', writers }))
    }
    const done = turns.flatMap(({ workspaceId, done: ids }) => ids.map((id) => ({ workspace_id: workspaceId, id })))
    const { rows } = await sql<{ event_number: string | number | null }>`
      select event_number from app.ingest_store(
        ${scopes}::text[], ${JSON.stringify(items)}::jsonb, ${JSON.stringify(done)}::jsonb, ${tx.now}
      )
    `.execute(tx.db)
    // One answer an item, in their order.
    let at = 0
    return new Map(
      turns.map((turn) => {
        const answers = rows.slice(at, at + turn.messages.length)
        at += turn.messages.length
        return [turn, Math.max(0, ...answers.map((row) => Number(row.event_number ?? 0)))]
      }),
    )
  }

  /** Who is known by these addresses already. */
  async function resolve(
    tx: SystemTx,
    scopes: readonly string[],
    addresses: readonly Candidate[],
  ): Promise<Map<string, Writer>> {
    const asked = addresses.flatMap(({ workspaceId, inboxId, keys }) =>
      keys.map((address_key) => ({ workspace_id: workspaceId, inbox_id: inboxId, address_key })),
    )
    const { rows } = await sql<{ inbox_id: string; address_key: Buffer; contact_id: string; has_name: boolean }>`
      select * from app.ingest_resolve(${scopes}::text[], ${JSON.stringify(asked)}::jsonb)
    `.execute(tx.db)
    return new Map(
      rows.map(({ inbox_id, address_key, contact_id, has_name }) => [
        `${inbox_id}|${hexOf(address_key)}`,
        { contactId: contact_id, isKnown: true, hasName: has_name },
      ]),
    )
  }

  async function itemOf(
    { workspaceId, keys }: Turn,
    event: PendingRow,
    message: InboundMessage,
    { addressKey, externalKey, writers }: { addressKey: string; externalKey: string; writers: Map<string, Writer> },
  ): Promise<Record<string, unknown>> {
    const person = `${event.inbox_id}|${addressKey}`
    // The same new person twice in one batch is one proposal, so that the name is sealed for the row it goes to.
    const writer = writers.get(person) ?? { contactId: mint.next(), isKnown: false, hasName: false }
    writers.set(person, writer)
    const files: StoredFile[] = []
    for (const file of message.attachments) {
      if (file.kind === 'bytes') files.push(await storeBytes(keys, workspaceId, file))
    }
    return storeItem(
      message,
      {
        workspaceId,
        inboxId: event.inbox_id,
        messageId: mint.next(),
        writer,
        externalKey,
        addressKey,
        addressId: mint.next(),
        conversationId: mint.next(),
        receivedAt: event.received_at,
        visitorId: message.attachments.find((file) => file.kind === 'stored')?.visitorId ?? null,
        files,
      },
      keys,
    )
  }

  /** Whether any message of ours moved on: then one event at least was written. */
  async function storeStatuses(
    tx: SystemTx,
    { scope, keys }: Turn,
    statuses: Turn['statuses'],
    done: readonly string[],
  ): Promise<number> {
    if (statuses.length === 0) return 0
    // What is unknown changes nothing, so each key that it may be known under is asked for.
    const items = statuses.flatMap(({ event, status }) =>
      keysFor(keys, 'external-message', status.externalMessageId).map((external_key) => ({
        inbox_id: event.inbox_id,
        external_key,
        state: status.state,
        // A stranger's sentence may repeat the message; the state alone is kept in the clear.
        reason: status.state === 'failed' ? 'receiver_reported' : null,
      })),
    )
    const { rows } = await sql<{ moved: number }>`
      select app.ingest_status(${scope}, ${JSON.stringify(items)}::jsonb, ${done}::uuid[], ${tx.now}) as moved
    `.execute(tx.db)
    return (rows[0]?.moved ?? 0) > 0 ? 1 : 0
  }

  function announce(progress: readonly Progress[]): void {
    for (const { workspaceId, lastNumber } of progress) {
      if (lastNumber > 0) signals.tell('events', { workspaceId, lastNumber, isOurs: true })
    }
    signals.tell('searchBacklog', undefined)
  }

  async function setApartAfterTries(error: unknown): Promise<void> {
    if (!current) return
    const { workspaceId, id } = current
    const tries = (failures.get(id) ?? 0) + 1
    failures.set(id, tries)
    log.error({ workspaceId, inboundEventId: id, tries, error: describeError(error) }, 'an event could not be stored')
    if (tries < TRIES_BEFORE_SET_APART) return
    failures.delete(id)
    await doors.inSystem('intake.store', 'desk_ingest', (tx) =>
      sql`select app.ingest_set_apart(${tx.scopeFor(workspaceId)}, ${id}, ${'store_failed'})`.execute(tx.db),
    )
  }

  return {
    /** One round; true when there may be more. */
    async round(): Promise<boolean> {
      const share = carefulRounds > 0 ? SINGLE : SHARED
      current = null
      try {
        const progress = await round(share)
        carefulRounds = progress ? Math.max(0, carefulRounds - 1) : 0
        if (!progress) return false
        announce(progress)
        return true
      } catch (error) {
        if (PASSING.test(String((error as { code?: unknown }).code ?? '08'))) throw error
        carefulRounds = CAREFUL_ROUNDS
        await setApartAfterTries(error)
        return true
      }
    },
  }
}
