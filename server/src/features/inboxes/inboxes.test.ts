/**
 * Inboxes over HTTP: secrets are shown once and lie sealed, every change is audited and heard by whoever calls from
 * outside, a neighbour sees nothing, and the ledger says what became of what came in.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as contract from '@central-desk/contract/inboxes.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import type pg from 'pg'
import { createRouting } from '#src/features/inboxes/routing.ts'
import { connect } from '#test/support/connections.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { type Personas, personas } from '#test/support/people.ts'
import { newClientId, postHook } from '#test/support/stage.ts'

const HOUR_MS = 3_600_000

let desk: TestDesk
let who: Personas
let admin: pg.Client
before(async () => {
  // Without workers what is kept stays waiting, so that the ledger can be looked at in between.
  desk = await bootDesk({ withWorkers: false })
  who = await personas(desk)
  admin = await connect(desk.database.superuser)
})
after(() => admin.end())

const params = () => ({ workspaceId: who.rahima.workspaceId })

type Connected = { id: string; key: string; signingSecret: string }
async function connectInbox(channel: string, settings: object = {}, by = who.tanvir): Promise<Connected> {
  const body = { channel, name: ` ${channel} `, settings }
  const answer = await by.client.call(contract.createInbox, { params: { workspaceId: by.workspaceId }, body })
  assert.equal(answer.status, 201, answer.text)
  return { id: answer.body.inbox.id, key: answer.body.inbox.key, signingSecret: answer.body.signingSecret }
}

async function change(inbox: Connected, body: object) {
  const answer = await who.tanvir.client.call(contract.updateInbox, {
    params: { ...params(), inboxId: inbox.id },
    body,
  })
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}

async function rotate(inbox: Connected): Promise<{ signingSecret: string; previousGoodUntil: string }> {
  const options = { params: { ...params(), inboxId: inbox.id } }
  const answer = await who.tanvir.client.call(contract.rotateInboxSecret, options)
  assert.equal(answer.status, 201, answer.text)
  return answer.body
}

async function rowsOf(text: string, ...values: unknown[]) {
  return (await admin.query(text, values)).rows
}

const lastAudit = async (action: string) =>
  (await rowsOf('select * from desk.audit_entry where action = $1 order by number desc limit 1', action))[0]

/** Status of a signed message to an inbox. */
async function hook(inbox: Connected, signingSecret = inbox.signingSecret, text = 'hello'): Promise<number> {
  const id = newClientId()
  const body = JSON.stringify({ type: 'message', id, from: { id: 'c-1' }, text })
  return (await postHook(desk, { key: inbox.key, signingSecret }, body, id)).status
}

