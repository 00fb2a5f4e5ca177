/**
 * One of everything that a call can name, made in a workspace through the desk's own doors and marked with one rare
 * word: tag, saved reply, invitation, conversation with messages both ways, note, draft, files, an event that could not
 * be read. Ids are those of the wire, by kind. What is not there in time is an error, never a guess.
 */
import { createHmac, randomBytes } from 'node:crypto'
import type { Answer, Caller } from './caller.ts'
import type { CastInbox, CastWorkspace } from './cast.ts'
import type { Stage, Target } from './probe.ts'

export type Belongings = {
  readonly owner: Caller
  readonly workspace: CastWorkspace
  /** `/api/v1/workspaces/…` of this workspace. */
  readonly at: string
  /** In everything written here, and nowhere else. */
  readonly mark: string
  readonly apiInbox: CastInbox
  readonly webchat: CastInbox
  /** Newest thing of each kind, by kind. */
  readonly ids: Readonly<Record<string, string>>
  /** A visitor of the web chat who wrote, and the bearer token they hold. */
  readonly visitor: { readonly caller: Caller; readonly token: string; readonly attachmentId: string }
}

const LOOK_MS = 25
const LOOKS_MAX = 600

/** Looks again until it is there. */
export async function until<T>(look: () => Promise<T | null | undefined | false>, what: string): Promise<T> {
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    const found = await look()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  throw new Error(`waited in vain for ${what}`)
}

export function freshWord(): string {
  return `z${randomBytes(7).toString('hex')}`
}

/** An id as a screen mints one for what it sends. */
export function clientId(): string {
  return randomBytes(15).toString('base64url')
}

