/**
 * A workspace whose keys were destroyed: it says so to its members and visitors, nothing waits for it any more, and what
 * waits for its neighbour is not kept waiting by it.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { getThread, listConversations } from '@central-desk/contract/conversations.ts'
import type pg from 'pg'
import { verifyAuditChain } from '#src/kernel/audit-chain.ts'
import { connect } from '#test/support/connections.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { uuidOf } from '#test/support/inbound.ts'
import { done, makeStage, postHook, postMessage, type Stage, until } from '#test/support/stage.ts'
import { Visitor } from '#test/support/visitor.ts'
import { destroy, listKeys, workspacesNamed } from './index.ts'

let desk: TestDesk
let admin: pg.Client
let shapla: Stage
let meghna: Stage

before(async () => {
  desk = await bootDesk()
  admin = await connect(desk.database.superuser)
  shapla = await makeStage(desk, 'Shapla Crafts', 'Own')
  meghna = await makeStage(desk, 'Meghna Telecom', 'Next')
})
after(() => admin.end())

const idOf = (stage: Stage) => uuidOf('workspace', stage.owner.workspaceId)

/** Something to index, to send and to wake, for a workspace. */
async function giveWork(workspaceId: string): Promise<void> {
  const now = desk.clock.now()
  await admin.query(
    `insert into desk.search_backlog select workspace_id, id, conversation_id, $2 from desk.message where workspace_id = $1
     on conflict do nothing`,
    [workspaceId, now],
  )
  await admin.query(
    `update desk.delivery set state = 'queued', next_attempt_at = $2 where workspace_id = $1 and state = 'failed'`,
    [workspaceId, now],
  )
  await admin.query(`update desk.conversation set status = 'snoozed', snoozed_until = $2 where workspace_id = $1`, [
    workspaceId,
    now,
  ])
}

async function waiting(): Promise<Record<string, number>> {
  const { rows } = await admin.query(`
    select (select count(*)::int from desk.search_backlog) as to_index,
      (select count(*)::int from desk.inbound_event where state = 'pending') as to_store,
      (select count(*)::int from desk.delivery where state in ('queued', 'sending')) as to_send,
      (select count(*)::int from desk.conversation where status = 'snoozed') as to_wake`)
  return rows[0]
}

test('members, visitors, hooks and operators hear what has happened, and the trail can still be read', async () => {
  const [workspace] = await workspacesNamed(desk.kernel, shapla.owner.workspaceId)
  assert.ok(workspace)
  const late = await Visitor.come(desk, shapla.webchatInbox.key)
  await postMessage(desk, shapla.apiInbox, { from: { id: 'c-1' }, text: 'kept and never read' })
  assert.equal(await destroy(desk.kernel, workspace), true)
  assert.equal(await destroy(desk.kernel, workspace), false)

  const params = { workspaceId: shapla.owner.workspaceId }
  for (const person of Object.values(shapla.people)) {
    const answer = await person.client.call(listConversations, { params, query: { view: 'all' } })
    assert.deepEqual([answer.status, answer.body.code], [410, 'workspace_destroyed'])
  }
  // Who may not enter the workspace does not hear of it.
  const stranger = await meghna.owner.client.call(listConversations, { params, query: { view: 'all' } })
  assert.deepEqual([stranger.status, stranger.body.code], [404, 'not_found'])
  assert.equal((await late.list()).status, 410)
  // The address of a hook is remembered for a second.
  desk.clock.advance(2_000)
  assert.equal((await postHook(desk, shapla.apiInbox, '{"type":"message"}')).status, 404)
  await assert.rejects(listKeys(desk.kernel, workspace), { code: 'workspace_destroyed' })

  const { broken, entries } = await verifyAuditChain(desk.kernel.doors, workspace.id)
  assert.equal(broken, null)
  const { rows } = await admin.query(
    'select action, actor_kind from desk.audit_entry where workspace_id = $1 and number = $2',
    [workspace.id, entries],
  )
  assert.deepEqual(rows, [{ action: 'keys.destroyed', actor_kind: 'operator' }])
})

test('nothing waits for it any more, and the work of its neighbour is done', async () => {
  await giveWork(idOf(shapla))
  await giveWork(idOf(meghna))
  const work = await waiting()
  assert.ok((work.to_index ?? 0) >= 4 && (work.to_send ?? 0) >= 2 && (work.to_wake ?? 0) >= 2, JSON.stringify(work))
  const none = { to_index: 0, to_store: 0, to_send: 0, to_wake: 0 }
  await until(async () => (JSON.stringify(await waiting()) === JSON.stringify(none) ? true : null), 'all to be done')

  await postMessage(desk, meghna.apiInbox, { from: { id: 'c-1' }, text: 'the neighbour goes on' })
  const params = { workspaceId: meghna.owner.workspaceId, conversationId: meghna.ids.conversation ?? '' }
  await until(async () => {
    const { items } = await done(meghna, getThread, { params })
    return items.some((item: { text?: string }) => item.text === 'the neighbour goes on') ? true : null
  }, 'the neighbour’s message')
})

test('an event that was kept before and not stored is set apart, not tried for ever', async () => {
  await admin.query(
    `update desk.inbound_event set state = 'pending', reason = null where workspace_id = $1 and state = 'done'`,
    [idOf(shapla)],
  )
  await until(async () => ((await waiting()).to_store === 0 ? true : null), 'the events to be set apart')
  const { rows } = await admin.query(
    `select count(*)::int as n from desk.inbound_event where workspace_id = $1 and reason = 'keys_destroyed'`,
    [idOf(shapla)],
  )
  assert.ok(rows[0].n >= 1)
  assert.doesNotMatch(desk.logged(), /an event could not be stored/)
})
