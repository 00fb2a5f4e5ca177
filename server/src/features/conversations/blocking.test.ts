/**
 * Blocking over HTTP, through the web chat and an API inbox: what is answered stays the same, what is written is kept
 * and disturbs nobody, and taking it back brings everything to light once.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { blockContact, getContact, listContacts, unblockContact } from '@central-desk/contract/contacts.ts'
import {
  changeStatus,
  countConversations,
  getConversation,
  getThread,
  listConversations,
  sendMessage,
} from '@central-desk/contract/conversations.ts'
import type { Endpoint } from '@central-desk/contract/endpoint.ts'
import { createInbox } from '@central-desk/contract/inboxes.ts'
import type { Answer } from '#test/support/client.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { uuidOf } from '#test/support/inbound.ts'
import { type Person, type Personas, personas } from '#test/support/people.ts'
import { rowsOf } from '#test/support/rows.ts'
import { newClientId, postMessage, until } from '#test/support/stage.ts'
import { Visitor } from '#test/support/visitor.ts'

let desk: TestDesk
let people: Personas
let chatKey: string
let api: { key: string; signingSecret: string }

before(async () => {
  desk = await bootDesk()
  people = await personas(desk)
  const connect = async (channel: string) => {
    const { body } = await ask(people.rahima, createInbox, {}, { channel, name: channel, settings: {} })
    return { key: body.inbox.key, signingSecret: body.signingSecret }
  }
  chatKey = (await connect('webchat')).key
  api = await connect('api')
})

function ask(who: Person, endpoint: Endpoint, params: Record<string, string> = {}, body?: unknown): Promise<Answer> {
  const query = endpoint === listConversations ? (body as Record<string, string>) : undefined
  const sent = query || body === undefined ? {} : { body }
  return who.client.call(endpoint, {
    params: { workspaceId: who.workspaceId, ...params },
    ...(query && { query }),
    ...sent,
  })
}

async function done(endpoint: Endpoint, params: Record<string, string> = {}, body?: unknown): Promise<Answer['body']> {
  const answer = await ask(people.nusrat, endpoint, params, body)
  assert.equal(answer.status, endpoint.status, `${endpoint.name}: ${answer.text}`)
  return answer.body
}

// biome-ignore lint/suspicious/noExplicitAny: a row as the wire has it
type Row = any

const rowsIn = async (view: string): Promise<Row[]> => (await done(listConversations, {}, { view })).conversations
const rowOf = (preview: string, view = 'all'): Promise<Row> =>
  until(async () => (await rowsIn(view)).find((row) => row.lastMessage.preview === preview), preview)
const textsOf = async (conversationId: string): Promise<string[]> =>
  (await done(getThread, { conversationId })).items.flatMap((item: Row) => (item.kind === 'message' ? [item.text] : []))
const whatOf = async (conversationId: string): Promise<string[]> =>
  (await done(getThread, { conversationId })).items.flatMap((item: Row) =>
    item.kind === 'activity' ? [item.what] : [],
  )

/** Waits until the newest message of a conversation is this one, wherever the conversation stands. */
const stored = (conversationId: string, text: string) =>
  until(async () => {
    const row = await done(getConversation, { conversationId })
    return row.lastMessage.preview === text ? row : null
  }, `${text} to be stored`)

test('a blocked visitor is answered as before, reads their own words, and disturbs nobody', async () => {
  const visitor = await Visitor.come(desk, chatKey)
  const stream = await visitor.follow().ready()
  await visitor.write('buy my watches')
  const { id: conversationId, contact } = await rowOf('buy my watches')
  const before = await done(getConversation, { conversationId })
  await done(blockContact, { contactId: contact.id })

  const counts = await done(countConversations)
  desk.clock.advance(60_000)
  const repeated = { clientMessageId: newClientId() }
  const first = await visitor.write('cheap watches', repeated)
  const again = await visitor.write('cheap watches', repeated)
  assert.deepEqual([first.status, first.body, again.status, again.body], [202, { isKept: true }, 202, { isKept: true }])
  // A neighbour who is not blocked stands for how the answer looks otherwise.
  const neighbour = await Visitor.come(desk, chatKey)
  const ordinary = await neighbour.write('is the sari blue?')
  assert.deepEqual([ordinary.status, ordinary.body], [first.status, first.body])
  await rowOf('is the sari blue?')

  const row = await stored(conversationId, 'cheap watches')
  assert.deepEqual(
    [row.status, row.contact.isBlocked, row.waitingSince, row.lastActivityAt],
    ['closed', true, null, before.lastActivityAt],
  )
  const after = await done(countConversations)
  assert.deepEqual([after.mine, after.all], [counts.mine, counts.all + 1], 'only the neighbour came')
  assert.deepEqual(
    (await stream.heard(2)).map(({ text }) => text),
    ['buy my watches', 'cheap watches'],
    'the stream goes on',
  )
  assert.deepEqual(
    (await visitor.thread(2)).map(({ text }) => text),
    ['buy my watches', 'cheap watches'],
  )
  assert.deepEqual(await whatOf(conversationId), ['opened', 'blocked'], 'it did not open again')

  await done(unblockContact, { contactId: contact.id })
  const back = await rowOf('cheap watches')
  assert.deepEqual([back.id, back.status, back.contact.isBlocked], [conversationId, 'open', false])
  assert.equal(back.waitingSince, before.waitingSince, 'who waited before still does')
  assert.deepEqual(await textsOf(conversationId), ['buy my watches', 'cheap watches'], 'nothing lost, nothing doubled')
  assert.deepEqual(await whatOf(conversationId), ['opened', 'blocked', 'unblocked'])
  stream.close()
})