/** A call signed with that secret, as Standard Webhooks spells it. */
export function postHook(stage: Target, to: { key: string; channel: string }, secret: string, body: string) {
  const id = clientId()
  const time_s = Math.floor(Date.now() / 1000)
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${time_s}.${body}`).digest('base64')
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(time_s),
    'webhook-signature': `v1,${signature}`,
  }
  return stage.caller().raw('POST', `/hooks/${to.channel}/${to.key}`, { headers, body })
}

export function messageFrom(from: string, text: string): string {
  return JSON.stringify({ type: 'message', id: clientId(), from: { id: from, name: `Somebody ${from}` }, text })
}

/** Asserts success and gives the answer's body. */
export async function done(answer: Promise<Answer>, what: string): Promise<Answer['body']> {
  const { status, body } = await answer
  if (status < 200 || status > 299) throw new Error(`${what} was answered ${status}`)
  return body
}

type Maker = Pick<Belongings, 'owner' | 'workspace' | 'at' | 'mark' | 'apiInbox' | 'webchat'> & { stage: Stage }

export async function furnish(stage: Stage, owner: Caller, workspace: CastWorkspace): Promise<Belongings> {
  const inboxOf = (channel: string) => {
    const inbox = workspace.inboxes.find((one) => one.channel === channel)
    if (!inbox) throw new Error(`the demo has no ${channel} inbox`)
    return inbox
  }
  const maker: Maker = {
    stage,
    owner,
    workspace,
    at: `/api/v1/workspaces/${workspace.id}`,
    mark: freshWord(),
    apiInbox: inboxOf('api'),
    webchat: inboxOf('webchat'),
  }
  const named = await makeNamed(maker)
  const conversation = await makeConversation(maker, named.tag ?? '')
  const visitor = await makeVisitor(maker)
  const { stage: _stage, ...told } = maker
  return { ...told, ids: { workspace: workspace.id, inbox: maker.apiInbox.id, ...named, ...conversation }, visitor }
}

/** Tag, saved reply, invitation and a member to point at. */
async function makeNamed({ owner, at, mark }: Maker): Promise<Record<string, string>> {
  const post = (path: string, body: unknown) => done(owner.call('POST', `${at}${path}`, { body }), path)
  const tag = await post('/tags', { name: mark, colour: 'teal' })
  const reply = { shortcut: mark, title: mark, text: `saved ${mark}`, language: 'en' }
  const savedReply = await post('/saved-replies', reply)
  const { invitation } = await post('/invitations', { email: `${mark}@invited.example`, role: 'agent' })
  const { members } = await done(owner.call('GET', `${at}/members`), 'members')
  const member = members.find(({ role }: { role: string }) => role === 'agent' || role === 'admin')
  return { tag: tag.id, savedReply: savedReply.id, invitation: invitation.id, member: member.id }
}

async function makeConversation(maker: Maker, tagId: string): Promise<Record<string, string>> {
  const { stage, owner, at, mark, apiInbox } = maker
  const hook = (body: string) => done(postHook(stage, apiInbox, apiInbox.signingSecret, body), 'a signed call')
  await hook(messageFrom(mark, `inbound ${mark}`))
  const row = await until(async () => {
    const { conversations } = await done(owner.call('GET', `${at}/conversations?view=all`), 'the list')
    return conversations.find((one: { contact: { name: string } }) => one.contact.name?.includes(mark))
  }, 'the conversation')
  const here = `${at}/conversations/${row.id}`
  const message = { clientMessageId: clientId(), text: `outbound ${mark}`, attachmentIds: [], seenNumber: 1 }
  const sent = await done(owner.call('POST', `${here}/messages`, { body: { ...message, force: true } }), 'a reply')
  const noted = { clientMessageId: clientId(), text: `note ${mark}`, attachmentIds: [await uploadFile(maker)] }
  await done(owner.call('POST', `${here}/notes`, { body: noted }), 'a note')
  await done(owner.call('PUT', `${here}/tags/${tagId}`), 'tagging')
  await done(owner.call('PUT', `${here}/drafts/reply`, { body: { text: `draft ${mark}` } }), 'a draft')
  await done(owner.call('PUT', `${here}/reading`, { body: { readNumber: 1 } }), 'reading')
  await failedDelivery(owner, here, sent.id)
  const inboundEvent = await makeUnreadable(stage, maker)
  const attachment = await uploadFile(maker)
  return { conversation: row.id, contact: row.contact.id, message: sent.id, inboundEvent, attachment }
}

/** An API inbox without an address to send to gives a delivery that failed, which is what can be tried again. */
export function failedDelivery(owner: Caller, conversation: string, messageId: string): Promise<true> {
  return until(async () => {
    const { items } = await done(owner.call('GET', `${conversation}/thread`), 'the thread')
    const item = items.find((one: { id?: string }) => one.id === messageId)
    return item?.delivery?.state === 'failed' ? true : null
  }, 'the delivery that failed')
}

export async function uploadFile({ owner, at, mark }: Pick<Belongings, 'owner' | 'at' | 'mark'>): Promise<string> {
  const headers = { 'content-type': 'application/octet-stream' }
  const path = `${at}/attachments?fileName=${mark}.txt`
  return (await done(owner.call('POST', path, { headers, body: Buffer.from(`file ${mark}`) }), 'an upload')).id
}

/** The id of an event that was kept and set apart. */
export async function makeUnreadable(
  stage: Stage,
  { owner, at, apiInbox }: Pick<Belongings, 'owner' | 'at' | 'apiInbox'>,
): Promise<string> {
  const path = `${at}/inboxes/${apiInbox.id}/unreadable-events`
  const events = async () => (await done(owner.call('GET', path), 'unreadable events')).events as { id: string }[]
  const before = new Set((await events()).map(({ id }) => id))
  await done(postHook(stage, apiInbox, apiInbox.signingSecret, `{"type":"${freshWord()}"}`), 'an unreadable call')
  const made = await until(async () => (await events()).find(({ id }) => !before.has(id)), 'the unreadable event')
  return made.id
}

async function makeVisitor({ stage, webchat, mark }: Maker): Promise<Belongings['visitor']> {
  const caller = stage.caller()
  const at = `/widget/api/${webchat.key}`
  const call = (method: string, path: string, body: unknown, headers?: Record<string, string>) =>
    done(caller.call(method, `${at}${path}`, { origin: 'widget', body, headers }), `the web chat's ${path}`)
  const { token } = await call('POST', '/sessions', {})
  caller.bearer = token
  const bytes = { 'content-type': 'application/octet-stream' }
  const upload = () => call('POST', `/attachments?fileName=${mark}.txt`, Buffer.from(`visitor ${mark}`), bytes)
  const sent = { clientMessageId: clientId(), text: `visitor ${mark}`, sentAt: new Date().toISOString() }
  await call('POST', '/messages', { ...sent, attachmentIds: [(await upload()).id] })
  return { caller, token, attachmentId: (await upload()).id }
}
