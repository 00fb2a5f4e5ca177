/**
 * Lockout after five failures, attacked: in parallel, over two processes, by other spellings of the address and of the
 * network, across a restart, against somebody else. Counted in bcrypt evaluations, never in time.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { changePassword, getSession, signIn, signOut } from '@central-desk/contract/session.ts'
import type { Answer, Client } from '#test/support/client.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { PASSWORD, type Person, signUpOwner } from '#test/support/people.ts'
import { rowsOf } from '#test/support/rows.ts'
import { LOCKOUT } from './lockout.ts'
import { lanesOf, unlockUser } from './operator.ts'

const MINUTE = 60_000
const WRONG = 'nine yellow ducks sank'

let desk: TestDesk
let people = 0
before(async () => {
  desk = await bootDesk({ trustsForwarding: true })
})

async function somebody(): Promise<Person> {
  const number = ++people
  const network = `198.51.100.${number}`
  const email = `person${number}@shapla.example`
  return signUpOwner(desk, { name: 'Person', email, workspaceName: 'Shapla Crafts', network })
}

function from(network: string, at: TestDesk = desk): Client {
  const client = at.client()
  client.network = network
  return client
}

function attempt(client: Client, email: string, password: string): Promise<Answer> {
  return client.call(signIn, { body: { email, password, sharedComputer: false } })
}

/** How many of some tries were looked at, and what they were answered. */
async function evaluated(work: () => Promise<Answer[]>, desks = [desk]) {
  const count = () => desks.reduce((sum, { passwordEvaluations }) => sum + passwordEvaluations(), 0)
  const before = count()
  const answers = await work()
  return { hashes: count() - before, statuses: answers.map(({ status }) => status) }
}

async function inTurn(client: Client, email: string, passwords: string[]): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const password of passwords) answers.push(await attempt(client, email, password))
  return answers
}

/** Wrong tries from a network, counted as a sign-in counts them; hashing each again would prove nothing new. */
async function fail(email: string, network: string, times = 5): Promise<void> {
  await desk.kernel.doors.inSystem('identity.sign-in', 'desk_auth', async ({ db, now }) => {
    for (let tries = 0; tries < times; tries++) await lanesOf(desk.kernel).count(db, email, { network }, now)
  })
}

const times = (count: number, password: string) => Array.from({ length: count }, () => password)

test('after five wrong passwords the right one is refused from that path, unseen, for fifteen minutes', async () => {
  const { email } = await somebody()
  const client = from('203.0.113.1')
  const tries = await evaluated(() => inTurn(client, email, [...times(5, WRONG), PASSWORD]))
  assert.deepEqual(tries, { hashes: 5, statuses: times(6, '').map(() => 401) })
  desk.clock.advance(15 * MINUTE - 1_000)
  assert.deepEqual(await evaluated(() => inTurn(client, email, [PASSWORD])), { hashes: 0, statuses: [401] })
  desk.clock.advance(1_001)
  assert.deepEqual(await evaluated(() => inTurn(client, email, [PASSWORD])), { hashes: 1, statuses: [201] })
})

test('each further lock lasts twice as long, tries under it make it no longer, success forgets all of it', async () => {
  const { email } = await somebody()
  const network = '203.0.113.2'
  await fail(email, network)
  desk.clock.advance(15 * MINUTE + 1)
  await fail(email, network)
  desk.clock.advance(20 * MINUTE)
  assert.deepEqual((await evaluated(() => inTurn(from(network), email, times(3, PASSWORD)))).hashes, 0)
  desk.clock.advance(10 * MINUTE - 1)
  assert.deepEqual(await evaluated(() => inTurn(from(network), email, [PASSWORD])), { hashes: 0, statuses: [401] })
  desk.clock.advance(2)
  assert.deepEqual((await evaluated(() => inTurn(from(network), email, [PASSWORD]))).statuses, [201])
  await fail(email, network)
  desk.clock.advance(15 * MINUTE + 1)
  assert.deepEqual((await evaluated(() => inTurn(from(network), email, [PASSWORD]))).statuses, [201])
})

test('fifty wrong tries at once, over two processes, have at most five looked at', async () => {
  const { email } = await somebody()
  const second = await bootDesk({ beside: desk, trustsForwarding: true })
  const clients = [from('203.0.113.3'), from('203.0.113.3', second)]
  for (const client of clients) await client.token()
  const tries = await evaluated(
    () => Promise.all(Array.from({ length: 50 }, (_, at) => attempt(clients[at % 2] as Client, email, WRONG))),
    [desk, second],
  )
  assert.equal(tries.hashes, 5)
  assert.ok(tries.statuses.every((status) => status === 401 || status === 429))
  assert.ok(tries.statuses.filter((status) => status === 401).length > 5, 'the lane refused, not only the budget')
  await second.stop()
})

