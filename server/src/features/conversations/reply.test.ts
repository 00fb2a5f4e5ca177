/** Answering over HTTP: once, not over a teammate's head, only what may leave, and all of it or nothing. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { retryDelivery, sendMessage } from '@central-desk/contract/conversations.ts'
import { encodeId } from '@central-desk/contract/ids.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { Agent, newClientId } from '#test/support/agent.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { connectInbox, receiveOne, type TestInbox, uuidOf } from '#test/support/inbound.ts'
import { type Personas, personas } from '#test/support/people.ts'
import { digestOf, rowsOf } from '#test/support/rows.ts'

/** Everything a reply writes. */
const WRITTEN = ['message', 'delivery', 'client_message', 'search_backlog', 'event', 'conversation', 'attachment']

let desk: TestDesk
let beside: TestDesk
let people: Personas
let inbox: TestInbox
let nusrat: Agent
let tanvir: Agent

before(async () => {
  desk = await bootDesk({ withWorkers: false })
  beside = await bootDesk({ beside: desk, withWorkers: false })
  people = await personas(desk)
  inbox = await connectInbox(desk, people.rahima)
  nusrat = new Agent(people.nusrat)
  tanvir = new Agent(people.tanvir)
})

let writers = 0
async function conversation(text = 'hello'): Promise<string> {
  return (await receiveOne(desk, inbox, { from: `writer-${++writers}`, text })).conversationId
}

const uuid = (id: string) => uuidOf('conversation', id)
const outOf = (id: string) =>
  rowsOf(desk, `select * from message where conversation_id = $1 and direction = 'out' order by number`, [uuid(id)])

async function refused(id: string, given: Parameters<Agent['reply']>[1], by = nusrat) {
  const before = await digestOf(desk, WRITTEN)
  const answer = await by.reply(id, given)
  assert.ok(answer.status >= 400, answer.text)
  assert.equal(await digestOf(desk, WRITTEN), before, 'a refusal changes nothing')
  return answer
}

test('a reply is a message, a duty to deliver, work for the index and an event, and nobody waits any more', async () => {
  const id = await conversation()
  desk.clock.advance(5_000)
  const message = await nusrat.replied(id, { text: 'আসছে আজ', clientMessageId: 'screen-minted-id-01' })
  assert.deepEqual(
    { ...message, id: '' },
    {
      kind: 'message',
      id: '',
      conversationId: id,
      number: 2,
      direction: 'out',
      authorKind: 'member',
      authorMemberId: people.nusrat.memberId,
      text: 'আসছে আজ',
      attachments: [],
      sentAt: desk.clock.now().toISOString(),
      receivedAt: desk.clock.now().toISOString(),
      isLate: false,
      delivery: { state: 'queued', attempts: 0, reason: null, nextAttemptAt: desk.clock.now().toISOString() },
      clientMessageId: 'screen-minted-id-01',
    },
  )
  const itemId = uuidOf('message', message.id)
  assert.equal((await rowsOf(desk, 'select from search_backlog where message_id = $1', [itemId])).length, 1)
  const events = await rowsOf(desk, 'select kind, actor_member_id from event where item_id = $1', [itemId])
  assert.deepEqual(events, [{ kind: 'message.created', actor_member_id: uuidOf('member', people.nusrat.memberId) }])
  const row = await nusrat.get(id)
  assert.deepEqual(
    [row.waitingSince, row.lastMessageNumber, row.lastInboundNumber, row.status, row.lastActivityAt],
    [null, 2, 1, 'open', desk.clock.now().toISOString()],
  )
})

test('the same client id twice is the same message once, whatever else the second request says', async () => {
  const id = await conversation()
  const clientMessageId = newClientId()
  const first = await nusrat.replied(id, { clientMessageId, text: 'once' })
  const second = await nusrat.replied(id, { clientMessageId, text: 'twice' })
  assert.deepEqual(second, first)
  assert.equal((await outOf(id)).length, 1)
})

test('the same client id at the same moment, through two processes, is the same message once', async () => {
  const id = await conversation()
  const clientMessageId = newClientId()
  const there = new Agent({
    ...people.nusrat,
    client: Object.assign(beside.client(), { cookies: people.nusrat.client.cookies }),
  })
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, at) => (at % 2 ? nusrat : there).reply(id, { clientMessageId })),
  )
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([202]))
  assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
  assert.equal((await outOf(id)).length, 1)
  assert.equal((await nusrat.get(id)).lastMessageNumber, 2)
})

