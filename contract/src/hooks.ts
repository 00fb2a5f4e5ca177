/**
 * What programs outside call: one address per inbox, signed as in Standard Webhooks (`webhook-id`,
 * `webhook-timestamp` within five minutes, `webhook-signature: v1,…` over `id.timestamp.body`).
 */
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { LIMITS } from './limits.ts'
import { Instant, Nullable, Strict } from './shapes.ts'

const ExternalId = Type.String({ minLength: 1, maxLength: LIMITS.externalIdCharacters })

/** What an API inbox posts inward. Unknown properties are ignored, so that a sender may grow. */
export const ApiInboundMessage = Type.Object({
  type: Type.Literal('message'),
  id: ExternalId,
  from: Type.Object({
    id: ExternalId,
    name: Type.Optional(Nullable(Type.String({ maxLength: LIMITS.nameCharacters }))),
  }),
  text: Type.Optional(Type.String({ maxLength: LIMITS.messageCharacters })),
  sentAt: Type.Optional(Instant),
  /** Order within the same sent time. */
  sequence: Type.Optional(Type.Integer({ minimum: 0 })),
  attachments: Type.Optional(
    Type.Array(
      Type.Object({
        fileName: Type.String({ minLength: 1, maxLength: LIMITS.fileNameCharacters }),
        mediaType: Type.String({ maxLength: 100 }),
        /** Base64; the whole call stays below the body limit. */
        content: Type.String(),
      }),
      { maxItems: LIMITS.attachmentsPerMessage },
    ),
  ),
})
/** What happened to a message that the desk had posted outward; `messageId` is the id it was posted under. */
export const ApiInboundStatus = Type.Object({
  type: Type.Literal('status'),
  id: ExternalId,
  messageId: ExternalId,
  status: Type.Enum(['sent', 'delivered', 'read', 'failed']),
  at: Type.Optional(Instant),
  reason: Type.Optional(Type.String({ maxLength: 300 })),
})
export const ApiInbound = Type.Union([ApiInboundMessage, ApiInboundStatus])
export type ApiInbound = Static<typeof ApiInbound>

export const receiveHook = endpoint('receiveHook', {
  summary: 'Takes a signed event of an inbox. 200 once it is kept; the same event again is 200 and one message.',
  method: 'POST',
  path: '/hooks/:channel/:inboxKey',
  access: 'signature',
  params: Strict({
    channel: Type.String({ pattern: '^[a-z]{2,20}$' }),
    inboxKey: Type.String({ pattern: '^[a-z0-9]{16,40}$' }),
  }),
  bodyKind: 'bytes',
  reply: Strict({ isKept: Type.Boolean() }),
})
