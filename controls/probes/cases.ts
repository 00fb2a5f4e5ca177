/**
 * For every route of a workspace a call that succeeds: what it takes beside the ids of its path, which are one's own. A
 * case that uses something up makes it first. A route without a case is told by `withoutCase`, so that a new one cannot
 * stay out of the attacks unnoticed.
 */
import {
  type Belongings,
  clientId,
  done,
  failedDelivery,
  freshWord,
  makeUnreadable,
  messageFrom,
  postHook,
  until,
  uploadFile,
} from './belongings.ts'
import type { Caller } from './caller.ts'
import type { Stage } from './probe.ts'
import { type Ask, isOfWorkspace, type Route, withOwnIds } from './routes.ts'

/** Who makes the call, and in whose workspace. */
export type Scene = { readonly stage: Stage; readonly own: Belongings; readonly as: Caller }
type Case = (scene: Scene) => Ask | Promise<Ask>

export const FRESH_PASSWORD = 'nine yellow ducks swim upstream'

const nothing: Case = () => ({})
const body = (make: () => unknown): Case => {
  return () => ({ body: make() })
}

async function made(
  own: Belongings,
  path: string,
  what: unknown,
): Promise<Record<string, { id: string }> & { id: string }> {
  return done(own.owner.call('POST', `${own.at}${path}`, { body: what }), path)
}

/** A user who was invited and came; their caller is signed in. */
export async function joined(stage: Stage, own: Belongings, role: string, caller = stage.caller()) {
  const email = `${freshWord()}@joined.example`
  const { link } = await done(
    own.owner.call('POST', `${own.at}/invitations`, { body: { email, role } }),
    'an invitation',
  )
  const accepting = { body: { name: 'Fresh Member', password: FRESH_PASSWORD } }
  const path = `/api/v1/invitations/${link.split('/').at(-1)}/acceptance`
  const session = await done(caller.call('POST', path, accepting), 'an acceptance')
  return { caller, email, memberId: session.memberships[0].memberId as string }
}

/** A contact who may be blocked: nobody could answer the first one any more. */
async function freshContact({ stage, own }: Scene): Promise<string> {
  const name = freshWord()
  await done(postHook(stage, own.apiInbox, own.apiInbox.signingSecret, messageFrom(name, 'unwanted')), 'a signed call')
  return until(async () => {
    const { contacts } = await done(own.owner.call('GET', `${own.at}/contacts`), 'contacts')
    return contacts.find((one: { name: string }) => one.name?.includes(name))?.id as string | undefined
  }, 'the contact')
}

const freshTag: Case = async ({ own }) => {
  return { path: { tagId: (await made(own, '/tags', { name: freshWord(), colour: 'grey' })).id } }
}
const freshReply: Case = async ({ own }) => {
  const reply = { shortcut: freshWord(), title: 'A', text: 'b', language: 'en' }
  return { path: { savedReplyId: (await made(own, '/saved-replies', reply)).id } }
}
const freshInvitation: Case = async ({ own }) => {
  const { invitation } = await made(own, '/invitations', { email: `${freshWord()}@asked.example`, role: 'agent' })
  return { path: { invitationId: invitation?.id ?? '' } }
}
/** Other cases sign with the secret of the first inbox. */
const freshInbox: Case = async ({ own }) => {
  const { inbox } = await made(own, '/inboxes', { channel: 'api', name: freshWord(), settings: {} })
  return { path: { inboxId: inbox?.id ?? '' } }
}
/** A file of who writes; of the owner for those who may not upload. */
async function ownFile({ own, as }: Scene): Promise<string> {
  return uploadFile({ ...own, owner: as }).catch(() => uploadFile(own))
}

export const CASES: Readonly<Record<string, Case>> = {
  getWorkspace: nothing,
  updateWorkspace: body(() => ({ timeZone: 'Asia/Dhaka' })),
  listTags: nothing,
  createTag: body(() => ({ name: freshWord(), colour: 'blue' })),
  updateTag: body(() => ({ colour: 'rose' })),
  deleteTag: freshTag,
  listSavedReplies: nothing,
  createSavedReply: body(() => ({ shortcut: freshWord(), title: 'A', text: 'b', language: 'en' })),
  updateSavedReply: body(() => ({ title: freshWord() })),
  deleteSavedReply: freshReply,
  listMembers: nothing,
  changeRole: async ({ stage, own }) => {
    return { path: { memberId: (await joined(stage, own, 'agent')).memberId }, body: { role: 'viewer' } }
  },
  removeMember: async ({ stage, own }) => ({ path: { memberId: (await joined(stage, own, 'agent')).memberId } }),
  listInvitations: nothing,
  createInvitation: body(() => ({ email: `${freshWord()}@invited.example`, role: 'agent' })),
  withdrawInvitation: freshInvitation,
  listInboxes: nothing,
  createInbox: body(() => ({ channel: 'api', name: freshWord(), settings: {} })),
  updateInbox: body(() => ({ name: freshWord() })),
  rotateInboxSecret: freshInbox,
  getLedger: nothing,
  listUnreadableEvents: nothing,
  replayInboundEvent: async ({ stage, own }) => {
    return { path: { inboundEventId: await makeUnreadable(stage, own) } }
  },
  listContacts: nothing,
  getContact: nothing,
  updateContact: body(() => ({ comment: freshWord() })),
  blockContact: async (scene) => ({ path: { contactId: await freshContact(scene) } }),
  unblockContact: nothing,
  listConversations: ({ own: { ids } }) => ({
    query: { view: 'all', inboxId: ids.inbox ?? '', tagId: ids.tag ?? '', contactId: ids.contact ?? '' },
  }),
  countConversations: nothing,
  getConversation: nothing,
  getThread: nothing,
  sendMessage: async (scene) => ({
    body: {
      clientMessageId: clientId(),
      text: 'hello',
      attachmentIds: [await ownFile(scene)],
      seenNumber: 1_000,
      force: true,
    },
  }),
  retryDelivery: async ({ own }) => {
    const { conversation = '', message = '' } = own.ids
    await failedDelivery(own.owner, `${own.at}/conversations/${conversation}`, message)
    return {}
  },
  writeNote: async (scene) => ({
    body: { clientMessageId: clientId(), text: 'note', attachmentIds: [await ownFile(scene)] },
  }),
  assignConversation: ({ own }) => ({ body: { assigneeId: own.ids.member } }),
  changeStatus: body(() => ({ status: 'pending' })),
  tagConversation: nothing,
  untagConversation: nothing,
  markRead: body(() => ({ readNumber: 1 })),
  listDrafts: nothing,
  saveDraft: () => ({ path: { mode: 'note' }, body: { text: 'kept' } }),
  uploadAttachment: () => ({ query: { fileName: 'b.txt' }, body: Buffer.from('bytes') }),
  search: () => ({ query: { q: 'inbound' } }),
  streamEvents: nothing,
}

export async function caseOf(route: Route, scene: Scene): Promise<Ask> {
  const make = CASES[route.name]
  if (!make) throw new Error(`${route.name} has no case`)
  return withOwnIds(route, scene.own.ids, await make(scene))
}

/** Names of routes of a workspace that no case reaches, and of cases whose route is gone. */
export function withoutCase(routes: readonly Route[]): string[] {
  const names = routes.filter(isOfWorkspace).map(({ name }) => name)
  return [...names.filter((name) => !(name in CASES)), ...Object.keys(CASES).filter((name) => !names.includes(name))]
}