test('different replies at the same moment are all there, numbered without a gap', async () => {
  const id = await conversation()
  const answers = await Promise.all(Array.from({ length: 10 }, (_, at) => nusrat.reply(id, { text: `reply ${at}` })))
  assert.ok(answers.every(({ status }) => status === 202))
  assert.deepEqual(
    (await outOf(id)).map(({ number }) => number),
    [2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  )
})

test('a client id belongs to its member, its conversation and its kind', async () => {
  const [one, other] = [await conversation(), await conversation()]
  const clientMessageId = newClientId()
  await nusrat.replied(one, { clientMessageId, text: 'mine' })
  assert.equal((await tanvir.replied(one, { clientMessageId, text: 'his', force: true })).text, 'his')
  assert.equal((await refused(other, { clientMessageId })).body.code, 'conflict')
  assert.equal((await nusrat.note(one, 'note', { clientMessageId })).body.code, 'conflict')
})

test('an answer over a teammate’s unseen answer is stopped and shows it; insisting sends it', async () => {
  const id = await conversation()
  const theirs = await tanvir.replied(id, { text: 'Tanvir was first', seenNumber: 1 })
  const answer = await refused(id, { seenNumber: 1 })
  assert.deepEqual([answer.status, answer.body.code], [409, 'teammate_replied'])
  assert.deepEqual(
    answer.body.items.map(({ id: itemId, text, authorMemberId }: Record<string, string>) => [
      itemId,
      text,
      authorMemberId,
    ]),
    [[theirs.id, 'Tanvir was first', people.tanvir.memberId]],
  )
  assert.match(answer.body.items[0].conversationId, /^cnv_/)
  await nusrat.replied(id, { seenNumber: 2 })
  await tanvir.replied(id, { seenNumber: 1, force: true })
})

test('what does not stop it: the contact’s newer message, one’s own newer answer, a note', async () => {
  const from = `writer-${++writers}`
  const { conversationId: id } = await receiveOne(desk, inbox, { from, text: 'one' })
  await receiveOne(desk, inbox, { from, text: 'two' })
  await tanvir.note(id, 'a note')
  await nusrat.replied(id, { seenNumber: 1 })
  await nusrat.replied(id, { seenNumber: 1 })
  await tanvir.replied(id, { seenNumber: 4 })
  await nusrat.replied(id, { seenNumber: 5 })
  assert.equal((await refused(id, { seenNumber: 4 })).body.code, 'teammate_replied')
})

test('a teammate’s answer is noticed also behind one’s own newer one', async () => {
  const id = await conversation()
  await tanvir.replied(id, { seenNumber: 1 })
  await nusrat.replied(id, { seenNumber: 2 })
  assert.equal((await refused(id, { seenNumber: 1 })).body.code, 'teammate_replied')
})

test('two agents who answer at the same moment: one is first, the other is told', async () => {
  const id = await conversation()
  const answers = await Promise.all([nusrat, tanvir].map((agent) => agent.reply(id, { seenNumber: 1 })))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [202, 409])
})

test('sending and closing is one act', async () => {
  const id = await conversation()
  await nusrat.replied(id, { close: true })
  const row = await nusrat.get(id)
  assert.deepEqual([row.status, row.lastMessageNumber], ['closed', 2])
  const lines = (await nusrat.thread(id)).items.filter((item: { kind: string }) => item.kind === 'activity')
  assert.deepEqual(
    lines.map(({ what, status }: Record<string, string>) => [what, status]),
    [
      ['opened', null],
      ['status', 'closed'],
    ],
  )
  await nusrat.replied(id, { close: true })
  assert.equal((await nusrat.get(id)).status, 'closed')
})

test('an empty text, one that is too long, and broken fields are refused with their field', async () => {
  const id = await conversation()
  for (const text of ['', '   \n\t ', '\u00a0']) {
    assert.deepEqual(
      (await refused(id, { text })).body.fields,
      [{ field: 'text', code: 'empty' }],
      JSON.stringify(text),
    )
  }
  assert.equal((await nusrat.replied(id, { text: 'x'.repeat(LIMITS.messageCharacters) })).text.length, 8_000)
  const long = (await refused(id, { text: 'x'.repeat(LIMITS.messageCharacters + 1) })).body
  assert.deepEqual([long.fields[0].field, long.fields[0].code], ['text', 'too_long'])
  const bangla = 'ঌ'.repeat(LIMITS.messageCharacters)
  assert.equal((await nusrat.replied(id, { text: bangla })).text, bangla)
  for (const [given, field] of [
    [{ clientMessageId: 'short' }, 'clientMessageId'],
    [{ clientMessageId: `${newClientId()}/` }, 'clientMessageId'],
    [{ text: 'nul\u0000' }, 'text'],
    [{ seenNumber: -1 }, 'seenNumber'],
    [{ attachmentIds: ['att_'] }, 'attachmentIds.0'],
  ] as const) {
    const answer = await refused(id, given as Parameters<Agent['reply']>[1])
    assert.deepEqual([answer.status, answer.body.fields?.[0]?.field], [422, field], answer.text)
  }
})

