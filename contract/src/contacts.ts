/** The people who write to a workspace. Names and addresses are sealed; a list is ordered by recency. */
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { idSchema } from './ids.ts'
import { CHANNELS } from './inboxes.ts'
import { LIMITS } from './limits.ts'
import { Cursor, InWorkspace, Instant, Name, Nullable, PageSize, Strict, WORKSPACE, Words } from './shapes.ts'

export const ContactAddress = Strict({
  id: idSchema('contactAddress'),
  inboxId: idSchema('inbox'),
  channel: Words(CHANNELS),
  /** What a person may read: a visitor number, a user id of the shop. */
  label: Type.String(),
  /** True when the shop vouched for the identity by a signed token. */
  isVerified: Type.Boolean(),
})
export const Contact = Strict({
  id: idSchema('contact'),
  /** null: has not said it. */
  name: Nullable(Type.String()),
  email: Nullable(Type.String()),
  phone: Nullable(Type.String()),
  comment: Nullable(Type.String()),
  addresses: Type.Array(ContactAddress),
  createdAt: Instant,
  lastSeenAt: Nullable(Instant),
  /** Since when what they write is set aside; null: it is not. */
  blockedAt: Nullable(Instant),
  blockedByMemberId: Nullable(idSchema('member')),
})
export type Contact = Static<typeof Contact>
const OneContact = Strict({ workspaceId: idSchema('workspace'), contactId: idSchema('contact') })

export const listContacts = endpoint('listContacts', {
  summary: 'Contacts by recency; `q` finds by name prefix (or what sounds alike), exact address, e-mail or phone.',
  method: 'GET',
  path: `${WORKSPACE}/contacts`,
  access: 'contact.read',
  params: InWorkspace,
  query: Strict({
    q: Type.Optional(Type.String({ maxLength: LIMITS.searchCharacters })),
    only: Type.Optional(Words(['blocked'] as const)),
    cursor: Type.Optional(Cursor),
    limit: Type.Optional(PageSize),
  }),
  reply: Strict({ contacts: Type.Array(Contact), nextCursor: Nullable(Cursor) }),
})
export const getContact = endpoint('getContact', {
  summary: 'One contact.',
  method: 'GET',
  path: `${WORKSPACE}/contacts/:contactId`,
  access: 'contact.read',
  params: OneContact,
  reply: Contact,
})
export const updateContact = endpoint('updateContact', {
  summary: 'Changes what the team knows of a contact.',
  method: 'PATCH',
  path: `${WORKSPACE}/contacts/:contactId`,
  access: 'contact.update',
  params: OneContact,
  body: Strict({
    name: Type.Optional(Nullable(Name)),
    email: Type.Optional(Nullable(Type.String({ maxLength: LIMITS.emailCharacters }))),
    phone: Type.Optional(Nullable(Type.String({ maxLength: 40 }))),
    comment: Type.Optional(Nullable(Type.String({ maxLength: 2_000 }))),
  }),
  reply: Contact,
})
/** A blocked contact is answered as before and is not told; what they write is kept, and disturbs nobody. */
export const blockContact = endpoint('blockContact', {
  summary: 'Sets aside what a contact writes from now on and closes their conversations.',
  method: 'PUT',
  path: `${WORKSPACE}/contacts/:contactId/block`,
  access: 'contact.block',
  params: OneContact,
})
export const unblockContact = endpoint('unblockContact', {
  summary: 'Takes a block back: conversations that were open, or were written in since, open again.',
  method: 'DELETE',
  path: `${WORKSPACE}/contacts/:contactId/block`,
  access: 'contact.block',
  params: OneContact,
})
