/**
 * Events that could not be read: kept, counted, listed page by page with a reason that repeats none of their words, and
 * taken into the queue again by an admin or an operator, which the trail says.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { decodeId } from '@central-desk/contract/ids.ts'
import * as contract from '@central-desk/contract/inboxes.ts'
import type pg from 'pg'
import { replayAsOperator } from '#src/features/inboxes/index.ts'
import { connect } from '#test/support/connections.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { type Personas, personas } from '#test/support/people.ts'
import { postHook, until } from '#test/support/stage.ts'

let desk: TestDesk
let who: Personas
let admin: pg.Client
let inbox: { id: string; key: string; signingSecret: string }
before(async () => {
  desk = await bootDesk()
  who = await personas(desk)
  admin = await connect(desk.database.superuser)
  const body = { channel: 'api', name: 'ERP', settings: {} }
  const made = await who.tanvir.client.call(contract.createInbox, { params: params(), body })
  inbox = { ...made.body.inbox, signingSecret: made.body.signingSecret }
})
after(() => admin.end())

const params = () => ({ workspaceId: who.rahima.workspaceId })

async function list(query: Record<string, string | number> = {}) {
  const options = { params: { ...params(), inboxId: inbox.id }, query }
  const answer = await who.tanvir.client.call(contract.listUnreadableEvents, options)
  assert.equal(answer.status, 200, answer.text)
  return answer.body as { events: { id: string; reason: string; byteSize: number }[]; nextCursor: string | null }
}

function listUntil(count: number) {
  return until(async () => {
    const { events } = await list()
    return events.length >= count ? events : null
  }, `${count} unreadable events`)
}

const replay = (inboundEventId: string, by = who.tanvir) =>
  by.client.call(contract.replayInboundEvent, { params: { workspaceId: by.workspaceId, inboundEventId } })

const auditOf = async (target: string) =>
  (
    await admin.query("select * from desk.audit_entry where action = 'inbound_event.replayed' and target = $1", [
      target,
    ])
  ).rows

test('they are kept with a reason that repeats none of their words, newest first, page by page', async () => {
  for (const n of [1, 2, 3, 4, 5]) {
    const answer = await postHook(desk, inbox, `{"type":"canary-word-${n}"}`)
    assert.equal(answer.status, 200)
  }
  const events = await listUntil(5)
  assert.doesNotMatch(JSON.stringify(events), /canary/)
  assert.equal(events[0]?.reason, 'unknown_type: type')
  assert.equal(events[0]?.byteSize, 24)
  const first = await list({ limit: 2 })
  const second = await list({ limit: 2, cursor: first.nextCursor ?? '' })
  const third = await list({ limit: 2, cursor: second.nextCursor ?? '' })
  assert.equal(third.nextCursor, null)
  const paged = [...first.events, ...second.events, ...third.events].map(({ id }) => id)
  assert.deepEqual(
    paged,
    events.map(({ id }) => id),
  )
  assert.deepEqual(paged, [...paged].sort().reverse())
  const ledger = await who.tanvir.client.call(contract.getLedger, { params: { ...params(), inboxId: inbox.id } })
  const { received, stored, unreadable, waiting } = ledger.body
  assert.deepEqual({ received, stored, unreadable, waiting }, { received: 5, stored: 0, unreadable: 5, waiting: 0 })
})

test('a cursor that is none is refused with its name', async () => {
  const query = { cursor: 'bm9uZQ' }
  const options = { params: { ...params(), inboxId: inbox.id }, query }
  const answer = await who.tanvir.client.call(contract.listUnreadableEvents, options)
  assert.equal(answer.status, 422)
  assert.equal(answer.body.fields[0].field, 'cursor')
})

test('a replay reads the event again; what still cannot be read is set apart again', async () => {
  const [event] = (await list()).events
  assert.ok(event)
  assert.deepEqual(
    [(await replay(event.id, who.kabir)).status, (await replay(event.id, who.nusrat)).status],
    [404, 403],
  )
  const answer = await replay(event.id)
  assert.deepEqual([answer.status, answer.body], [202, { queued: true }])
  const [entry] = await auditOf(event.id)
  assert.deepEqual([entry.actor_kind, entry.before.state, entry.after], ['member', 'unreadable', { queued: true }])
  await listUntil(5)
})

test('an event that a fix made readable becomes a message, and is unreadable no more', async () => {
  const [event] = (await list()).events
  assert.ok(event)
  const uuid = decodeId('inboundEvent', event.id) ?? ''
  // The fix: the bytes under this id are, from now on, something that can be read.
  const keys = await desk.kernel.vault.open(decodeId('workspace', params().workspaceId) ?? '')
  const raw = JSON.stringify({ type: 'message', id: 'fixed-1', from: { id: 'c-9' }, text: 'now it can be read' })
  const sealed = keys.seal({ table: 'inbound_event', row: uuid, field: 'raw' }, raw)
  await admin.query('update desk.inbound_event set raw_sealed = $1 where id = $2', [sealed, uuid])
  assert.deepEqual((await replay(event.id)).body, { queued: true })
  const readable = await until(async () => {
    const { rows } = await admin.query('select state, reason from desk.inbound_event where id = $1', [uuid])
    return rows[0].state === 'done' ? rows[0] : null
  }, 'the event to be stored')
  assert.equal(readable.reason, null)
  // Once more is no harm and no second message.
  assert.deepEqual((await replay(event.id)).body, { queued: false })
  assert.equal((await auditOf(event.id)).at(-1).after.queued, false)
})

test('an operator replays by the id alone, and the trail of its workspace says so', async () => {
  const [event] = (await list()).events
  assert.ok(event)
  const uuid = decodeId('inboundEvent', event.id) ?? ''
  assert.deepEqual(await replayAsOperator(desk.kernel, uuid), { queued: true })
  const entry = (await auditOf(event.id)).at(-1)
  assert.deepEqual([entry.actor_kind, entry.actor_member_id], ['operator', null])
  assert.equal(await replayAsOperator(desk.kernel, desk.kernel.mint.next()), null)
})

test('a corrected call under the id of an unreadable one becomes a message, once', async () => {
  const ledger = async () => {
    const answer = await who.tanvir.client.call(contract.getLedger, { params: { ...params(), inboxId: inbox.id } })
    return answer.body as { received: number; stored: number; unreadable: number; waiting: number }
  }
  const before = await until(async () => {
    const now = await ledger()
    return now.waiting === 0 ? now : null
  }, 'what was replayed to be read')
  const id = 'evt-corrected'
  const message = { type: 'message', id: 'order-77', from: { id: 'c-10' } }
  assert.equal((await postHook(desk, inbox, JSON.stringify(message), id)).status, 200)
  const corrected = JSON.stringify({ ...message, text: 'now with its text' })
  for (let turn = 0; turn < 2; turn++) assert.equal((await postHook(desk, inbox, corrected, id)).status, 200)
  await until(
    async () => ((await ledger()).stored === before.stored + 1 ? true : null),
    'the corrected call to be stored',
  )
  const { received, unreadable } = await ledger()
  assert.deepEqual([received - before.received, unreadable - before.unreadable], [2, 1])
  const { rows } = await admin.query("select count(*)::int as n from desk.message where direction = 'in'")
  assert.equal(rows[0].n, before.stored + 1)
})