test('through an API inbox: what comes while blocked is stored once and opens a closed conversation afterwards', async () => {
  const from = { id: 'spammer-1', name: 'Spammer' }
  await postMessage(desk, api, { from, text: 'first' })
  const { id: conversationId, contact } = await rowOf('first')
  await done(changeStatus, { conversationId }, { status: 'closed' })
  await done(blockContact, { contactId: contact.id })
  await postMessage(desk, api, { from, text: 'second', id: 'once' })
  await postMessage(desk, api, { from, text: 'second', id: 'once' })
  await stored(conversationId, 'second')
  assert.deepEqual(await rowsIn('all').then((rows) => rows.filter(({ id }) => id === conversationId)), [])
  await done(unblockContact, { contactId: contact.id })
  assert.equal((await rowOf('second')).id, conversationId)
  assert.deepEqual(await textsOf(conversationId), ['first', 'second'])
})

test('a closed conversation in which nothing was written stays closed when the block is taken back', async () => {
  await postMessage(desk, api, { from: { id: 'quiet' }, text: 'never mind' })
  const { id: conversationId, contact } = await rowOf('never mind')
  await done(changeStatus, { conversationId }, { status: 'closed' })
  await done(blockContact, { contactId: contact.id })
  await done(blockContact, { contactId: contact.id })
  await done(unblockContact, { contactId: contact.id })
  assert.equal((await done(getConversation, { conversationId })).status, 'closed')
  assert.deepEqual(await whatOf(conversationId), ['opened', 'status', 'blocked', 'unblocked'], 'twice is once')
})

test('nobody answers a blocked contact or opens their conversation, and a note is still possible', async () => {
  await postMessage(desk, api, { from: { id: 'rude' }, text: 'rude words' })
  const { id: conversationId, contact } = await rowOf('rude words')
  await done(changeStatus, { conversationId }, { status: 'snoozed', snoozedUntil: null })
  await done(blockContact, { contactId: contact.id })
  const reply = { clientMessageId: newClientId(), text: 'sorry', attachmentIds: [], seenNumber: 1 }
  for (const answer of [
    await ask(people.nusrat, sendMessage, { conversationId }, reply),
    await ask(people.nusrat, changeStatus, { conversationId }, { status: 'open' }),
  ]) {
    assert.deepEqual([answer.status, answer.body.code], [409, 'contact_blocked'])
  }
  await done(unblockContact, { contactId: contact.id })
  assert.equal((await done(getConversation, { conversationId })).status, 'open')
  await done(sendMessage, { conversationId }, reply)
})

test('blocked contacts are listed, the deed is in the trail, and a viewer may not do it', async () => {
  await postMessage(desk, api, { from: { id: 'listed', name: 'Listed Person' }, text: 'listed' })
  const { contact } = await rowOf('listed')
  const denied = await ask(people.farid, blockContact, { contactId: contact.id })
  assert.equal(denied.status, 403)
  await done(blockContact, { contactId: contact.id })
  const params = { workspaceId: people.nusrat.workspaceId }
  const { body } = await people.nusrat.client.call(listContacts, { params, query: { only: 'blocked' } })
  assert.deepEqual(
    body.contacts.map(({ name, blockedByMemberId }: Row) => [name, blockedByMemberId]),
    [['Listed Person', people.nusrat.memberId]],
  )
  const found = await people.nusrat.client.call(listContacts, { params, query: { only: 'blocked', q: 'mitu' } })
  assert.deepEqual(found.body.contacts, [])
  const trail = await rowsOf(
    desk,
    `select action, before, after from audit_entry where target = '${contact.id}' and result = 'done' order by number`,
  )
  assert.deepEqual(trail, [{ action: 'contact.blocked', before: { isBlocked: false }, after: { isBlocked: true } }])
  await done(unblockContact, { contactId: contact.id })
  assert.equal((await done(getContact, { contactId: contact.id })).blockedAt, null)
})

test('blocked and unblocked while messages pour in: every one is stored once and the end is what was said last', async () => {
  const from = { id: 'pouring' }
  await postMessage(desk, api, { from, text: 'pour 0', id: 'pour-0' })
  const { id: conversationId, contact } = await rowOf('pour 0')
  const pour = (async () => {
    for (let at = 1; at <= 40; at++) await postMessage(desk, api, { from, text: `pour ${at}`, id: `pour-${at}` })
  })()
  for (let turn = 0; turn < 6; turn++) {
    await done(turn % 2 === 0 ? blockContact : unblockContact, { contactId: contact.id })
  }
  await done(blockContact, { contactId: contact.id })
  await pour
  await stored(conversationId, 'pour 40')
  assert.equal((await done(getConversation, { conversationId })).status, 'closed')
  await done(unblockContact, { contactId: contact.id })
  assert.equal((await done(getConversation, { conversationId })).status, 'open')
  const numbers = await rowsOf(
    desk,
    `select number from message where conversation_id = '${uuidOf('conversation', conversationId)}' order by number`,
  )
  assert.deepEqual(
    numbers.map(({ number }) => number),
    Array.from({ length: 41 }, (_, at) => at + 1),
  )
})
