/** The ledger of a desk at work: received, stored, shown to somebody, unreadable; and what became of the answers. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { getLedger } from '@central-desk/contract/inboxes.ts'
import { settableClock } from '#test/support/clock.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { Outlet } from '#test/support/outgoing.ts'
import { signUpOwner } from '#test/support/people.ts'
import { newClientId, postHook, postMessage, until } from '#test/support/stage.ts'
import { EventReader } from '#test/support/stream.ts'

let desk: TestDesk
let outlet: Outlet
let other: Outlet
before(async () => {
  desk = await bootDesk({ clock: settableClock(new Date()) })
  const wanted = { name: 'Rahima Begum', email: 'rahima@shapla.example', workspaceName: 'Shapla Crafts' }
  const rahima = await signUpOwner(desk, wanted)
  outlet = await Outlet.open(desk, rahima)
  other = await Outlet.open(desk, rahima)
})
after(() => Promise.all([outlet.receiver.stop(), other.receiver.stop()]))

const params = () => ({ workspaceId: outlet.person.workspaceId, inboxId: outlet.inbox.id })

async function ledger() {
  const answer = await outlet.person.client.call(getLedger, { params: params() })
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}

const ledgerWith = (wanted: Record<string, number>) =>
  until(
    async () => {
      const found = await ledger()
      return Object.entries(wanted).every(([name, count]) => found[name] === count) ? found : null
    },
    `a ledger with ${JSON.stringify(wanted)}`,
  )

test('what came in is stored while nobody looks, and shown once somebody does', async () => {
  for (const n of [1, 2, 3]) await postMessage(desk, outlet.inbox, { from: { id: 'mitu' }, text: `message ${n}` })
  await postMessage(desk, other.inbox, { from: { id: 'mitu' }, text: 'in another inbox' })
  // The same call twice is one event, and what cannot be read is no message.
  const id = newClientId()
  const twice = JSON.stringify({ type: 'message', id, from: { id: 'mitu' }, text: 'twice' })
  for (const _ of [1, 2]) assert.equal((await postHook(desk, outlet.inbox, twice, id)).status, 200)
  await postHook(desk, outlet.inbox, '{"type":"something new"}')
  const stored = await ledgerWith({ received: 5, stored: 4, unreadable: 1, waiting: 0 })
  assert.deepEqual([stored.shown, stored.lagMs], [0, 0])

  const { client, workspaceId } = outlet.person
  const screen = new EventReader(client, `/api/v1/workspaces/${workspaceId}/events?after=0`)
  await screen.ready()
  await ledgerWith({ received: 5, stored: 4, shown: 4 })
  await postMessage(desk, outlet.inbox, { from: { id: 'mitu' }, text: 'while somebody looks' })
  await ledgerWith({ received: 6, stored: 5, shown: 5 })
  screen.cut()
  await screen.closed()
  // An answer of ours is nothing that a contact wrote and nobody saw.
  const conversation = await outlet.begin('rima')
  await outlet.seen(conversation, await outlet.answer(conversation, 'hello rima'), { state: 'sent' })
  await ledgerWith({ received: 7, stored: 6, shown: 5 })
})

test('what went out is counted by what became of it', async () => {
  const before = (await ledger()).outbound
  const conversation = await outlet.begin('nadia')
  outlet.receiver.behave(
    { kind: 'accept' },
    { kind: 'reject', status: 400 },
    { kind: 'throttle', status: 429, retryAfter: '60' },
  )
  await outlet.seen(conversation, await outlet.answer(conversation, 'sent'), { state: 'sent' })
  await outlet.seen(conversation, await outlet.answer(conversation, 'refused'), { state: 'failed' })
  await outlet.seen(conversation, await outlet.answer(conversation, 'later'), { state: 'queued', reason: 'throttled' })
  const { queued, sent, failed, uncertain } = (await ledger()).outbound
  assert.deepEqual([queued, sent - before.sent, failed - before.failed, uncertain], [1, 1, 1, 0])
})
