/**
 * For every route of a workspace, a call that succeeds: which parameters, query and body it takes besides the ids of its
 * path, which are filled in by kind. A route without a case fails the house tests that are generated from this. Cases
 * that use something up make it first.
 */
import * as conversations from '@central-desk/contract/conversations.ts'
import { listContacts } from '@central-desk/contract/contacts.ts'
import { createTag, createSavedReply } from '@central-desk/contract/workspaces.ts'
import { createInvitation } from '@central-desk/contract/members.ts'
import { ENDPOINTS } from '@central-desk/contract/endpoints.ts'
import type { Endpoint } from '@central-desk/contract/endpoint.ts'
import { PERMISSIONS } from '@central-desk/contract/permissions.ts'
import { idPlaces } from '#src/kernel/web/wire-ids.ts'
import type { CallOptions } from './client.ts'
import { joinAs, type Person } from './people.ts'
import { done, newClientId, postHook, postMessage, type Stage, until } from './stage.ts'
import { createInbox, listUnreadableEvents } from '@central-desk/contract/inboxes.ts'

type Extra = { params?: Record<string, string>; query?: CallOptions['query']; body?: unknown }
/** `as` is who will call: an upload must be the caller's own. */
export type RouteCase = (stage: Stage, as: Person) => Extra | Promise<Extra>

let counter = 0
const unique = () => `u${++counter}`
const inWorkspace = (stage: Stage) => ({ workspaceId: stage.ids.workspace ?? '' })

async function freshUpload(stage: Stage, as: Person): Promise<string> {
  const owner = as === stage.people.viewer ? stage.owner : as
  const options = { params: inWorkspace(stage), query: { fileName: 'a.txt' }, body: Buffer.from('bytes') }
  return (await done({ owner }, conversations.uploadAttachment, options)).id
}

async function freshMember(stage: Stage): Promise<string> {
  const name = unique()
  const wanted = { name, email: `${name}@fresh-members.example` }
  return (await joinAs(stage.desk, stage.owner, 'agent', wanted)).memberId
}

async function freshUnreadable(stage: Stage): Promise<string> {
  const params = { ...inWorkspace(stage), inboxId: stage.ids.inbox ?? '' }
  const before = (await done(stage, listUnreadableEvents, { params })).events.length
  await postHook(stage.desk, stage.apiInbox, '{"type":"something newer"}')
  return until(async () => {
    const { events } = await done(stage, listUnreadableEvents, { params })
    return events.length > before ? (events[0].id as string) : null
  }, 'an unreadable event')
}

/** The stage's own contact is needed for other cases: blocked, nobody could answer them. By an inbox of their own, since
 * the secret of the stage's is rotated on the way. */
async function freshContact(stage: Stage): Promise<string> {
  const name = `Fresh ${unique()}`
  const connected = await done(stage, createInbox, {
    params: inWorkspace(stage),
    body: { channel: 'api', name, settings: {} },
  })
  const inbox = { key: connected.inbox.key, signingSecret: connected.signingSecret }
  await postMessage(stage.desk, inbox, { from: { id: name, name }, text: 'spam' })
  return until(async () => {
    const { contacts } = await done(stage, listContacts, { params: inWorkspace(stage) })
    return contacts.find((contact: { name: string }) => contact.name === name)?.id
  }, 'a fresh contact')
}

const nothing: RouteCase = () => ({})

