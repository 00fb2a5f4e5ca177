/**
 * Strangers who come often: whatever names they make up, no budget is made for them, nobody else's is used up, and what
 * one network may ask has an end although each of its visitors is new.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { before, test } from 'node:test'
import { listVisitorMessages, startVisitorSession, uploadVisitorAttachment } from '@central-desk/contract/widget.ts'
import { BUDGETS, type BudgetName } from '#src/kernel/rate-limit.ts'
import { Refusal } from '#src/kernel/refusal.ts'
import { withClient } from '#src/postgres/address.ts'
import type { Client } from '#test/support/client.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { makeStage, postHook, type Stage } from '#test/support/stage.ts'
import { EventReader } from '#test/support/stream.ts'

let desk: TestDesk
let stage: Stage
before(async () => {
  desk = await bootDesk({ trustsForwarding: true })
  stage = await makeStage(desk, 'Shapla Crafts', 'Own')
})

async function budgetRows(): Promise<number> {
  const { rows } = await withClient(desk.database.owner, (client) =>
    client.query<{ count: number }>('select count(*)::int as count from desk.rate_budget'),
  )
  return rows[0]?.count ?? -1
}

function stranger(network: string): Client {
  const client = desk.client()
  client.network = network
  return client
}

/** Uses up what is left of a network's budget, as a flood of calls would. */
async function useUp(budget: BudgetName, network: string): Promise<void> {
  for (let call = 0; call <= BUDGETS[budget].perMinute; call++) {
    try {
      await desk.kernel.limiter.spend(budget, network)
    } catch (error) {
      assert.ok(error instanceof Refusal, 'a budget ends with a refusal')
      return
    }
  }
  assert.fail('the budget has no end')
}

function hook(client: Client, key: string) {
  return client.raw('POST', `/hooks/api/${key}`, { headers: { 'content-type': 'application/json' }, body: '{}' })
}

test('hooks for made-up inboxes share one budget of their network and leave no row of their own', async () => {
  const client = stranger('198.51.100.1')
  assert.equal((await hook(client, 'aaaaaaaaaaaaaaaaaaaa')).status, 404)
  const before = await budgetRows()
  for (let call = 0; call < 20; call++) await hook(client, randomBytes(10).toString('hex'))
  assert.equal((await hook(client, randomBytes(200).toString('hex'))).status, 422)
  assert.equal(await budgetRows(), before)
})

test('an inbox’s budget is spent by its own senders, not by whoever knows its address', async () => {
  const before = await budgetRows()
  for (let call = 0; call < 5; call++) {
    assert.equal((await hook(stranger('198.51.100.1'), stage.apiInbox.key)).body.code, 'bad_signature')
  }
  assert.equal(await budgetRows(), before, 'unsigned calls')
  const body = JSON.stringify({ type: 'message', id: 'limits-1', from: { id: 'c' }, text: 'signed' })
  assert.equal((await postHook(desk, stage.apiInbox, body)).status, 200)
  await useUp('hookNetwork', '198.51.100.2')
  assert.equal((await hook(stranger('198.51.100.2'), stage.apiInbox.key)).status, 429)
  assert.equal((await postHook(desk, stage.apiInbox, body)).status, 200, 'others are not held up')
})

test('new visitors without end are one network', async () => {
  const params = { inboxKey: stage.webchatInbox.key }
  const client = stranger('198.51.100.3')
  const visit = await client.call(startVisitorSession, { params, body: {} })
  client.bearer = visit.body.token
  assert.equal((await client.call(listVisitorMessages, { params })).status, 200)

  await useUp('uploadNetwork', '198.51.100.3')
  const upload = { params, query: { fileName: 'a.txt' }, body: Buffer.from('a') }
  const refused = await client.call(uploadVisitorAttachment, upload)
  assert.equal(refused.status, 429)
  assert.ok(Number(refused.headers['retry-after']) > 0)
  assert.equal((await client.call(listVisitorMessages, { params })).status, 200, 'reading goes on')

  await useUp('visitorNetwork', '198.51.100.3')
  assert.equal((await client.call(listVisitorMessages, { params })).status, 429)
  client.network = '198.51.100.4'
  assert.equal((await client.call(listVisitorMessages, { params })).status, 200)
  assert.equal((await client.call(uploadVisitorAttachment, upload)).status, 201)
})

test('who is nobody is not looked up without end', async () => {
  const client = stranger('198.51.100.5')
  client.cookies.set('desk_session', 'x'.repeat(43))
  const path = `/api/v1/workspaces/${stage.owner.workspaceId}/tags`
  assert.equal((await client.raw('GET', path)).status, 401)
  await useUp('network', '198.51.100.5')
  assert.equal((await client.raw('GET', path)).status, 429)
  client.network = '2001:db8:1:2::1'
  assert.equal((await client.raw('GET', path)).status, 401)
})

test('a session holds so many streams and no more: the oldest ends, others do not', async () => {
  const path = `/api/v1/workspaces/${stage.owner.workspaceId}/events`
  const { viewer, agent } = stage.people
  const bystander = new EventReader(agent.client, path)
  await bystander.ready()
  const readers: EventReader[] = []
  for (let count = 0; count <= 20; count++) {
    const reader = new EventReader(viewer.client, path)
    await reader.ready()
    readers.push(reader)
  }
  await readers[0]?.closed()
  assert.deepEqual(
    readers.map(({ isClosed }) => isClosed),
    [true, ...Array(20).fill(false)],
  )
  assert.ok(!bystander.isClosed)
  for (const reader of [...readers, bystander]) reader.cut()
})