test('strangers lock themselves out and not the owner: a known device and another network still get in', async () => {
  const owner = await somebody()
  await owner.client.call(signOut)
  owner.client.csrfToken = null
  const attacker = from(owner.client.network ?? '')
  await fail(owner.email, attacker.network ?? '')
  assert.deepEqual((await evaluated(() => inTurn(attacker, owner.email, [PASSWORD]))).statuses, [401])
  assert.deepEqual((await evaluated(() => inTurn(from('203.0.113.4'), owner.email, [PASSWORD]))).statuses, [201])
  assert.equal((await attempt(owner.client, owner.email, PASSWORD)).status, 201)
})

test('a known device has five tries of its own, and is known for its own user only', async () => {
  const owner = await somebody()
  const other = await somebody()
  await owner.client.call(signOut)
  owner.client.csrfToken = null
  const tries = await evaluated(() => inTurn(owner.client, owner.email, [...times(5, WRONG), PASSWORD]))
  assert.deepEqual([tries.hashes, tries.statuses.at(-1)], [5, 401])
  // The device opens no lane of its own to somebody else's password.
  owner.client.network = '203.0.113.5'
  await fail(other.email, '203.0.113.5')
  assert.deepEqual(await evaluated(() => inTurn(owner.client, other.email, [PASSWORD])), { hashes: 0, statuses: [401] })
})

test('one browser may be known to two users', async () => {
  const [first, second] = [await somebody(), await somebody()]
  const shared = first.client
  shared.network = '203.0.113.14'
  assert.equal((await attempt(shared, second.email, PASSWORD)).status, 201)
  for (const { email } of [first, second]) {
    await fail(email, shared.network)
    assert.equal((await attempt(shared, email, PASSWORD)).status, 201)
  }
})

test('an address without a user is answered alike: status, body, headers, hashes, lock', async () => {
  const { email } = await somebody()
  const seen = async (address: string, network: string) => {
    const client = from(network)
    await client.token()
    const shown: unknown[] = []
    for (let tries = 0; tries < 7; tries++) {
      const before = desk.passwordEvaluations()
      const { status, body, headers } = await attempt(client, address, WRONG)
      const { date: _date, ...rest } = headers
      shown.push({ status, body: { ...body, requestId: '' }, rest, hashes: desk.passwordEvaluations() - before })
    }
    return shown
  }
  const known = await seen(email, '203.0.113.6')
  assert.deepEqual(await seen('nobody@shapla.example', '203.0.113.7'), known)
  assert.deepEqual(
    known.map((shown) => (shown as { hashes: number }).hashes),
    [1, 1, 1, 1, 1, 0, 0],
  )
})

test('another spelling of the address or of the network is not another five tries', async () => {
  const { email } = await somebody()
  const local = email.split('@')[0] ?? ''
  const spellings = [
    email,
    email.toUpperCase(),
    `${local}@SHAPLA.example`,
    `${local.toUpperCase()}@shapla.example`,
    email,
  ]
  const networks = [
    '2001:db8:1:2::1',
    '2001:DB8:1:2:ffff::9',
    '2001:db8:0001:0002::77',
    '2001:db8:1:2::',
    '2001:db8:1:2:3:4:5:6',
  ]
  const tries = await evaluated(async () => {
    const answers: Answer[] = []
    for (const [at, spelling] of spellings.entries()) {
      answers.push(await attempt(from(networks[at] ?? ''), spelling, WRONG))
    }
    answers.push(await attempt(from('2001:db8:1:2::abcd'), email, PASSWORD))
    return answers
  })
  assert.deepEqual(tries, { hashes: 5, statuses: times(6, '').map(() => 401) })
  const other = await somebody()
  await fail(other.email, '203.0.113.8', 4)
  await inTurn(from('::ffff:203.0.113.8'), other.email, [WRONG])
  const last = await evaluated(() => inTurn(from('::ffff:cb00:7108'), other.email, [PASSWORD]))
  assert.deepEqual(last, { hashes: 0, statuses: [401] })
})

test('success opens its own lane again and no other', async () => {
  const { email } = await somebody()
  const [here, there] = [from('203.0.113.9'), from('203.0.113.10')]
  await fail(email, '203.0.113.9', 4)
  await fail(email, '203.0.113.10', 4)
  assert.equal((await attempt(here, email, PASSWORD)).status, 201)
  const stranger = from('203.0.113.9')
  await fail(email, '203.0.113.9', 4)
  assert.deepEqual((await evaluated(() => inTurn(stranger, email, [PASSWORD]))).statuses, [201])
  assert.deepEqual((await evaluated(() => inTurn(there, email, [WRONG, PASSWORD]))).statuses, [401, 401])
})

