/**
 * The event of a web chat: what the widget's route knew once it had checked the visitor's token, kept as JSON and read
 * again by `normalise`. It is made by the server alone, so a shape that does not fit is a newer or an older desk.
 * The event and the message are known by a digest of visitor and client id together: a client id is a browser's word,
 * and one visitor must not be able to take the id of another's message.
 */
import { createHash } from 'node:crypto'
import { ClientMessageId } from '@central-desk/contract/conversations.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { Nullable } from '@central-desk/contract/shapes.ts'
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { EventKey, ExternalContactId, ExternalMessageId, Inbound, Unreadable, VisitorWriting } from '../port.ts'
import {
  believableTime,
  cleanName,
  cleanText,
  isKeepableId,
  isUnreadable,
  misfit,
  readJson,
  unreadable,
} from '../reading.ts'

const CONTACT_ID_CHARACTERS = LIMITS.externalIdCharacters + 10

const Envelope = Type.Object({
  v: Type.Literal(1),
  /** Row of the visitor whose token was checked: the attachments are this one's uploads. */
  visitorId: Type.String({ format: 'uuid' }),
  visitor: Type.Object({
    externalId: Type.String({ minLength: 1, maxLength: CONTACT_ID_CHARACTERS }),
    name: Nullable(Type.String({ maxLength: LIMITS.nameCharacters })),
    email: Nullable(Type.String({ maxLength: LIMITS.emailCharacters })),
    isVerified: Type.Boolean(),
  }),
  clientMessageId: ClientMessageId,
  text: Type.String({ maxLength: LIMITS.messageCharacters }),
  sentAt: Type.String({ format: 'date-time' }),
  attachments: Type.Array(Type.String({ format: 'uuid' }), { maxItems: LIMITS.attachmentsPerMessage }),
})
type Envelope = Static<typeof Envelope>

const envelopes = Compile(Envelope)

function messageKey(contactId: string, clientMessageId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([contactId, clientMessageId]))
    .digest('base64url')
}

export function envelope(writing: VisitorWriting): { raw: Buffer; eventKey: EventKey } {
  const { visitorId, visitor, clientMessageId, text, sentAt, attachmentIds } = writing
  const { externalId, name, email, isVerified } = visitor
  const kept: Envelope = {
    v: 1,
    visitorId,
    visitor: { externalId, name, email, isVerified },
    clientMessageId,
    text,
    sentAt: sentAt.toISOString(),
    attachments: [...attachmentIds],
  }
  return { raw: Buffer.from(JSON.stringify(kept)), eventKey: messageKey(externalId, clientMessageId) as EventKey }
}

export function normalise(raw: Buffer): Inbound[] | Unreadable {
  const read = readJson(raw)
  if (isUnreadable(read)) return read
  const { value } = read
  if (!envelopes.Check(value)) return misfit(envelopes, value)
  const { visitorId, visitor, clientMessageId } = value
  if (!isKeepableId(visitor.externalId)) return unreadable('wrong_shape', 'visitor.externalId')
  const text = cleanText(value.text)
  if (text.trim() === '' && value.attachments.length === 0) return unreadable('empty')
  return [
    {
      kind: 'message',
      externalId: messageKey(visitor.externalId, clientMessageId) as ExternalMessageId,
      from: {
        externalId: visitor.externalId as ExternalContactId,
        name: cleanName(visitor.name),
        email: visitor.email,
        isVerified: visitor.isVerified,
      },
      text,
      sentAt: believableTime(value.sentAt),
      sequence: null,
      clientMessageId,
      attachments: value.attachments.map((attachmentId) => ({ kind: 'stored', attachmentId, visitorId })),
    },
  ]
}
