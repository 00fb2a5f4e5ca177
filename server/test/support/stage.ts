/**
 * One workspace with one of everything that a route can name: people of each role, inboxes of both channels, a
 * conversation with messages both ways, note, tag, saved reply, draft, attachment, an event that could not be read, an
 * invitation. Made through the desk's own routes. Two stages on one desk are what the isolation test attacks.
 */
import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import * as conversations from '@central-desk/contract/conversations.ts'
import type { Endpoint } from '@central-desk/contract/endpoint.ts'
import type { IdKind } from '@central-desk/contract/ids.ts'
import { createInbox, listUnreadableEvents } from '@central-desk/contract/inboxes.ts'
import { createInvitation } from '@central-desk/contract/members.ts'
import type { Role } from '@central-desk/contract/permissions.ts'
import { createSavedReply, createTag } from '@central-desk/contract/workspaces.ts'
import type { Answer, CallOptions } from './client.ts'
import type { TestDesk } from './desk.ts'
import { joinAs, type Person, signUpOwner } from './people.ts'

export type Stage = {
  readonly desk: TestDesk
  readonly owner: Person
  readonly people: Readonly<Record<Role, Person>>
  /** Wire ids by kind: the newest thing of each kind. */
  readonly ids: Record<string, string> & Partial<Record<IdKind, string>>
  readonly apiInbox: { key: string; signingSecret: string }
  readonly webchatInbox: { key: string; signingSecret: string }
}

const WAIT_MS = 20
const TRIES = 500

export function newClientId(): string {
  return randomBytes(12).toString('base64url')
}

/** Calls as the owner and asserts the contract's status. */
export async function done(
  stage: Pick<Stage, 'owner'>,
  endpoint: Endpoint,
  options: CallOptions,
): Promise<Answer['body']> {
  const answer = await stage.owner.client.call(endpoint, options)
  assert.equal(answer.status, endpoint.status, `${endpoint.name}: ${answer.text}`)
  return answer.body
}

/** Looks again until it is there. */
export async function until<T>(look: () => Promise<T | null | undefined>, what: string): Promise<T> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const found = await look()
    // A bare no would else pass for an answer, and a test for a wait.
    if (found !== null && found !== undefined && found !== false) return found
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS))
  }
  throw new Error(`waited in vain for ${what}`)
}

/** A signed call to an API inbox, spelled by Standard Webhooks. */
export async function postHook(
  desk: TestDesk,
  inbox: { key: string; signingSecret: string },
  body: string,
  id = newClientId(),
): Promise<Answer> {
  const time_s = Math.floor(desk.clock.now().getTime() / 1000)
  const key = Buffer.from(inbox.signingSecret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${time_s}.${body}`).digest('base64')
  return desk.client().raw('POST', `/hooks/api/${inbox.key}`, {
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(time_s),
      'webhook-signature': `v1,${signature}`,
    },
    body,
  })
}

export async function postMessage(
  desk: TestDesk,
  inbox: { key: string; signingSecret: string },
  message: { from: { id: string; name?: string }; text: string; id?: string },
): Promise<void> {
  const body = JSON.stringify({ type: 'message', id: message.id ?? newClientId(), ...message })
  const answer = await postHook(desk, inbox, body)
  assert.equal(answer.status, 200, answer.text)
}

export async function makeStage(desk: TestDesk, name: string, marker: string): Promise<Stage> {
  const domain = `${name.toLowerCase().replaceAll(' ', '-')}.example`
  const at = (who: string) => ({ name: `${who} ${marker}`, email: `${who.toLowerCase()}@${domain}` })
  const owner = await signUpOwner(desk, { ...at('Owner'), workspaceName: name })
  const people = {
    owner,
    admin: await joinAs(desk, owner, 'admin', at('Admin')),
    agent: await joinAs(desk, owner, 'agent', at('Agent')),
    viewer: await joinAs(desk, owner, 'viewer', at('Viewer')),
  }
  const ids: Stage['ids'] = { workspace: owner.workspaceId, member: people.agent.memberId }
  const params = { workspaceId: owner.workspaceId }
  const ask = (endpoint: Endpoint, options: CallOptions) => done({ owner }, endpoint, options)

  const connect = async (channel: string) => {
    const { inbox, signingSecret } = await ask(createInbox, { params, body: { channel, name: channel, settings: {} } })
    return { id: inbox.id as string, key: inbox.key as string, signingSecret: signingSecret as string }
  }
  const webchatInbox = await connect('webchat')
  const apiInbox = await connect('api')
  ids.inbox = apiInbox.id
  ids.tag = (await ask(createTag, { params, body: { name: `tag ${marker}`, colour: 'teal' } })).id
  const reply = { shortcut: 'hello', title: 'Hello', text: `saved ${marker}`, language: 'en' }
  ids.savedReply = (await ask(createSavedReply, { params, body: reply })).id
  const invited = { email: `invited@${domain}`, role: 'agent' }
  ids.invitation = (await ask(createInvitation, { params, body: invited })).invitation.id

  await postMessage(desk, apiInbox, { from: { id: 'c-1', name: `Contact ${marker}` }, text: `inbound ${marker}` })
  const row = await until(async () => {
    const page = await ask(conversations.listConversations, { params, query: { view: 'all' } })
    return page.conversations[0]
  }, 'the first conversation')
  ids.conversation = row.id
  ids.contact = row.contact.id
  await fillConversation(ask, { ...params, conversationId: row.id }, marker, ids)

  const unreadable = await postHook(desk, apiInbox, '{"type":"something new"}')
  assert.equal(unreadable.status, 200)
  const event = await until(async () => {
    const page = await ask(listUnreadableEvents, { params: { ...params, inboxId: apiInbox.id } })
    return page.events[0]
  }, 'the unreadable event')
  ids.inboundEvent = event.id
  return { desk, owner, people, ids, apiInbox, webchatInbox }
}

async function fillConversation(
  ask: (endpoint: Endpoint, options: CallOptions) => Promise<Answer['body']>,
  params: { workspaceId: string; conversationId: string },
  marker: string,
  ids: Stage['ids'],
): Promise<void> {
  const upload = () =>
    ask(conversations.uploadAttachment, { params, query: { fileName: `${marker}.txt` }, body: Buffer.from(marker) })
  ids.attachment = (await upload()).id
  const sent = await ask(conversations.sendMessage, {
    params,
    body: { clientMessageId: newClientId(), text: `outbound ${marker}`, attachmentIds: [], seenNumber: 1 },
  })
  ids.message = sent.id
  const note = { clientMessageId: newClientId(), text: `note ${marker}`, attachmentIds: [(await upload()).id] }
  ids.note = (await ask(conversations.writeNote, { params, body: note })).id
  await ask(conversations.tagConversation, { params: { ...params, tagId: ids.tag ?? '' } })
  await ask(conversations.saveDraft, { params: { ...params, mode: 'reply' }, body: { text: `draft ${marker}` } })
  // Without an address to send to the delivery fails, which is what a retry needs.
  await until(async () => {
    const { items } = await ask(conversations.getThread, { params })
    return items.find(
      (item: { id?: string; delivery?: { state: string } }) => item.id === sent.id && item.delivery?.state === 'failed',
    )
  }, 'the failed delivery')
}
