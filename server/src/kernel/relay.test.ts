/** What one process commits, the others hear: new events with their number, and that work waits for their loops. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { decodeId } from '@central-desk/contract/ids.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { signUpOwner } from '#test/support/people.ts'
import { until } from '#test/support/stage.ts'

let desk: TestDesk
let beside: TestDesk
before(async () => {
  desk = await bootDesk({ withWorkers: false })
  beside = await bootDesk({ beside: desk, withWorkers: false })
})

test('a wake-up call reaches the loops of other processes, and does not come back as a new one', async () => {
  const heard: string[] = []
  for (const name of ['inbound', 'deliveries', 'searchBacklog'] as const) {
    beside.kernel.signals.on(name, () => void heard.push(name))
  }
  let calls = 0
  let heardHere = 0
  desk.kernel.signals.on('deliveries', () => {
    heardHere += 1
  })
  await until(async () => {
    // The first ones may be told before the other process listens.
    if (heard.length < 2) {
      calls += 1
      for (const name of ['inbound', 'deliveries'] as const) desk.kernel.signals.tell(name, undefined)
    }
    return heard.includes('inbound') && heard.includes('deliveries') ? true : null
  }, 'both calls')
  assert.ok(!heard.includes('searchBacklog'))
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.ok(heardHere <= 2 * calls, `of ${calls} calls of our own each is heard again at most once, not ${heardHere}`)
})

test('an event that one process commits is told to the others with its number', async () => {
  const told = new Map<string, number>()
  beside.kernel.signals.on('events', ({ workspaceId, lastNumber }) => void told.set(workspaceId, lastNumber))
  const wanted = { name: 'Rahima', email: 'rahima@shapla.example', workspaceName: 'Shapla' }
  const { workspaceId } = await signUpOwner(desk, wanted)
  const id = decodeId('workspace', workspaceId) ?? ''
  await until(async () => {
    const options = { workspaceId: id, actor: { kind: 'system' } } as const
    await desk.kernel.doors.inWorkspace(options, async (tx) => tx.publish({ kind: 'workspace.changed' }))
    return told.get(id) ?? null
  }, 'the number of the event')
})

test('told to stop in the moment it started, while it still connects, it stops', { timeout: 30_000 }, async () => {
  const brief = await bootDesk({ beside: desk, withWorkers: false })
  await brief.stop()
})
