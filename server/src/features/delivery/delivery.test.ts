/**
 * Answers on their way out, against a receiver that accepts, refuses, throttles, breaks off and answers late: what
 * arrives there, what the agent is told, and that nothing arrives twice.
 */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { retryDelivery, uploadAttachment } from '@central-desk/contract/conversations.ts'
import { decodeId } from '@central-desk/contract/ids.ts'
import { getLedger, rotateInboxSecret } from '@central-desk/contract/inboxes.ts'
import type pg from 'pg'
import { settableClock } from '#test/support/clock.ts'
import { connect } from '#test/support/connections.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { Outlet } from '#test/support/outgoing.ts'
import { signUpOwner } from '#test/support/people.ts'
import { startApiReceiver } from '../../../../tools/simulators/api-receiver/receiver.ts'

let desk: TestDesk
let outlet: Outlet
let admin: pg.Client
before(async () => {
  // The receiver looks at its own clock, so the desk's begins there.
  desk = await bootDesk({ clock: settableClock(new Date()) })
  const wanted = { name: 'Rahima Begum', email: 'rahima@shapla.example', workspaceName: 'Shapla Crafts' }
  outlet = await Outlet.open(desk, await signUpOwner(desk, wanted))
  admin = await connect(desk.database.superuser)
})
after(async () => {
  await outlet.receiver.stop()
  await admin.end()
})
beforeEach(() => {
  outlet.receiver.calls.length = 0
  outlet.receiver.behave({ kind: 'accept' })
})

let people = 0
const begin = () => outlet.begin(`person-${++people}`)
const params = () => ({ workspaceId: outlet.person.workspaceId })

async function attemptsOf(messageId: string): Promise<string[]> {
  const { rows } = await admin.query(
    'select outcome, code from desk.delivery_attempt where message_id = $1 order by number',
    [decodeId('message', messageId)],
  )
  return rows.map(({ outcome, code }) => [outcome, code].filter(Boolean).join(' '))
}

test('an answer arrives signed, under its own id, and is sent', async () => {
  const conversation = await begin()
  const message = await outlet.answer(conversation, 'আছে, নীলটাও')
  await outlet.seen(conversation, message, { state: 'sent', attempts: 1, reason: null })
  const [call] = outlet.receiver.calls
  assert.deepEqual([call?.signature, call?.id, call?.isDuplicate], ['good', message, false])
  const body = call?.body as Record<string, unknown>
  assert.deepEqual([body.id, body.conversationId, body.text], [message, conversation, 'আছে, নীলটাও'])
  assert.deepEqual(body.to, { id: `person-${people}`, name: `person-${people}` })
  const { rows } = await admin.query("select facts from desk.event where kind = 'message.delivery' order by number")
  assert.deepEqual(rows, [{ facts: { state: 'sent' } }])
})

test('its files travel with it', async () => {
  const conversation = await begin()
  const bytes = Buffer.from('Invoice 17')
  const options = { params: params(), query: { fileName: 'ইনভয়েস.txt' }, body: bytes }
  const file = await outlet.person.client.call(uploadAttachment, options)
  const message = await outlet.answer(conversation, '', [file.body.id])
  await outlet.seen(conversation, message, { state: 'sent' })
  const mediaType = 'application/octet-stream'
  const [body] = outlet.receiver.calls.map((call) => call.body as Record<string, unknown>)
  assert.deepEqual(body?.attachments, [{ fileName: 'ইনভয়েস.txt', mediaType, content: bytes.toString('base64') }])
})

test('a refusal is final and says why; an agent may send it again', async () => {
  const conversation = await begin()
  outlet.receiver.behave({ kind: 'reject', status: 422 }, { kind: 'accept' })
  const messageId = await outlet.answer(conversation, 'refused')
  await outlet.seen(conversation, messageId, { state: 'failed', reason: 'receiver_refused', attempts: 1 })
  desk.clock.advance(60_000)
  assert.equal(outlet.receiver.calls.length, 1)
  const answer = await outlet.person.client.call(retryDelivery, {
    params: { ...params(), conversationId: conversation, messageId },
  })
  assert.equal(answer.status, 202, answer.text)
  await outlet.seen(conversation, messageId, { state: 'sent', attempts: 2, reason: null })
})

test('a receiver that is gone or points elsewhere is not followed', async () => {
  const conversation = await begin()
  outlet.receiver.behave({ kind: 'redirect', location: outlet.receiver.url }, { kind: 'reject', status: 410 })
  const first = await outlet.answer(conversation, 'elsewhere')
  await outlet.seen(conversation, first, { state: 'failed', reason: 'receiver_redirected' })
  const second = await outlet.answer(conversation, 'gone')
  await outlet.seen(conversation, second, { state: 'failed', reason: 'receiver_gone' })
})