test('files of one’s own, unused and within the limits go along; others do not', async () => {
  const id = await conversation()
  const mine = await nusrat.upload(Buffer.from('mine'))
  const his = await tanvir.upload(Buffer.from('his'))
  const sent = await nusrat.replied(id, { text: '', attachmentIds: [mine] })
  assert.deepEqual(
    sent.attachments.map(({ id: fileId }: { id: string }) => fileId),
    [mine],
  )
  assert.deepEqual((await refused(id, { attachmentIds: [mine] })).body.fields, [
    { field: 'attachmentIds', code: 'already_used' },
  ])
  assert.equal((await refused(id, { attachmentIds: [his] })).status, 404)
  assert.equal((await refused(id, { attachmentIds: [encodeId('attachment', desk.kernel.mint.next())] })).status, 404)
  const many = await Promise.all(Array.from({ length: 11 }, (_, at) => nusrat.upload(Buffer.from(`${at}`))))
  assert.equal((await refused(id, { attachmentIds: many })).status, 422)
  assert.equal((await nusrat.replied(id, { attachmentIds: many.slice(0, 10) })).attachments.length, 10)
})

test('one file sent in two messages at the same moment goes with one of them', async () => {
  const [one, other] = [await conversation(), await conversation()]
  const file = await nusrat.upload(Buffer.from('file'))
  const answers = await Promise.all([one, other].map((id) => nusrat.reply(id, { attachmentIds: [file] })))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [202, 422])
})

test('what the channel cannot carry is refused before it is written', async () => {
  const apiInbox = await connectInbox(desk, people.rahima, 'api')
  const { conversationId: id } = await receiveOne(desk, apiInbox, { from: 'api-user', text: 'hello' })
  // Two files within the limit of one, together beyond what one call carries.
  const files = await Promise.all([0, 1].map((at) => nusrat.upload(Buffer.alloc(LIMITS.attachmentBytes - at))))
  assert.deepEqual((await refused(id, { attachmentIds: files })).body.fields, [
    { field: 'attachmentIds', code: 'attachment_too_large' },
  ])
})

test('an inbox that is switched off cannot be answered through', async () => {
  const off = await connectInbox(desk, people.rahima)
  const { conversationId: id } = await receiveOne(desk, off, { from: 'off-user', text: 'hello' })
  await rowsOf(desk, 'update inbox set is_enabled = false where id = $1', [uuidOf('inbox', off.id)])
  assert.deepEqual((await refused(id, {})).body.code, 'cannot_reply')
})

test('a viewer, a neighbour and nobody send nothing', async () => {
  const id = await conversation()
  assert.equal((await refused(id, {}, new Agent(people.farid))).body.code, 'forbidden')
  assert.equal((await refused(id, {}, new Agent(people.kabir))).body.code, 'not_found')
  const params = { workspaceId: people.nusrat.workspaceId, conversationId: id }
  const body = { clientMessageId: newClientId(), text: 'x', attachmentIds: [], seenNumber: 1 }
  assert.equal((await people.kabir.client.call(sendMessage, { params, body })).status, 404)
  assert.equal((await desk.client().call(sendMessage, { params, body })).status, 401)
})

test('a failed or uncertain message goes into the queue again; one that arrived does not', async () => {
  const id = await conversation()
  const { id: messageId } = await nusrat.replied(id)
  const retry = (by = nusrat) => by.ask(retryDelivery, { params: { conversationId: id, messageId } })
  const setState = (state: string) =>
    rowsOf(
      desk,
      `update delivery set state = $2::text, reason = 'why', next_attempt_at = null, attempts = 3,
         lease_until = case when $2::text = 'sending' then now() end where message_id = $1`,
      [uuidOf('message', messageId), state],
    )
  assert.equal((await retry()).body.delivery.state, 'queued')
  await setState('sending')
  await setState('uncertain')
  const again = await retry()
  assert.equal(again.status, 202, again.text)
  assert.deepEqual(again.body.delivery, {
    state: 'queued',
    attempts: 3,
    reason: null,
    nextAttemptAt: desk.clock.now().toISOString(),
  })
  const [event] = await rowsOf(
    desk,
    `select facts from event where kind = 'message.delivery' order by number desc limit 1`,
  )
  assert.deepEqual(event.facts, { state: 'queued' })
  for (const state of ['sending', 'sent', 'delivered']) {
    await setState(state)
    const answer = await retry()
    assert.equal(answer.status, state === 'sending' ? 202 : 409, state)
  }
  assert.equal((await retry(new Agent(people.kabir))).status, 404)
  assert.equal((await retry(new Agent(people.farid))).body.code, 'forbidden')
  const elsewhere = { conversationId: await conversation(), messageId }
  assert.equal((await nusrat.ask(retryDelivery, { params: elsewhere })).status, 404)
})

test('nothing that was written lies in the database in the clear', async () => {
  const id = await conversation('inbound canary-word')
  await nusrat.replied(id, { text: 'outbound canary-word' })
  await nusrat.note(id, 'note canary-word')
  for (const table of ['message', 'note', 'event', 'search_backlog', 'conversation', 'client_message']) {
    const rows = await rowsOf(desk, `select t::text as row from ${table} t`)
    assert.ok(rows.length > 0, table)
    const spelled = ['canary-word', Buffer.from('canary-word').toString('hex')]
    assert.ok(!rows.some(({ row }) => spelled.some((one) => row.includes(one))), table)
  }
  assert.ok(!desk.logged().includes('canary-word'))
})
