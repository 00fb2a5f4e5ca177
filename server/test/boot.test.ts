/** The server without rooms: health, refusals, methods, headers, unknown hosts. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'

let desk: TestDesk
before(async () => {
  desk = await bootDesk()
})

test('healthz and readyz answer on every origin and say what they depend on', async () => {
  for (const origin of ['desk', 'widget', 'files', 'demo'] as const) {
    assert.equal((await desk.client().raw('GET', '/healthz', { origin })).body.status, 'alive')
  }
  const ready = await desk.client().raw('GET', '/readyz')
  assert.deepEqual(ready.body.checks, { database: 'ok', migrations: 'ok', keys: 'ok', disk: 'ok' })
})

test('however many ask whether it is ready, it looks once a second, and says when it is not', async () => {
  const vault = desk.kernel.vault as { check: () => Promise<void> }
  const check = vault.check
  let looks = 0
  vault.check = async () => {
    looks += 1
    await check()
  }
  const ask = () => desk.client().raw('GET', '/readyz')
  desk.clock.advance(1_000)
  const answers = [...(await Promise.all(Array.from({ length: 20 }, ask))), await ask()]
  assert.deepEqual([looks, new Set(answers.map(({ status }) => status))], [1, new Set([200])])

  vault.check = async () => {
    throw new Error('the key provider is away')
  }
  assert.equal((await ask()).status, 200, 'within the second')
  desk.clock.advance(1_000)
  const failing = await ask()
  assert.deepEqual([failing.status, failing.body.checks.keys, failing.body.checks.database], [503, 'failing', 'ok'])
  assert.doesNotMatch(failing.text, /provider/)

  vault.check = check
  desk.clock.advance(1_000)
  assert.equal((await ask()).status, 200)
})

test('what is not there answers a problem, with headers and without a stack', async () => {
  const answer = await desk.client().raw('GET', '/nothing/here')
  assert.equal(answer.status, 404)
  assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8')
  assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/)
  assert.equal(answer.headers['x-content-type-options'], 'nosniff')
  assert.doesNotMatch(answer.text, /at .*\.ts/)
})

test('a Host that is none of ours gets nothing', async () => {
  const answer = await desk.client().raw('GET', '/healthz', { headers: { host: 'evil.example' } })
  assert.equal(answer.status, 404)
})

test('the OpenAPI document names every endpoint of the contract', async () => {
  const { body } = await desk.client().raw('GET', '/api/v1/openapi.json')
  assert.ok(Object.keys(body.paths).length > 40)
})