test('an inbox gets a public key, and a secret that is answered once and stands nowhere in the clear', async () => {
  const inbox = await connectInbox('api', { callbackUrl: 'https://erp.shapla.example/in' })
  assert.match(inbox.key, /^[0-9a-hjkmnp-tv-z]{20}$/)
  assert.match(inbox.signingSecret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  const listed = await who.farid.client.call(contract.listInboxes, { params: params() })
  const [shown] = listed.body.inboxes
  assert.deepEqual([shown.id, shown.name, shown.isEnabled, shown.lastInboundAt], [inbox.id, 'api', true, null])
  const entry = await lastAudit('inbox.connected')
  assert.equal(entry.target, inbox.id)
  for (const place of [listed.text, desk.logged(), JSON.stringify(entry)]) assert.doesNotMatch(place, /whsec_/)
  const secrets = await rowsOf(
    'select secret_sealed as bytes from desk.inbox_verifier union all select credential_sealed from desk.inbox_sender',
  )
  assert.equal(secrets.length, 2)
  for (const { bytes } of secrets) assert.equal(bytes.indexOf(inbox.signingSecret), -1)
})

test('who does not manage inboxes reads which host is called, and no token in its address', async () => {
  const callbackUrl = 'https://erp.shapla.example/in/CANARY-path?token=CANARY-query'
  const { id } = await connectInbox('api', { callbackUrl })
  const shownTo = async ({ client }: { client: (typeof who)['farid']['client'] }) => {
    const { body } = await client.call(contract.listInboxes, { params: params() })
    return body.inboxes.find((inbox: { id: string }) => inbox.id === id).settings.callbackUrl
  }
  for (const person of [who.rahima, who.tanvir]) assert.equal(await shownTo(person), callbackUrl)
  for (const person of [who.nusrat, who.farid]) assert.equal(await shownTo(person), 'https://erp.shapla.example')
})

test('what sends is kept only for a channel that sends with it', async () => {
  const inbox = await connectInbox('webchat')
  const count = async (table: 'inbox_verifier' | 'inbox_sender') => {
    const text = `select from desk.${table} as s join desk.inbox as i on i.id = s.inbox_id where i.key = $1`
    return (await rowsOf(text, inbox.key)).length
  }
  assert.deepEqual([await count('inbox_verifier'), await count('inbox_sender')], [1, 0])
})

test('a change keeps what it does not name, is audited and told to every screen', async () => {
  const inbox = await connectInbox('webchat', { greeting: 'Hello', colour: '#112233' })
  const before = await rowsOf('select event_number from desk.workspace_counter order by event_number desc')
  const changed = await change(inbox, { name: 'Shop', settings: { allowedOrigins: ['https://shop.example/about'] } })
  assert.equal(changed.name, 'Shop')
  assert.deepEqual(changed.settings, {
    greeting: 'Hello',
    colour: '#112233',
    allowedOrigins: ['https://shop.example'],
  })
  const entry = await lastAudit('inbox.changed')
  assert.deepEqual([entry.before.name, entry.after.name], ['webchat', 'Shop'])
  const events = await rowsOf('select kind from desk.event where number > $1', before[0].event_number)
  assert.deepEqual(events, [{ kind: 'inboxes.changed' }])
})

test('a neighbour finds none of them, and an agent changes none', async () => {
  const inbox = await connectInbox('api')
  const theirs = { workspaceId: who.kabir.workspaceId, inboxId: inbox.id }
  for (const endpoint of [contract.getLedger, contract.listUnreadableEvents, contract.rotateInboxSecret]) {
    assert.equal((await who.kabir.client.call(endpoint, { params: theirs })).status, 404, endpoint.name)
  }
  const body = { name: 'Mine now' }
  assert.equal((await who.kabir.client.call(contract.updateInbox, { params: theirs, body })).status, 404)
  const ours = { params: { ...params(), inboxId: inbox.id } }
  assert.equal((await who.nusrat.client.call(contract.updateInbox, { ...ours, body })).status, 403)
  assert.equal((await who.nusrat.client.call(contract.rotateInboxSecret, ours)).status, 403)
  assert.equal(await hook(inbox), 200)
})

test('after a rotation both secrets are good for a day, then only the new one', async () => {
  const inbox = await connectInbox('api')
  const rotated = await rotate(inbox)
  assert.equal(rotated.previousGoodUntil, new Date(desk.clock.now().getTime() + 24 * HOUR_MS).toISOString())
  assert.deepEqual([await hook(inbox), await hook(inbox, rotated.signingSecret)], [200, 200])
  const entry = await lastAudit('inbox.secret_rotated')
  assert.deepEqual(entry.after, { previousGoodUntil: rotated.previousGoodUntil })
  desk.clock.advance(24 * HOUR_MS - 1)
  assert.equal(await hook(inbox), 200)
  desk.clock.advance(1)
  assert.deepEqual([await hook(inbox), await hook(inbox, rotated.signingSecret)], [401, 200])
})

test('rotating twice cuts the oldest secret off at once', async () => {
  const inbox = await connectInbox('api')
  const second = await rotate(inbox)
  const third = await rotate(inbox)
  const statuses = [await hook(inbox), await hook(inbox, second.signingSecret), await hook(inbox, third.signingSecret)]
  assert.deepEqual(statuses, [401, 200, 200])
})

test('a switched-off inbox is not there for whoever calls, also in another process within a second', async () => {
  const inbox = await connectInbox('api')
  const beside = await bootDesk({ beside: desk, withWorkers: false })
  const callBeside = async () => (await postHook(beside, inbox, '{"type":"nothing"}')).status
  assert.deepEqual([await hook(inbox), await callBeside()], [200, 200])
  await change(inbox, { isEnabled: false })
  assert.equal(await hook(inbox), 404)
  desk.clock.advance(1_000)
  assert.equal(await callBeside(), 404)
  await change(inbox, { isEnabled: true })
  assert.equal(await hook(inbox), 200)
})

test('a burst of calls asks the database once, and an unknown key is not remembered', async () => {
  const inbox = await connectInbox('api')
  let asked = 0
  const inSystem: typeof desk.kernel.doors.inSystem = (...given) => {
    asked += 1
    return desk.kernel.doors.inSystem(...given)
  }
  const routing = createRouting({ ...desk.kernel, doors: { ...desk.kernel.doors, inSystem } })
  const found = await Promise.all(Array.from({ length: 200 }, () => routing.find(inbox.key)))
  assert.ok(found.every((one) => one?.secretsGoodNow[0]?.reveal() === inbox.signingSecret))
  await routing.find(inbox.key)
  assert.equal(asked, 1)
  desk.clock.advance(1_000)
  await routing.find(inbox.key)
  assert.equal(asked, 2)
  assert.deepEqual([await routing.find('nobody-has-this-key'), await routing.find('nobody-has-this-key')], [null, null])
  assert.equal(asked, 4)
})

test('the ledger counts what came, what waits and since when', async () => {
  const inbox = await connectInbox('api')
  const ledger = async () =>
    (await who.tanvir.client.call(contract.getLedger, { params: { ...params(), inboxId: inbox.id } })).body
  assert.deepEqual(await ledger(), {
    inboxId: inbox.id,
    received: 0,
    stored: 0,
    shown: 0,
    unreadable: 0,
    waiting: 0,
    lastReceivedAt: null,
    lastStoredAt: null,
    lagMs: 0,
    outbound: { queued: 0, sent: 0, failed: 0, uncertain: 0 },
  })
  await hook(inbox)
  const keptAt = desk.clock.now()
  desk.clock.advance(1_500)
  await hook(inbox)
  const { received, stored, waiting, lagMs, lastReceivedAt } = await ledger()
  assert.deepEqual([received, stored, waiting, lagMs], [2, 0, 2, 1_500])
  assert.equal(lastReceivedAt, new Date(keptAt.getTime() + 1_500).toISOString())
})

test('a workspace has no more inboxes than it may, however many are connected at once', async () => {
  const by = who.kabir
  const body = { channel: 'api', name: 'one of many', settings: {} }
  const create = () =>
    by.client.call(contract.createInbox, { params: { workspaceId: by.workspaceId }, body }).then(({ status }) => status)
  await connectInbox('api', {}, by)
  const wanted = LIMITS.inboxesPerWorkspace - 3
  for (let made = 0; made < wanted; made += 16) {
    const many = Array.from({ length: Math.min(16, wanted - made) }, create)
    for (const status of await Promise.all(many)) assert.equal(status, 201)
  }
  const last = await Promise.all(Array.from({ length: 6 }, create))
  assert.deepEqual(last.sort(), [201, 201, 409, 409, 409, 409])
})
