/** Connected inboxes of a workspace, their secrets (shown once) and their ledger. */
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { idSchema } from './ids.ts'
import { LIMITS } from './limits.ts'
import { Count, Cursor, InWorkspace, Instant, Name, Nullable, PageSize, Strict, WORKSPACE, Words } from './shapes.ts'

export const CHANNELS = ['webchat', 'api'] as const
export type Channel = (typeof CHANNELS)[number]

const Url = Type.String({ maxLength: LIMITS.urlCharacters, pattern: '^https?://\\S+$' })
/** Settings of every channel in one shape; a channel refuses those that are not its own. */
export const InboxSettings = Strict({
  /** webchat: which sites may show the widget (`https://shop.example`). Empty: none but the demo storefront. */
  allowedOrigins: Type.Optional(Type.Array(Url, { maxItems: LIMITS.allowedOriginsPerInbox })),
  /** webchat: colour of the button, as #rrggbb. */
  colour: Type.Optional(Type.String({ pattern: '^#[0-9a-f]{6}$' })),
  greeting: Type.Optional(Type.String({ maxLength: 300 })),
  /** api: where outbound messages are posted. Whoever does not manage inboxes reads its origin only. */
  callbackUrl: Type.Optional(Nullable(Url)),
})
export type InboxSettings = Static<typeof InboxSettings>

export const Inbox = Strict({
  id: idSchema('inbox'),
  channel: Words(CHANNELS),
  name: Type.String(),
  /** Public: stands in the widget snippet and in the hook address. */
  key: Type.String(),
  isEnabled: Type.Boolean(),
  settings: InboxSettings,
  createdAt: Instant,
  lastInboundAt: Nullable(Instant),
})
export type Inbox = Static<typeof Inbox>
const OneInbox = Strict({ workspaceId: idSchema('workspace'), inboxId: idSchema('inbox') })

export const listInboxes = endpoint('listInboxes', {
  summary: 'All inboxes, by name.',
  method: 'GET',
  path: `${WORKSPACE}/inboxes`,
  access: 'inbox.read',
  params: InWorkspace,
  reply: Strict({ inboxes: Type.Array(Inbox) }),
})
export const createInbox = endpoint('createInbox', {
  summary: 'Connects an inbox. The signing secret is answered once and never shown again.',
  method: 'POST',
  path: `${WORKSPACE}/inboxes`,
  access: 'inbox.manage',
  params: InWorkspace,
  body: Strict({ channel: Words(CHANNELS), name: Name, settings: InboxSettings }),
  reply: Strict({ inbox: Inbox, signingSecret: Type.String() }),
  status: 201,
})
export const updateInbox = endpoint('updateInbox', {
  summary: 'Changes an inbox.',
  method: 'PATCH',
  path: `${WORKSPACE}/inboxes/:inboxId`,
  access: 'inbox.manage',
  params: OneInbox,
  body: Strict({
    name: Type.Optional(Name),
    isEnabled: Type.Optional(Type.Boolean()),
    settings: Type.Optional(InboxSettings),
  }),
  reply: Inbox,
})
export const rotateInboxSecret = endpoint('rotateInboxSecret', {
  summary: 'Makes a new signing secret; the one before it stays good for 24 hours.',
  method: 'POST',
  path: `${WORKSPACE}/inboxes/:inboxId/secret-rotation`,
  access: 'inbox.rotateSecret',
  params: OneInbox,
  reply: Strict({ signingSecret: Type.String(), previousGoodUntil: Instant }),
  status: 201,
})

/** received: event kept. stored: message committed. shown: first stream or list read that carried it. */
export const Ledger = Strict({
  inboxId: idSchema('inbox'),
  received: Count,
  stored: Count,
  shown: Count,
  unreadable: Count,
  waiting: Count,
  lastReceivedAt: Nullable(Instant),
  lastStoredAt: Nullable(Instant),
  /** Age of the oldest kept event that is not yet stored; 0 when none waits. */
  lagMs: Count,
  outbound: Strict({ queued: Count, sent: Count, failed: Count, uncertain: Count }),
})
export type Ledger = Static<typeof Ledger>

export const getLedger = endpoint('getLedger', {
  summary: 'The ledger of an inbox.',
  method: 'GET',
  path: `${WORKSPACE}/inboxes/:inboxId/ledger`,
  access: 'ledger.read',
  params: OneInbox,
  reply: Ledger,
})

export const UnreadableEvent = Strict({
  id: idSchema('inboundEvent'),
  inboxId: idSchema('inbox'),
  receivedAt: Instant,
  reason: Type.String(),
  byteSize: Count,
})
export const listUnreadableEvents = endpoint('listUnreadableEvents', {
  summary: 'Events that were kept but could not be read, newest first.',
  method: 'GET',
  path: `${WORKSPACE}/inboxes/:inboxId/unreadable-events`,
  access: 'ledger.read',
  params: OneInbox,
  query: Strict({ cursor: Type.Optional(Cursor), limit: Type.Optional(PageSize) }),
  reply: Strict({ events: Type.Array(UnreadableEvent), nextCursor: Nullable(Cursor) }),
})
export const replayInboundEvent = endpoint('replayInboundEvent', {
  summary: 'Takes an unreadable event into the queue again.',
  method: 'POST',
  path: `${WORKSPACE}/inbound-events/:inboundEventId/replay`,
  access: 'inboundEvent.replay',
  params: Strict({ workspaceId: idSchema('workspace'), inboundEventId: idSchema('inboundEvent') }),
  status: 202,
  reply: Strict({ queued: Type.Boolean() }),
})
