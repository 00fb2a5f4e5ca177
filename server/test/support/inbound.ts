/**
 * Inbound messages for tests, stored as intake stores them: sealed under the workspace's own keys, through the static
 * function of step 2. Ids go in and come out as they are on the wire.
 */
import { randomBytes } from 'node:crypto'
import { decodeId, encodeId, type IdKind } from '@central-desk/contract/ids.ts'
import type { Channel } from '@central-desk/contract/inboxes.ts'
import { sql } from 'kysely'
import { previewOf } from '#src/features/conversations/index.ts'
import type { StoredFile } from '#src/features/files/index.ts'
import type { WorkspaceKeys } from '#src/kernel/vault/index.ts'
import type { TestDesk } from './desk.ts'

export type TestInbox = { readonly id: string; readonly workspaceId: string; readonly channel: Channel }

export type TestInbound = {
  /** Who writes, as the channel knows them; the same person goes on in the same conversation. */
  readonly from: string
  readonly name?: string
  readonly text: string
  readonly sentAt?: Date
  readonly sequence?: number
  readonly externalId?: string
  readonly clientMessageId?: string
  readonly files?: readonly StoredFile[]
  /** For a message whose id was minted by another clock. */
  readonly messageId?: string
}

export type Received = {
  readonly conversationId: string
  readonly messageId: string
  readonly outcome: 'stored' | 'duplicate'
}

export function uuidOf(kind: IdKind, id: string): string {
  const uuid = decodeId(kind, id)
  if (uuid === null) throw new Error(`${id} is no id of that kind`)
  return uuid
}

/** An inbox made behind the routes. `workspaceId` as on the wire. */
export async function connectInbox(
  desk: TestDesk,
  { workspaceId }: { readonly workspaceId: string },
  channel: Channel = 'webchat',
): Promise<TestInbox> {
  const options = { workspaceId: uuidOf('workspace', workspaceId), actor: { kind: 'system' } } as const
  return desk.kernel.doors.inWorkspace(options, async (tx) => {
    const id = tx.nextId()
    const key = randomBytes(12).toString('hex')
    const row = { workspace_id: tx.workspaceId, id, channel, name: `Inbox ${channel}`, key, created_at: tx.now }
    await tx.db.insertInto('inbox').values(row).execute()
    await tx.db.insertInto('inbox_ledger').values({ workspace_id: tx.workspaceId, inbox_id: id }).execute()
    return { id: encodeId('inbox', id), workspaceId, channel }
  })
}

const hex = (bytes: Buffer) => `\\x${bytes.toString('hex')}`

function itemOf(desk: TestDesk, keys: WorkspaceKeys, inbox: TestInbox, message: TestInbound) {
  const mint = () => desk.kernel.mint.next()
  const [addressId, contactId, conversationId] = [mint(), mint(), mint()]
  const messageId = message.messageId ?? mint()
  const now = desk.clock.now()
  const seal = (table: string, row: string, field: string, text: string) => hex(keys.seal({ table, row, field }, text))
  return {
    workspace_id: uuidOf('workspace', inbox.workspaceId),
    inbox_id: uuidOf('inbox', inbox.id),
    external_key: hex(keys.lookup('external-message', message.externalId ?? randomBytes(9).toString('hex'))),
    address_id: addressId,
    address_key: hex(keys.lookup('contact-address', message.from)),
    address_sealed: seal('contact_address', addressId, 'external', message.from),
    is_verified: false,
    contact_id: contactId,
    contact_name_sealed: message.name ? seal('contact', contactId, 'name', message.name) : null,
    conversation_id: conversationId,
    message_id: messageId,
    text_sealed: seal('message', messageId, 'text', message.text),
    preview_sealed: seal('message', messageId, 'preview', previewOf(message.text)),
    sent_at: (message.sentAt ?? now).toISOString(),
    provider_sequence: message.sequence ?? 0,
    received_at: now.toISOString(),
    visitor_id: null,
    client_message_id: message.clientMessageId ?? null,
    attachments: (message.files ?? []).map((file) => ({
      ...file,
      file_name_sealed: hex(file.file_name_sealed),
      key_sealed: hex(file.key_sealed),
    })),
    attachment_ids: [],
  }
}

/** Stores messages in one transaction, in this order, and tells the desk's screens as intake would. */
export async function receive(desk: TestDesk, inbox: TestInbox, ...messages: TestInbound[]): Promise<Received[]> {
  const workspaceId = uuidOf('workspace', inbox.workspaceId)
  const keys = await desk.kernel.vault.open(workspaceId)
  const items = messages.map((message) => itemOf(desk, keys, inbox, message))
  const rows = await desk.kernel.doors.inSystem('intake.store', 'desk_ingest', async (tx) => {
    const stored = await sql<{ message_id: string; conversation_id: string; outcome: 'stored' | 'duplicate' }>`
      select message_id, conversation_id, outcome from app.ingest_store(
        ${[tx.scopeFor(workspaceId)]}::text[], ${JSON.stringify(items)}::jsonb, '[]'::jsonb, ${tx.now}
      )
    `.execute(tx.db)
    return stored.rows
  })
  desk.kernel.signals.tell('searchBacklog', undefined)
  return rows.map((row) => ({
    conversationId: row.conversation_id && encodeId('conversation', row.conversation_id),
    messageId: encodeId('message', row.message_id),
    outcome: row.outcome,
  }))
}

/** One message; its conversation. */
export async function receiveOne(desk: TestDesk, inbox: TestInbox, message: TestInbound): Promise<Received> {
  const [received] = await receive(desk, inbox, message)
  if (!received) throw new Error('nothing was stored')
  return received
}
