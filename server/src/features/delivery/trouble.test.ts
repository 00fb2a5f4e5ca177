/**
 * What can go wrong between claiming a message and hearing of it: receivers that hang, workers that die before and after
 * the bytes left, news that overtakes the answer, channels that would take a message twice, trouble of our own. The
 * loops run here by hand, with adapters made for the occasion.
 */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { retryDelivery } from '@central-desk/contract/conversations.ts'
import { decodeId } from '@central-desk/contract/ids.ts'
import { sql } from 'kysely'
import type pg from 'pg'
import type { SignedAdapter } from '#src/channels/port.ts'
import { ADAPTERS, adapterOf } from '#src/channels/registry.ts'
import { createDeliveryRoom } from '#src/features/delivery/index.ts'
import { createFilesRoom } from '#src/features/files/index.ts'
import { createInboxesRoom } from '#src/features/inboxes/index.ts'
import { createIntakeRoom } from '#src/features/intake/index.ts'
import { settableClock } from '#test/support/clock.ts'
import { connect } from '#test/support/connections.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { Outlet } from '#test/support/outgoing.ts'
import { signUpOwner } from '#test/support/people.ts'
import { newClientId, postHook, until } from '#test/support/stage.ts'
import { LEASE_MS, SLOTS_PER_INBOX } from './worker.ts'

const { api } = ADAPTERS
/** As the real one, for a receiver that need not be waited for so long. */
const HANG_MS = 1_000
const impatient = (adapter: SignedAdapter): SignedAdapter => ({
  ...adapter,
  send: (request, http) => adapter.send({ ...request, timeoutMs: HANG_MS }, http),
})

let desk: TestDesk
let outlet: Outlet
let neighbour: Outlet
let admin: pg.Client
let intake: { stop(): Promise<void> }
let worker: { stop(): Promise<void> } | null = null

before(async () => {
  desk = await bootDesk({ clock: settableClock(new Date()), withWorkers: false })
  const { files, inboxes } = rooms()
  intake = createIntakeRoom(desk.kernel, { ...inboxes, ...files }).start()
  const at = (name: string) => ({ name, email: `${name.toLowerCase()}@desk.example`, workspaceName: `${name} Ltd` })
  outlet = await Outlet.open(desk, await signUpOwner(desk, at('Rahima')))
  neighbour = await Outlet.open(desk, await signUpOwner(desk, at('Kabir')))
  admin = await connect(desk.database.superuser)
})
after(async () => {
  await worker?.stop()
  await intake.stop()
  await Promise.all([outlet.receiver.stop(), neighbour.receiver.stop()])
  await admin.end()
})
beforeEach(async () => {
  await worker?.stop()
  worker = null
  // Receivers look at their own clock, and take a call for stale after five minutes.
  desk.clock.set(new Date())
  for (const { receiver } of [outlet, neighbour]) {
    receiver.calls.length = 0
    receiver.behave({ kind: 'accept' })
  }
})

function rooms() {
  const inboxes = createInboxesRoom(desk.kernel)
  return { inboxes, files: createFilesRoom(desk.kernel, { isSessionLive: async () => true }) }
}

function startWorker(adapter: SignedAdapter = api): void {
  const parts = {
    ...rooms(),
    adapterOf: (channel: Parameters<typeof adapterOf>[0]) => (channel === 'api' ? adapter : adapterOf(channel)),
  }
  worker = createDeliveryRoom(desk.kernel, parts).start()
}

/** What a worker does before it dies: it has claimed what is due. */
async function claimAndDie(): Promise<void> {
  const lease = new Date(desk.clock.now().getTime() + LEASE_MS)
  await desk.kernel.doors.inSystem('delivery.claim', 'desk_worker', ({ db, now }) =>
    sql`select * from app.claim_deliveries(${now}, ${lease}, 50)`.execute(db),
  )
}

async function putTryOnRecord(messageId: string): Promise<void> {
  await admin.query(
    'insert into desk.delivery_attempt (workspace_id, message_id, number, started_at) select workspace_id, message_id, attempts, $2 from desk.delivery where message_id = $1',
    [decodeId('message', messageId), desk.clock.now()],
  )
}

let people = 0
const begin = (at = outlet) => at.begin(`person-${++people}`)
const often: SignedAdapter = { ...api, capabilities: { ...api.capabilities, isIdempotent: false } }

