/**
 * What intake hands to its static functions, for tests: a small workspace to receive in, items in the shape that
 * migration 0006 describes, and the calls themselves on a connection of desk_ingest.
 */
import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { type DatabaseAddress, withClient } from '#src/postgres/address.ts'
import { RowMaker, sealedBytes, uuidAt } from './row-maker.ts'
import { scopeFor } from './sign-scope.ts'

export const NOW = new Date('2026-11-24T04:00:00Z')

export type Place = { readonly workspaceId: string; readonly inboxId: string; readonly memberId: string }
export type Item = Record<string, unknown> & { message_id: string }
export type Stored = {
  message_id: string
  outcome: 'stored' | 'duplicate'
  conversation_id: string | null
  event_number: string | null
}

/** A workspace with one member and one inbox, and the maker that can add more to it. */
export async function seedPlace(maker: RowMaker): Promise<Place> {
  const workspaceId = uuidAt()
  for (const table of ['app_user', 'workspace', 'workspace_counter', 'audit_head', 'member', 'inbox', 'inbox_ledger']) {
    await maker.make(table, workspaceId)
  }
  const inboxId = String(maker.newest('inbox', workspaceId).id)
  return { workspaceId, inboxId, memberId: String(maker.newest('member', workspaceId).id) }
}

export function seedOn<T>(superuser: DatabaseAddress, seed: (maker: RowMaker) => Promise<T>): Promise<T> {
  return withClient(superuser, async (client) => seed(await RowMaker.on(client)))
}

export function hex(bytes: Buffer): string {
  return `\\x${bytes.toString('hex')}`
}

export function someKey(): string {
  return hex(randomBytes(32))
}

/** One message of a person nobody knows yet; `given` says what the test is about. */
export function itemIn(place: Place, given: Record<string, unknown> = {}): Item {
  return {
    workspace_id: place.workspaceId,
    inbox_id: place.inboxId,
    external_key: someKey(),
    address_id: uuidAt(),
    address_key: someKey(),
    address_sealed: hex(sealedBytes()),
    is_verified: false,
    contact_id: uuidAt(),
    contact_name_sealed: null,
    conversation_id: uuidAt(),
    message_id: uuidAt(NOW),
    text_sealed: hex(sealedBytes()),
    preview_sealed: hex(sealedBytes()),
    sent_at: NOW.toISOString(),
    provider_sequence: 0,
    received_at: NOW.toISOString(),
    ...given,
  }
}

export type RawItem = Record<string, unknown> & { id: string }

export function rawIn(place: Place, given: Record<string, unknown> = {}): RawItem {
  const raw_sealed = hex(sealedBytes())
  const received_at = NOW.toISOString()
  return {
    workspace_id: place.workspaceId,
    id: uuidAt(NOW),
    inbox_id: place.inboxId,
    event_key: someKey(),
    raw_sealed,
    byte_size: 31,
    received_at,
    ...given,
  }
}

export async function keep(client: pg.ClientBase, place: Place, items: readonly RawItem[]) {
  const values = [[await scopeFor(client, place.workspaceId)], JSON.stringify(items)]
  return (await client.query<{ id: string; is_new: boolean }>('select * from app.ingest_keep($1, $2)', values)).rows
}

export async function store(client: pg.ClientBase, place: Place, items: readonly Item[], done: readonly string[] = []) {
  const events = done.map((id) => ({ workspace_id: place.workspaceId, id }))
  const values = [[await scopeFor(client, place.workspaceId)], JSON.stringify(items), JSON.stringify(events), NOW]
  return (await client.query<Stored>('select * from app.ingest_store($1, $2, $3, $4)', values)).rows
}

export async function takePending(client: pg.ClientBase, after: string | null, workspaces = 10, events = 100) {
  const values = [after, workspaces, events]
  const text = 'select * from app.take_pending($1, $2, $3)'
  return (await client.query<{ workspace_id: string; id: string; channel: string }>(text, values)).rows
}