export const ROUTE_CASES: Readonly<Record<string, RouteCase>> = {
  getWorkspace: nothing,
  updateWorkspace: () => ({ body: { timeZone: 'Asia/Dhaka' } }),
  listTags: nothing,
  createTag: () => ({ body: { name: unique(), colour: 'blue' } }),
  updateTag: () => ({ body: { colour: 'rose' } }),
  deleteTag: async (stage) => {
    const body = { name: unique(), colour: 'grey' }
    return { params: { tagId: (await done(stage, createTag, { params: inWorkspace(stage), body })).id } }
  },
  listSavedReplies: nothing,
  createSavedReply: () => ({ body: { shortcut: unique(), title: 'A', text: 'b', language: 'en' } }),
  updateSavedReply: () => ({ body: { title: unique() } }),
  deleteSavedReply: async (stage) => {
    const body = { shortcut: unique(), title: 'A', text: 'b', language: 'en' }
    const made = await done(stage, createSavedReply, { params: inWorkspace(stage), body })
    return { params: { savedReplyId: made.id } }
  },
  listMembers: nothing,
  changeRole: async (stage) => ({ params: { memberId: await freshMember(stage) }, body: { role: 'viewer' } }),
  removeMember: async (stage) => ({ params: { memberId: await freshMember(stage) } }),
  listInvitations: nothing,
  createInvitation: () => ({ body: { email: `${unique()}@invited.example`, role: 'agent' } }),
  withdrawInvitation: async (stage) => {
    const body = { email: `${unique()}@withdrawn.example`, role: 'agent' }
    const made = await done(stage, createInvitation, { params: inWorkspace(stage), body })
    return { params: { invitationId: made.invitation.id } }
  },
  listInboxes: nothing,
  createInbox: () => ({ body: { channel: 'api', name: unique(), settings: {} } }),
  updateInbox: () => ({ body: { name: unique() } }),
  rotateInboxSecret: nothing,
  getLedger: nothing,
  listUnreadableEvents: nothing,
  replayInboundEvent: async (stage) => ({ params: { inboundEventId: await freshUnreadable(stage) } }),
  listContacts: nothing,
  getContact: nothing,
  updateContact: () => ({ body: { comment: unique() } }),
  blockContact: async (stage) => ({ params: { contactId: await freshContact(stage) } }),
  unblockContact: nothing,
  listConversations: (stage) => ({
    query: {
      view: 'all',
      inboxId: stage.ids.inbox ?? '',
      tagId: stage.ids.tag ?? '',
      contactId: stage.ids.contact ?? '',
    },
  }),
  countConversations: nothing,
  getConversation: nothing,
  getThread: nothing,
  sendMessage: async (stage, as) => ({
    body: {
      clientMessageId: newClientId(),
      text: 'hello',
      attachmentIds: [await freshUpload(stage, as)],
      seenNumber: 1_000,
      force: true,
    },
  }),
  retryDelivery: nothing,
  writeNote: async (stage, as) => ({
    body: { clientMessageId: newClientId(), text: 'note', attachmentIds: [await freshUpload(stage, as)] },
  }),
  assignConversation: (stage) => ({ body: { assigneeId: stage.ids.member } }),
  changeStatus: () => ({ body: { status: 'pending' } }),
  tagConversation: nothing,
  untagConversation: nothing,
  markRead: () => ({ body: { readNumber: 1 } }),
  listDrafts: nothing,
  saveDraft: () => ({ params: { mode: 'note' }, body: { text: 'kept' } }),
  uploadAttachment: () => ({ query: { fileName: 'b.txt' }, body: Buffer.from('bytes') }),
  search: () => ({ query: { q: 'inbound' } }),
}

/** Streams answer for ever: their own tests open and close them. */
export const STREAMS = new Set(['streamEvents'])

const PERMISSION_NAMES: ReadonlySet<string> = new Set(PERMISSIONS)
export const WORKSPACE_ENDPOINTS: readonly Endpoint[] = ENDPOINTS.filter(
  ({ access, name }) => PERMISSION_NAMES.has(access) && !STREAMS.has(name),
)

/** A whole call with the stage's own ids. */
export async function ownCall(stage: Stage, endpoint: Endpoint, as: Person = stage.owner): Promise<CallOptions> {
  const make = ROUTE_CASES[endpoint.name]
  if (!make) throw new Error(`${endpoint.name} has no case in route-cases.ts`)
  const extra = await make(stage, as)
  const params: Record<string, string> = {}
  for (const { path, kind } of idPlaces(endpoint.params)) params[path] = stage.ids[kind] ?? ''
  return { ...extra, params: { ...params, ...extra.params } }
}
