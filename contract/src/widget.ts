/**
 * Web chat as a visitor's browser sees it, all on the widget origin. No cookies: a bearer token that belongs to one
 * visitor of one inbox. Identified visitors bring a JWT (HS256 under the inbox secret; `sub`, `exp` within 24 h, `aud`
 * the inbox key).
 */
import { type Static, Type } from 'typebox'
import { Attachment, ClientMessageId } from './conversations.ts'
import { endpoint } from './endpoint.ts'
import { idSchema } from './ids.ts'
import { LIMITS } from './limits.ts'
import { Count, Instant, Nullable, Strict, Words } from './shapes.ts'

const InboxKey = Strict({ inboxKey: Type.String({ pattern: '^[a-z0-9]{16,40}$' }) })
const API = '/widget/api/:inboxKey'

export const VisitorSession = Strict({
  visitorId: idSchema('visitor'),
  /** Bearer token; answered only when the session is new. */
  token: Nullable(Type.String()),
  isIdentified: Type.Boolean(),
  name: Nullable(Type.String()),
  /** `name`: who the visitor writes to, the name of the workspace. */
  inbox: Strict({ name: Type.String(), colour: Type.String(), greeting: Type.String() }),
})
export type VisitorSession = Static<typeof VisitorSession>

/** As a visitor reads it: no member ids, no delivery detail, never a note. */
export const VisitorMessage = Strict({
  id: idSchema('message'),
  number: Count,
  from: Words(['visitor', 'desk'] as const),
  /** First name of the agent who answered; null for the visitor's own. */
  authorName: Nullable(Type.String()),
  text: Type.String(),
  attachments: Type.Array(Attachment),
  sentAt: Instant,
  clientMessageId: Nullable(Type.String()),
})
export type VisitorMessage = Static<typeof VisitorMessage>

export const startVisitorSession = endpoint('startVisitorSession', {
  summary: 'Begins or resumes a visit. `token` resumes an anonymous one, `identity` proves who it is.',
  method: 'POST',
  path: `${API}/sessions`,
  origin: 'widget',
  access: 'public',
  params: InboxKey,
  body: Strict({
    token: Type.Optional(Type.String({ maxLength: 200 })),
    identity: Type.Optional(Type.String({ maxLength: 4_000 })),
  }),
  reply: VisitorSession,
  status: 201,
})
export const listVisitorMessages = endpoint('listVisitorMessages', {
  summary: "The visitor's own thread: the newest messages, or those after a number.",
  method: 'GET',
  path: `${API}/messages`,
  origin: 'widget',
  access: 'visitor',
  params: InboxKey,
  query: Strict({ after: Type.Optional(Count), before: Type.Optional(Count) }),
  reply: Strict({ messages: Type.Array(VisitorMessage), hasMore: Type.Boolean() }),
})
export const sendVisitorMessage = endpoint('sendVisitorMessage', {
  summary: 'The visitor writes. Answered once the event is kept; the same client id twice is one message.',
  method: 'POST',
  path: `${API}/messages`,
  origin: 'widget',
  access: 'visitor',
  params: InboxKey,
  body: Strict({
    clientMessageId: ClientMessageId,
    text: Type.String({ maxLength: LIMITS.messageCharacters }),
    attachmentIds: Type.Array(idSchema('attachment'), { maxItems: LIMITS.attachmentsPerMessage, uniqueItems: true }),
    /** When the visitor pressed send; a message written offline keeps its time. */
    sentAt: Instant,
  }),
  reply: Strict({ isKept: Type.Boolean() }),
  status: 202,
})
export const uploadVisitorAttachment = endpoint('uploadVisitorAttachment', {
  summary: 'Uploads a file of the visitor. Body: the bytes.',
  method: 'POST',
  path: `${API}/attachments`,
  origin: 'widget',
  access: 'visitor',
  params: InboxKey,
  query: Strict({ fileName: Type.String({ minLength: 1, maxLength: LIMITS.fileNameCharacters }) }),
  bodyKind: 'bytes',
  reply: Attachment,
  status: 201,
})
/** Frames: `event: message` with a VisitorMessage, `event: ready`, a comment line every 25 s. */
export const streamVisitorMessages = endpoint('streamVisitorMessages', {
  summary: "Server-sent messages of the visitor's thread after a number. The token travels in the header, so: fetch.",
  method: 'GET',
  path: `${API}/events`,
  origin: 'widget',
  access: 'visitor',
  params: InboxKey,
  query: Strict({ after: Type.Optional(Count) }),
  replyKind: 'stream',
})
