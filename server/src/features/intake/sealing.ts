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

export type Proposal = {
  readonly inboxId: string
  readonly messageId: string
  readonly addressId: string
  readonly contactId: string
  readonly conversationId: string
  readonly receivedAt: Date
  readonly visitorId: string | null
  readonly files: readonly StoredFile[]
}

/** One item of `app.ingest_store`. Never later than its arrival: a sender's clock may be ahead. */
export function storeItem(message: InboundMessage, proposal: Proposal, keys: WorkspaceKeys): Record<string, unknown> {
  const { inboxId, messageId, addressId, contactId, receivedAt } = proposal
  const sentAt = message.sentAt && message.sentAt < receivedAt ? message.sentAt : receivedAt
  const name = message.from.name
  return {
    inbox_id: inboxId,
    external_key: hexOf(keys.lookup('external-message', message.externalId)),
    address_id: addressId,
    address_key: addressKeyOf(message, keys),
    address_sealed: hexOf(
      keys.seal({ table: 'contact_address', row: addressId, field: 'external' }, message.from.externalId),
    ),
    is_verified: message.from.isVerified,
    contact_id: contactId,
    contact_name_sealed: name ? hexOf(keys.seal({ table: 'contact', row: contactId, field: 'name' }, name)) : null,
    conversation_id: proposal.conversationId,
    message_id: messageId,
    text_sealed: hexOf(keys.seal({ table: 'message', row: messageId, field: 'text' }, message.text)),
    preview_sealed: hexOf(keys.seal({ table: 'message', row: messageId, field: 'preview' }, previewOf(message.text))),
    sent_at: sentAt.toISOString(),
    provider_sequence: message.sequence ?? 0,
    received_at: receivedAt.toISOString(),
    visitor_id: proposal.visitorId,
    client_message_id: message.clientMessageId,
    attachments: proposal.files.map((file, position) => ({
      ...file,
      position,
      file_name_sealed: hexOf(file.file_name_sealed),
      key_sealed: hexOf(file.key_sealed),
    })),
    attachment_ids: message.attachments.flatMap((file) => (file.kind === 'stored' ? [file.attachmentId] : [])),
  }
}

export function addressKeyOf(message: InboundMessage, keys: WorkspaceKeys): string {
  return hexOf(keys.lookup('contact-address', message.from.externalId))
}