test('many networks share one slow lane; a known device passes it, an operator opens it and the trail says so', async () => {
  const owner = await somebody()
  await owner.client.call(signOut)
  owner.client.csrfToken = null
  const networks = Array.from({ length: LOCKOUT.accountFailures / 5 + 1 }, (_, at) => `192.0.2.${at}`)
  for (const network of networks) await fail(owner.email, network)
  const fresh = () => evaluated(() => inTurn(from('192.0.2.99'), owner.email, [PASSWORD]))
  assert.deepEqual(await fresh(), { hashes: 0, statuses: [401] })
  assert.equal((await attempt(owner.client, owner.email, PASSWORD)).status, 201)
  assert.equal(await unlockUser(desk.kernel, owner.email.toUpperCase()), true)
  assert.deepEqual((await fresh()).statuses, [201])
  const entries = await rowsOf(
    desk,
    `select actor_kind, actor_member_id from audit_entry where action = 'member.unlocked'`,
  )
  assert.deepEqual(entries, [{ actor_kind: 'operator', actor_member_id: null }])
  assert.equal(await unlockUser(desk.kernel, 'nobody@shapla.example'), null)
})

test('signing in all day from new networks does not fill the shared lane', async () => {
  const lanes = lanesOf(desk.kernel)
  await desk.kernel.doors.inSystem('identity.sign-in', 'desk_auth', async ({ db }) => {
    for (let round = 0; round < 2 * LOCKOUT.accountFailures; round++) {
      const path = { network: `192.0.2.${round}` }
      const counted = await lanes.count(db, 'busy-bee@shapla.example', path, desk.clock.now())
      assert.equal(counted.isAllowed, true, `round ${round}`)
      await lanes.succeed(db, counted)
    }
  })
})

test('the present password of a password change is tried in the same lanes', async () => {
  const owner = await somebody()
  const change = (current: string) =>
    owner.client.call(changePassword, { body: { current, next: 'seven purple ducks fly' } })
  for (const _ of times(5, '')) assert.equal((await change(WRONG)).body.code, 'wrong_credentials')
  const before = desk.passwordEvaluations()
  assert.equal((await change(PASSWORD)).body.code, 'wrong_credentials')
  assert.equal(desk.passwordEvaluations(), before)
  assert.notEqual((await owner.client.call(getSession)).body.user, null)
})

test('a lock outlives a restart', async () => {
  const { email } = await somebody()
  const first = await bootDesk({ beside: desk, trustsForwarding: true })
  await inTurn(from('203.0.113.12', first), email, times(5, WRONG))
  await first.stop()
  const second = await bootDesk({ beside: desk, trustsForwarding: true })
  const tries = await evaluated(() => inTurn(from('203.0.113.12', second), email, [PASSWORD]), [second])
  assert.deepEqual(tries, { hashes: 0, statuses: [401] })
})

test('counters name nobody; locks grow to a day, and a quiet day forgets them', async () => {
  const email = 'somebody-named@shapla.example'
  const lanes = lanesOf(desk.kernel)
  const system = <T>(work: Parameters<typeof desk.kernel.doors.inSystem<T>>[2]) =>
    desk.kernel.doors.inSystem('identity.sign-in', 'desk_auth', work)
  let now = desk.clock.now()
  const count = () => system(({ db }) => lanes.count(db, email, { device: Buffer.alloc(32, 1) }, now))
  const locks: number[] = []
  for (let round = 0; round < 9; round++) {
    for (let tries = 0; tries < 5; tries++) assert.equal((await count()).isAllowed, true, `round ${round}`)
    const { lane, isAllowed } = await count()
    assert.equal(isAllowed, false)
    const [row] = await rowsOf(desk, 'select locked_until from sign_in_counter where key = $1', [lane])
    locks.push((row.locked_until.getTime() - now.getTime()) / MINUTE)
    now = new Date(row.locked_until.getTime() + 1)
  }
  assert.deepEqual(locks, [15, 30, 60, 120, 240, 480, 960, 1440, 1440])
  now = new Date(now.getTime() + LOCKOUT.forgotten_ms)
  for (let tries = 0; tries < 5; tries++) assert.equal((await count()).isAllowed, true)
  const { lane } = await count()
  const [row] = await rowsOf(desk, 'select locked_until, lockouts from sign_in_counter where key = $1', [lane])
  assert.deepEqual([row.lockouts, row.locked_until.getTime() - now.getTime()], [1, LOCKOUT.first_ms])
  const kept = await rowsOf(desk, 'select key::text from sign_in_counter')
  assert.ok(kept.every(({ key }) => !Buffer.from(key.slice(2), 'hex').toString('latin1').includes('somebody')))
})

test('a try that was given back because the desk was busy does not count', async () => {
  const lanes = lanesOf(desk.kernel)
  const now = desk.clock.now()
  await desk.kernel.doors.inSystem('identity.sign-in', 'desk_auth', async ({ db }) => {
    const count = () => lanes.count(db, 'busy@shapla.example', { network: '203.0.113.13' }, now)
    for (let tries = 0; tries < 20; tries++) await lanes.giveBack(db, await count())
    for (let tries = 0; tries < 5; tries++) assert.equal((await count()).isAllowed, true)
    assert.equal((await count()).isAllowed, false)
  })
})