test('a receiver that takes the message and never answers is asked again under the same id', async () => {
  const conversation = await begin()
  outlet.receiver.behave({ kind: 'acceptThenHang' }, { kind: 'accept' })
  const message = await outlet.answer(conversation, 'hangs')
  startWorker(impatient(api))
  await outlet.seen(conversation, message, { state: 'queued', reason: 'timed_out_after_send', attempts: 1 })
  desk.clock.advance(6_000)
  await outlet.seen(conversation, message, { state: 'sent', attempts: 2 })
  assert.equal(outlet.receiver.accepted.has(message), true)
  assert.deepEqual(
    outlet.receiver.calls.map(({ id }) => id),
    [message, message],
  )
})

test('on a channel that would take it twice an uncertain message waits for a person, and holds nothing up', async () => {
  const conversation = await begin()
  outlet.receiver.behave({ kind: 'acceptThenDrop' }, { kind: 'accept' })
  const messageId = await outlet.answer(conversation, 'maybe')
  startWorker(often)
  await outlet.seen(conversation, messageId, { state: 'uncertain', reason: 'connection_lost', attempts: 1 })
  desk.clock.advance(120_000)
  await outlet.seen(conversation, await outlet.answer(conversation, 'the next one'), { state: 'sent' })
  assert.equal(outlet.receiver.calls.filter(({ id }) => id === messageId).length, 1)
  const params = { workspaceId: outlet.person.workspaceId, conversationId: conversation, messageId }
  assert.equal((await outlet.person.client.call(retryDelivery, { params })).status, 202)
  await outlet.seen(conversation, messageId, { state: 'sent', attempts: 2 })
})

test('a worker that died before the try was on record has sent nothing: another one does, on every channel', async () => {
  const conversation = await begin()
  const message = await outlet.answer(conversation, 'never began')
  await claimAndDie()
  assert.equal((await outlet.see(conversation, message)).state, 'sending')
  desk.clock.advance(LEASE_MS + 1)
  startWorker(often)
  await outlet.seen(conversation, message, { state: 'queued', reason: 'interrupted' })
  desk.clock.advance(6_000)
  await outlet.seen(conversation, message, { state: 'sent', attempts: 2 })
  assert.equal(outlet.receiver.calls.length, 1)
})

test('a worker that died with its try on record leaves an uncertain message', async () => {
  const conversation = await begin()
  const message = await outlet.answer(conversation, 'began')
  await claimAndDie()
  await putTryOnRecord(message)
  desk.clock.advance(LEASE_MS + 1)
  startWorker(often)
  await outlet.seen(conversation, message, { state: 'uncertain', reason: 'interrupted', attempts: 1 })
  assert.equal(outlet.receiver.calls.length, 0)
})

test('where each id is taken once, the message of a dead worker is sent again', async () => {
  const conversation = await begin()
  const message = await outlet.answer(conversation, 'began, once')
  await claimAndDie()
  await putTryOnRecord(message)
  desk.clock.advance(LEASE_MS + 1)
  startWorker()
  await outlet.seen(conversation, message, { state: 'queued', reason: 'interrupted' })
  desk.clock.advance(6_000)
  await outlet.seen(conversation, message, { state: 'sent', attempts: 2 })
})

test('a worker that comes back late does not undo what another one did', async () => {
  const conversation = await begin()
  let answerLate: () => void = () => {}
  const late = new Promise<void>((resolve) => {
    answerLate = resolve
  })
  const message = await outlet.answer(conversation, 'slow worker')
  // Slow the first time only: this worker goes on claiming while its first try hangs.
  let isFirst = true
  const slow: SignedAdapter = {
    ...api,
    send: async (request, http) => {
      if (!isFirst) return api.send(request, http)
      isFirst = false
      await late
      return { kind: 'rejected', code: 'receiver_refused', detail: '' }
    },
  }
  startWorker(slow)
  await outlet.seen(conversation, message, { state: 'sending' })
  const sleeper = worker
  desk.clock.advance(LEASE_MS + 1)
  startWorker()
  await outlet.seen(conversation, message, { state: 'queued', reason: 'interrupted' })
  desk.clock.advance(6_000)
  await outlet.seen(conversation, message, { state: 'sent', attempts: 2 })
  answerLate()
  await sleeper?.stop()
  assert.deepEqual(await outlet.see(conversation, message), {
    state: 'sent',
    attempts: 2,
    reason: null,
    nextAttemptAt: null,
  })
})

