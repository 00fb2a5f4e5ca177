/**
 * News of deliveries and messages that come in at once take turns: news that waits for a delivery which a worker has in
 * hand holds neither the messages of its workspace nor the counter that the worker needs next. In one transaction they
 * waited for each other until the database broke the circle.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listConversations } from '@central-desk/contract/conversations.ts'
import { settableClock } from '#test/support/clock.ts'
import { connect, pidOf } from '#test/support/connections.ts'
import { bootDesk } from '#test/support/desk.ts'
import { uuidOf } from '#test/support/inbound.ts'
import { Outlet } from '#test/support/outgoing.ts'
import { signUpOwner } from '#test/support/people.ts'
import { postHook, postMessage, until } from '#test/support/stage.ts'

test('news waits for a worker that has the delivery, and the worker for nobody', async () => {
  const clock = settableClock(new Date())
  const first = await bootDesk({ clock })
  const person = await signUpOwner(first, { name: 'Rahima', email: 'rahima@shapla.example', workspaceName: 'Shapla' })
  const outlet = await Outlet.open(first, person)
  const conversationId = await outlet.begin('mitu')
  const messageId = await outlet.answer(conversationId, 'On its way.')
  await outlet.seen(conversationId, messageId, { state: 'sent' })
  await first.stop()

  // The database of a desk that has stopped is still there for the next ones.
  const door = await bootDesk({ beside: first, withWorkers: false })
  const [worker, admin] = [await connect(first.database.superuser), await connect(first.database.superuser)]
  const workspaceId = uuidOf('workspace', person.workspaceId)
  try {
    await worker.query('begin')
    await worker.query('select from desk.delivery where workspace_id = $1 for no key update', [workspaceId])
    await postMessage(door, outlet.inbox, { from: { id: 'jui' }, text: 'Is it here?' })
    const news = JSON.stringify({ type: 'status', id: 'news-1', messageId, status: 'delivered' })
    assert.equal((await postHook(door, outlet.inbox, news, 'news-1')).status, 200)
    const second = await bootDesk({ beside: first })
    await until(async () => {
      const asked = 'select from pg_stat_activity where $1 = any (pg_blocking_pids(pid))'
      return (await admin.query(asked, [pidOf(worker)])).rowCount ? true : null
    }, 'somebody to wait for the delivery')
    const asked = { params: { workspaceId: person.workspaceId }, query: { view: 'all' } }
    const client = second.client()
    for (const [name, value] of person.client.cookies) client.cookies.set(name, value)
    const { body } = await client.call(listConversations, asked)
    assert.equal(body.conversations.length, 2, 'the message was stored while its neighbour waits')
    // What the worker does last. A circle would be broken by an error, here or there.
    await worker.query('update desk.workspace_counter set event_number = event_number where workspace_id = $1', [
      workspaceId,
    ])
    await worker.query('commit')
    await until(async () => {
      const { rows } = await worker.query('select state from desk.delivery where workspace_id = $1', [workspaceId])
      return rows[0]?.state === 'delivered' ? true : null
    }, 'the news')
  } finally {
    await worker.query('rollback')
    await outlet.receiver.stop()
  }
})
