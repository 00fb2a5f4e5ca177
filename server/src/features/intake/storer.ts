/**
 * Step 2: turns kept events into contacts, conversations and messages. A round takes a turn of every workspace that has
 * something waiting and stores it in one commit. When a shared round fails, rounds of one event each find the one that
 * cannot be stored; it is set apart after a few tries, so that it blocks nobody and nothing is lost.
 */
import { sql } from 'kysely'
import { adapterOf } from '../../channels/registry.ts'
import type { Inbound, InboundMessage, InboundStatus } from '../../channels/port.ts'
import type { Channel } from '@central-desk/contract/inboxes.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { describeError } from '../../kernel/log.ts'
import type { SystemTx } from '../../kernel/scope.ts'
import { SealBroken, type WorkspaceKeys } from '../../kernel/vault/index.ts'
import type { Receive, StoredFile } from '../files/index.ts'
import { addressKeyOf, hexOf, storeItem, type Writer } from './sealing.ts'

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
type ReadMessage = { event: PendingRow; message: InboundMessage }
type Progress = { readonly workspaceId: string; readonly lastNumber: number }
type Turn = { readonly workspaces: number; readonly events: number }

const SHARED_TURN: Turn = { workspaces: 16, events: 32 }
const SINGLE_TURN: Turn = { workspaces: 1, events: 1 }
/** Rounds of one event after a shared round failed, before sharing is tried again. */
const CAREFUL_ROUNDS = 64
const TRIES_BEFORE_SET_APART = 3
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000'
/** What is the database's or the moment's trouble, not the event's: connection, resources, locks, shutdown. */
const PASSING = /^(08|53|55|57|40|25)/

export function createStorer(kernel: Kernel, storeBytes: StoreBytes) {
  const { doors, vault, mint, signals, log } = kernel
  const failures = new Map<string, number>()
  let cursor = BEFORE_ALL
  let carefulRounds = 0
  /** The event a single round was working on when it failed. */
  let current: { workspaceId: string; id: string } | null = null

  async function takeTurn(tx: SystemTx, turn: Turn): Promise<Map<string, PendingRow[]>> {
    const { rows } = await sql<PendingRow>`
      select * from app.take_pending(${cursor}, ${turn.workspaces}, ${turn.events})
    `.execute(tx.db)
    return Map.groupBy(rows, (row) => row.workspace_id)
  }

  async function round(turn: Turn): Promise<Progress[] | null> {
    return doors.inSystem('intake.store', 'desk_ingest', async (tx) => {
      const byWorkspace = await takeTurn(tx, turn)
      if (byWorkspace.size === 0) return null
      cursor = [...byWorkspace.keys()].at(-1) ?? BEFORE_ALL
      const progress: Progress[] = []
      for (const workspaceId of [...byWorkspace.keys()].sort()) {
        const events = byWorkspace.get(workspaceId) ?? []
        if (turn === SINGLE_TURN) current = { workspaceId, id: events[0]?.id ?? '' }
        progress.push(await storeWorkspace(tx, workspaceId, events))
      }
      return progress
    })
  }

  async function storeWorkspace(tx: SystemTx, workspaceId: string, events: readonly PendingRow[]): Promise<Progress> {
    const keys = await vault.open(workspaceId)
    const scope = tx.scopeFor(workspaceId)
    const messages: ReadMessage[] = []
    const statuses: { event: PendingRow; status: InboundStatus }[] = []
    const done: string[] = []
    for (const event of events) {
      const read = readEvent(event, keys)
      if (!Array.isArray(read)) {
        await sql`select app.ingest_set_apart(${scope}, ${event.id}, ${read.reason})`.execute(tx.db)
        continue
      }
      done.push(event.id)
      for (const inbound of read) {
        if (inbound.kind === 'message') messages.push({ event, message: inbound })
        else statuses.push({ event, status: inbound })
      }
    }
    const lastStored = await storeMessages(tx, { workspaceId, scope, keys }, messages, done)
    // Events without any message (statuses, or nothing of interest) are finished with the statuses.
    const isFinished = messages.length > 0 && statuses.length === 0
    const moved = isFinished ? 0 : await storeStatuses(tx, { scope, keys }, statuses, done)
    return { workspaceId, lastNumber: Math.max(lastStored, moved) }
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

  type Place = { workspaceId: string; scope: string; keys: WorkspaceKeys }

  async function storeMessages(
    tx: SystemTx,
    { workspaceId, scope, keys }: Place,
    messages: readonly ReadMessage[],
    done: readonly string[],
  ): Promise<number> {
    if (messages.length === 0) return 0
    const addresses = messages.map(({ event, message }) => ({
      inbox_id: event.inbox_id,
      address_key: addressKeyOf(message, keys),
    }))
    const { rows: known } = await sql<{ inbox_id: string; address_key: Buffer; contact_id: string; has_name: boolean }>`
      select * from app.ingest_resolve(${scope}, ${JSON.stringify(addresses)}::jsonb)
    `.execute(tx.db)
    const writers = new Map<string, Writer>(
      known.map(({ inbox_id, address_key, contact_id, has_name }) => [
        `${inbox_id}|${hexOf(address_key)}`,
        { contactId: contact_id, isKnown: true, hasName: has_name },
      ]),
    )
    const items: Record<string, unknown>[] = []
    for (const [place, { event, message }] of messages.entries()) {
      const addressKey = addresses[place]?.address_key ?? ''
      const person = `${event.inbox_id}|${addressKey}`
      // The same new person twice in one batch is one proposal, so that the name is sealed for the row it goes to.
      const writer = writers.get(person) ?? { contactId: mint.next(), isKnown: false, hasName: false }
      writers.set(person, writer)
      const files: StoredFile[] = []
      for (const file of message.attachments) {
        if (file.kind === 'bytes') files.push(await storeBytes(keys, workspaceId, file))
      }
      const visitorId = message.attachments.find((file) => file.kind === 'stored')?.visitorId ?? null
      items.push(
        storeItem(
          message,
          {
            inboxId: event.inbox_id,
            messageId: mint.next(),
            writer,
            addressKey,
            addressId: mint.next(),
            conversationId: mint.next(),
            receivedAt: event.received_at,
            visitorId,
            files,
          },
          keys,
        ),
      )
    }
    const { rows } = await sql<{ event_number: string | number | null }>`
      select event_number from app.ingest_store(${scope}, ${JSON.stringify(items)}::jsonb, ${[...done]}::uuid[], ${tx.now})
    `.execute(tx.db)
    return Math.max(0, ...rows.map((row) => Number(row.event_number ?? 0)))
  }

  async function storeStatuses(
    tx: SystemTx,
    { scope, keys }: Omit<Place, 'workspaceId'>,
    statuses: readonly { event: PendingRow; status: InboundStatus }[],
    done: readonly string[],
  ): Promise<number> {
    const items = statuses.map(({ event, status }) => ({
      inbox_id: event.inbox_id,
      external_key: hexOf(keys.lookup('external-message', status.externalMessageId)),
      state: status.state,
      // A stranger's sentence may repeat the message; the state alone is kept in the clear.
      reason: status.state === 'failed' ? 'receiver_reported' : null,
    }))
    const { rows } = await sql<{ moved: number }>`
      select app.ingest_status(${scope}, ${JSON.stringify(items)}::jsonb, ${[...done]}::uuid[], ${tx.now}) as moved
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
      const turn = carefulRounds > 0 ? SINGLE_TURN : SHARED_TURN
      current = null
      try {
        const progress = await round(turn)
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
