/**
 * Seals what step 2 stores, each value bound to the row it will stand in, and spells it for the static functions: bytes
 * as PostgreSQL writes them in hexadecimal.
 */
import type { InboundMessage } from '../../channels/port.ts'
import type { WorkspaceKeys } from '../../kernel/vault/index.ts'
import { previewOf } from '../conversations/index.ts'
import type { StoredFile } from '../files/index.ts'

export function hexOf(bytes: Buffer): string {
  return `\\x${bytes.toString('hex')}`
}

/** Who wrote: a contact that is known by this address, or one to be made. */
export type Writer = { readonly contactId: string; readonly isKnown: boolean; readonly hasName: boolean }

export type Proposal = {
  readonly workspaceId: string
  readonly inboxId: string
  readonly messageId: string
  readonly writer: Writer
  readonly externalKey: string
  readonly addressKey: string
  readonly addressId: string
  readonly conversationId: string
  readonly receivedAt: Date
  readonly visitorId: string | null
  readonly files: readonly StoredFile[]
}

/**
 * One item of `app.ingest_store`. Never later than its arrival: a sender's clock may be ahead. What is known of the
 * writer already is not sealed again.
 */
export function storeItem(message: InboundMessage, proposal: Proposal, keys: WorkspaceKeys): Record<string, unknown> {
  const { inboxId, messageId, addressId, writer, receivedAt, files } = proposal
  const sentAt = message.sentAt && message.sentAt < receivedAt ? message.sentAt : receivedAt
  const seal = (table: string, row: string, field: string, text: string) =>
    hexOf(keys.seal({ table, row, field }, text))
  const name = writer.hasName ? null : message.from.name
  return {
    workspace_id: proposal.workspaceId,
    inbox_id: inboxId,
    external_key: proposal.externalKey,
    address_key: proposal.addressKey,
    ...(!writer.isKnown && {
      address_id: addressId,
      address_sealed: seal('contact_address', addressId, 'external', message.from.externalId),
      is_verified: message.from.isVerified,
    }),
    contact_id: writer.contactId,
    ...(name && { contact_name_sealed: seal('contact', writer.contactId, 'name', name) }),
    conversation_id: proposal.conversationId,
    message_id: messageId,
    text_sealed: seal('message', messageId, 'text', message.text),
    preview_sealed: seal('message', messageId, 'preview', previewOf(message.text)),
    sent_at: sentAt.toISOString(),
    provider_sequence: message.sequence ?? 0,
    received_at: receivedAt.toISOString(),
    client_message_id: message.clientMessageId,
    ...(message.attachments.length > 0 && filesOf(message, proposal.visitorId, files)),
  }
}

function filesOf(message: InboundMessage, visitorId: string | null, files: readonly StoredFile[]) {
  return {
    visitor_id: visitorId,
    attachments: files.map((file, position) => ({
      ...file,
      position,
      file_name_sealed: hexOf(file.file_name_sealed),
      key_sealed: hexOf(file.key_sealed),
    })),
    attachment_ids: message.attachments.flatMap((file) => (file.kind === 'stored' ? [file.attachmentId] : [])),
  }
}

/** By which keys a value may be known: first the one under which it is written now, then, while a re-index runs, others. */
export function keysFor(keys: WorkspaceKeys, purpose: string, text: string): readonly [string, ...string[]] {
  const [only, ...more] = keys.lookupAll(purpose, text)
  if (only && more.length === 0) return [hexOf(only)]
  const current = hexOf(keys.lookup(purpose, text))
  const all = [only, ...more].flatMap((key) => (key ? [hexOf(key)] : []))
  return [current, ...all.filter((key) => key !== current)]
}