test('a receiver that asks to wait is given the time it asks for, and the answers behind wait their turn', async () => {
  const conversation = await begin()
  outlet.receiver.behave({ kind: 'throttle', status: 429, retryAfter: '20' }, { kind: 'accept' })
  const first = await outlet.answer(conversation, 'one')
  const { nextAttemptAt } = await outlet.seen(conversation, first, { state: 'queued', reason: 'throttled' })
  assert.equal(nextAttemptAt, new Date(desk.clock.now().getTime() + 20_000).toISOString())
  const [second, third] = [await outlet.answer(conversation, 'two'), await outlet.answer(conversation, 'three')]
  const elsewhere = await begin()
  await outlet.seen(elsewhere, await outlet.answer(elsewhere, 'not behind it'), { state: 'sent' })
  assert.equal((await outlet.see(conversation, second)).state, 'queued')
  desk.clock.advance(20_000)
  await outlet.seen(conversation, third, { state: 'sent' })
  const texts = outlet.receiver.calls.map(({ body }) => (body as { text: string }).text)
  assert.deepEqual(texts, ['one', 'not behind it', 'one', 'two', 'three'])
})

test('an answer whose fate is unknown is sent again under the same id, and arrives once', async () => {
  const conversation = await begin()
  outlet.receiver.behave({ kind: 'acceptThenDrop' }, { kind: 'reject', status: 502 }, { kind: 'accept' })
  const message = await outlet.answer(conversation, 'dropped')
  await outlet.seen(conversation, message, { state: 'queued', reason: 'connection_lost', attempts: 1 })
  desk.clock.advance(6_000)
  await outlet.seen(conversation, message, { state: 'queued', reason: 'receiver_error', attempts: 2 })
  desk.clock.advance(72_000)
  await outlet.seen(conversation, message, { state: 'sent', attempts: 3 })
  assert.deepEqual(
    outlet.receiver.calls.map(({ id, isDuplicate }) => [id, isDuplicate]),
    [
      [message, false],
      [message, true],
      [message, true],
    ],
  )
  assert.deepEqual(await attemptsOf(message), ['uncertain connection_lost', 'uncertain receiver_error', 'accepted'])
})

test('where nobody listens the message waits for the next try', async () => {
  const other = await startApiReceiver({ secret: outlet.inbox.signingSecret })
  await other.stop()
  await outlet.change({ settings: { callbackUrl: other.url } })
  const conversation = await begin()
  const message = await outlet.answer(conversation, 'nobody there')
  await outlet.seen(conversation, message, { state: 'queued', reason: 'connect_failed', attempts: 1 })
  await outlet.change({ settings: { callbackUrl: outlet.receiver.url } })
  desk.clock.advance(6_000)
  await outlet.seen(conversation, message, { state: 'sent', attempts: 2 })
  assert.equal(outlet.receiver.calls.length, 1)
})

test('an inbox that was switched off meanwhile sends nothing', async () => {
  const conversation = await begin()
  outlet.receiver.behave({ kind: 'throttle', status: 503, retryAfter: '10' }, { kind: 'accept' })
  const message = await outlet.answer(conversation, 'too late')
  await outlet.seen(conversation, message, { state: 'queued', reason: 'throttled' })
  await outlet.change({ isEnabled: false })
  desk.clock.advance(10_000)
  await outlet.seen(conversation, message, { state: 'failed', reason: 'not_configured' })
  await outlet.change({ isEnabled: true })
  assert.equal(outlet.receiver.calls.length, 1)
})

test('during a rotation a receiver that knows either secret is satisfied', async () => {
  const options = { params: { ...params(), inboxId: outlet.inbox.id } }
  const { signingSecret } = (await outlet.person.client.call(rotateInboxSecret, options)).body
  const conversation = await begin()
  await outlet.seen(conversation, await outlet.answer(conversation, 'old secret'), { state: 'sent' })
  const changedOver = await startApiReceiver({ secret: signingSecret })
  await outlet.change({ settings: { callbackUrl: changedOver.url } })
  await outlet.seen(conversation, await outlet.answer(conversation, 'new secret'), { state: 'sent' })
  assert.deepEqual([outlet.receiver.calls.at(-1)?.signature, changedOver.calls.at(-1)?.signature], ['good', 'good'])
  await changedOver.stop()
  await outlet.change({ settings: { callbackUrl: outlet.receiver.url } })
})

test('two processes with many answers at once send each exactly once, in the order of its conversation', async () => {
  const beside = await bootDesk({ beside: desk })
  const conversations = await Promise.all(Array.from({ length: 12 }, begin))
  const sent = await Promise.all(
    conversations.map(async (conversation) => {
      const ids: string[] = []
      for (const n of [1, 2, 3]) ids.push(await outlet.answer(conversation, `many ${n}`))
      return { conversation, ids }
    }),
  )
  for (const { conversation, ids } of sent) {
    for (const id of ids) await outlet.seen(conversation, id, { state: 'sent', attempts: 1 })
  }
  const arrived = outlet.receiver.calls.map(({ id }) => id)
  assert.equal(arrived.length, 36)
  for (const { ids } of sent) {
    assert.deepEqual(
      arrived.filter((id) => ids.includes(id ?? '')),
      ids,
    )
  }
  await beside.stop()
  const ledger = await outlet.person.client.call(getLedger, { params: { ...params(), inboxId: outlet.inbox.id } })
  const { queued, uncertain } = ledger.body.outbound
  assert.deepEqual([queued, uncertain], [0, 0])
})