test('an acceptance counts even when its worker was given up', async () => {
  const conversation = await begin()
  let answerLate: () => void = () => {}
  const late = new Promise<void>((resolve) => {
    answerLate = resolve
  })
  const message = await outlet.answer(conversation, 'given up')
  startWorker({ ...often, send: async (request, http) => late.then(() => often.send(request, http)) })
  await outlet.seen(conversation, message, { state: 'sending' })
  const sleeper = worker
  desk.clock.advance(LEASE_MS + 1)
  startWorker(often)
  await outlet.seen(conversation, message, { state: 'uncertain', reason: 'interrupted' })
  answerLate()
  await sleeper?.stop()
  await outlet.seen(conversation, message, { state: 'sent', reason: null })
})

test('news that overtakes the answer is not lost', async () => {
  const conversation = await begin()
  outlet.receiver.behave({ kind: 'acceptThenHang' })
  const message = await outlet.answer(conversation, 'read before we knew')
  startWorker({ ...api, send: (request, http) => api.send({ ...request, timeoutMs: 3_000 }, http) })
  await outlet.called(1)
  const id = newClientId()
  const news = JSON.stringify({ type: 'status', id, messageId: message, status: 'delivered' })
  assert.equal((await postHook(desk, outlet.inbox, news, id)).status, 200)
  await outlet.seen(conversation, message, { state: 'delivered', reason: null })
  await worker?.stop()
  worker = null
  assert.equal((await outlet.see(conversation, message)).state, 'delivered')
})

test('a receiver that hangs holds up neither its neighbours nor more than its share', async () => {
  const slow = await Promise.all(Array.from({ length: 12 }, () => begin()))
  outlet.receiver.behave({ kind: 'acceptThenHang' })
  for (const conversation of slow) await outlet.answer(conversation, 'into the void')
  const quick = await begin(neighbour)
  startWorker()
  await outlet.called(SLOTS_PER_INBOX)
  const message = await neighbour.answer(quick, 'at once')
  desk.kernel.signals.tell('deliveries', undefined)
  await neighbour.seen(quick, message, { state: 'sent' })
  // The neighbour was served while every one of these still hung.
  assert.equal(outlet.receiver.calls.length, SLOTS_PER_INBOX)
  await outlet.receiver.stop()
  await worker?.stop()
  worker = null
})

test('stopping waits for the sends that run, and claims no more', async () => {
  const [first, second] = [await begin(neighbour), await begin(neighbour)]
  let answerLate: () => void = () => {}
  const late = new Promise<void>((resolve) => {
    answerLate = resolve
  })
  const message = await neighbour.answer(first, 'in flight')
  startWorker({ ...api, send: async (request, http) => late.then(() => api.send(request, http)) })
  await neighbour.seen(first, message, { state: 'sending' })
  const stopped = worker?.stop()
  worker = null
  const left = await neighbour.answer(second, 'for the next process')
  answerLate()
  await stopped
  assert.equal((await neighbour.see(first, message)).state, 'sent')
  assert.equal((await neighbour.see(second, left)).state, 'queued')
})

test('trouble of our own is tried again and does not stop the worker', async () => {
  const conversation = await begin(neighbour)
  let isBroken = true
  const broken: SignedAdapter = {
    ...api,
    send: async (request, http) => {
      if (isBroken) throw new Error('a bug in an adapter')
      return api.send(request, http)
    },
  }
  const message = await neighbour.answer(conversation, 'meets a bug')
  startWorker(broken)
  await neighbour.seen(conversation, message, { state: 'queued', reason: 'desk_error', attempts: 1 })
  isBroken = false
  desk.clock.advance(6_000)
  await neighbour.seen(conversation, message, { state: 'sent', attempts: 2 })
})

test('a message that nobody can read is failed in the end, and says that it is ours', async () => {
  const conversation = await begin(neighbour)
  const message = await neighbour.answer(conversation, 'sealed for elsewhere')
  await admin.query('update desk.message set text_sealed = preview_sealed where id = $1', [
    decodeId('message', message),
  ])
  startWorker({ ...api, capabilities: { ...api.capabilities, retryDelaysMs: [0, 1_000] } })
  await until(async () => {
    desk.clock.advance(1_300)
    const { rows } = await admin.query('select state, reason from desk.delivery where message_id = $1', [
      decodeId('message', message),
    ])
    return rows[0].state === 'failed' && rows[0].reason === 'desk_error' ? true : null
  }, 'the message to be given up')
  assert.equal(neighbour.receiver.calls.length, 0)
})
