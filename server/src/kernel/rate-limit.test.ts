/** Budgets hold across processes, whatever comes at once; and a burst does not use up blocks that nobody spends. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { BUDGETS, LEASES_MAX, makeRoom, networkOf } from './rate-limit.ts'
import { Refusal } from './refusal.ts'

let desk: TestDesk
let beside: TestDesk
before(async () => {
  desk = await bootDesk({ withWorkers: false })
  beside = await bootDesk({ beside: desk, withWorkers: false })
})

/** How many of so many calls at once were allowed. */
async function burst(on: TestDesk, budget: keyof typeof BUDGETS, subject: string, calls: number): Promise<number> {
  const results = await Promise.allSettled(
    Array.from({ length: calls }, () => on.kernel.limiter.spend(budget, subject)),
  )
  for (const result of results) {
    if (result.status === 'rejected')
      assert.ok(result.reason instanceof Refusal && result.reason.details.retryAfterSeconds)
  }
  return results.filter(({ status }) => status === 'fulfilled').length
}

test('a burst shares its blocks: what is within the budget is allowed, also all at once', async () => {
  assert.equal(await burst(desk, 'write', 'eager', BUDGETS.write.perMinute), BUDGETS.write.perMinute)
  assert.equal(await burst(desk, 'write', 'eager', 5), 0)
})

test('two processes together never allow more than the budget, and little less', async () => {
  const { perMinute, block } = BUDGETS.upload
  const [here, there] = await Promise.all([
    burst(desk, 'upload', 'shared', perMinute),
    burst(beside, 'upload', 'shared', perMinute),
  ])
  const allowed = here + there
  assert.ok(allowed <= perMinute && allowed > perMinute - block, `${here} and ${there} were allowed`)
})

test('what guards sign-in is exact', async () => {
  const { perMinute } = BUDGETS.auth
  const [here, there] = await Promise.all([
    burst(desk, 'auth', 'stranger', perMinute),
    burst(beside, 'auth', 'stranger', perMinute),
  ])
  assert.equal(here + there, perMinute)
})

test('the next minute begins afresh, and one subject does not spend for another', async () => {
  assert.equal(await burst(desk, 'signUp', 'one', 9), BUDGETS.signUp.perMinute)
  assert.equal(await burst(desk, 'signUp', 'another', 1), 1)
  desk.clock.advance(60_000)
  assert.equal(await burst(desk, 'signUp', 'one', 1), 1)
})

test('however many subjects there are, memory has an end, and those of the past go first', () => {
  const leases = new Map(Array.from({ length: LEASES_MAX }, (_, at) => [`s${at}`, { windowStart: at < 10 ? 1 : 2 }]))
  makeRoom(leases, 2)
  assert.ok(leases.size < LEASES_MAX, 'there is room')
  assert.ok(!leases.has('s0') && leases.has(`s${LEASES_MAX - 1}`), 'the newest stay')
  const young = new Map([['past', { windowStart: 1 }]])
  makeRoom(young, 2)
  assert.ok(young.has('past'), 'nothing is dropped before it must be')
  const past = new Map(Array.from({ length: LEASES_MAX }, (_, at) => [`s${at}`, { windowStart: at < 9_000 ? 2 : 1 }]))
  makeRoom(past, 2)
  assert.equal(past.size, 9_000, 'what is over makes room enough')
})

test('a network is one person’s line: an address of the old kind, or the half that names the line of the new', () => {
  assert.equal(networkOf('203.0.113.7'), '203.0.113.7')
  assert.equal(networkOf('::ffff:203.0.113.7'), '203.0.113.7')
  assert.equal(networkOf('::ffff:cb00:7107'), '203.0.113.7')
  assert.equal(networkOf('2001:db8:0:1::42'), networkOf('2001:0db8:0000:0001:ffff:ffff:ffff:ffff'))
  assert.notEqual(networkOf('2001:db8:0:1::42'), networkOf('2001:db8:0:2::42'))
  assert.equal(networkOf(undefined), networkOf(undefined))
})
