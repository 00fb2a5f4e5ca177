/**
 * Reads a call to an API inbox into the common form. The shape is the contract's `ApiInbound`; unknown properties are
 * ignored, an unknown `type` is kept as unreadable until the desk learns it.
 */
import { ApiInboundMessage, ApiInboundStatus } from '@central-desk/contract/hooks.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import type { Static } from 'typebox'
import { Compile } from 'typebox/compile'
import type { ExternalContactId, ExternalMessageId, Inbound, InboundAttachment, Unreadable } from '../port.ts'
import {
  believableTime,
  cleanFileName,
  cleanMediaType,
  cleanName,
  cleanText,
  isKeepableId,
  isUnreadable,
  misfit,
  readBase64,
  readJson,
  unreadable,
} from '../reading.ts'

const messages = Compile(ApiInboundMessage)
const statuses = Compile(ApiInboundStatus)

function readAttachments(message: Static<typeof ApiInboundMessage>): InboundAttachment[] | Unreadable {
  const attachments: InboundAttachment[] = []
  for (const [index, file] of (message.attachments ?? []).entries()) {
    const field = `attachments.${index}.content`
    const bytes = readBase64(file.content)
    if (!bytes) return unreadable('bad_base64', field)
    if (bytes.length > LIMITS.attachmentBytes) return unreadable('too_large', field)
    const fileName = cleanFileName(file.fileName)
    attachments.push({ kind: 'bytes', fileName, mediaType: cleanMediaType(file.mediaType), bytes })
  }
  return attachments
}

/** Said before the shape is checked, which would look at every one of a hundred thousand. */
function hasTooManyFiles({ attachments }: { attachments?: unknown }): boolean {
  return Array.isArray(attachments) && attachments.length > LIMITS.attachmentsPerMessage
}

function readMessage(message: Static<typeof ApiInboundMessage>): Inbound[] | Unreadable {
  if (!isKeepableId(message.id)) return unreadable('wrong_shape', 'id')
  if (!isKeepableId(message.from.id)) return unreadable('wrong_shape', 'from.id')
  if (!Number.isSafeInteger(message.sequence ?? 0)) return unreadable('wrong_shape', 'sequence')
  const attachments = readAttachments(message)
  if (isUnreadable(attachments)) return attachments
  const text = cleanText(message.text ?? '')
  if (text.trim() === '' && attachments.length === 0) return unreadable('empty')
  return [
    {
      kind: 'message',
      externalId: message.id as ExternalMessageId,
      from: {
        externalId: message.from.id as ExternalContactId,
        name: cleanName(message.from.name),
        email: null,
        // Whoever signs answers for the people whose messages it brings.
        isVerified: true,
      },
      text,
      sentAt: believableTime(message.sentAt),
      sequence: message.sequence ?? null,
      clientMessageId: null,
      attachments,
    },
  ]
}

function readStatus(status: Static<typeof ApiInboundStatus>): Inbound[] | Unreadable {
  if (!isKeepableId(status.messageId)) return unreadable('wrong_shape', 'messageId')
  return [
    {
      kind: 'status',
      externalMessageId: status.messageId as ExternalMessageId,
      state: status.status,
      at: believableTime(status.at),
      reason: status.reason === undefined ? null : cleanText(status.reason),
    },
  ]
}

export function normalise(raw: Buffer): Inbound[] | Unreadable {
  const read = readJson(raw)
  if (isUnreadable(read)) return read
  const { value } = read
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined
  if (type === 'message') {
    if (hasTooManyFiles(value as { attachments?: unknown })) return unreadable('wrong_shape', 'attachments')
    return messages.Check(value) ? readMessage(value) : misfit(messages, value)
  }
  if (type === 'status') return statuses.Check(value) ? readStatus(value) : misfit(statuses, value)
  return typeof type === 'string' ? unreadable('unknown_type', 'type') : unreadable('wrong_shape', 'type')
}
