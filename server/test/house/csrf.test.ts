/**
 * Every state-changing route of a cookie session, without the right token: none, another session's, an altered one, one
 * in the body or the query, one from another site. Each is refused before anything is read, and no row changes.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Endpoint } from '@central-desk/contract/endpoint.ts'
import { ENDPOINTS } from '@central-desk/contract/endpoints.ts'
import { getSession } from '@central-desk/contract/session.ts'
import type { CallOptions } from '#test/support/client.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { fingerprintOf } from '#test/support/fingerprint.ts'
import { ownCall, ROUTE_CASES } from '#test/support/route-cases.ts'
import { makeStage, type Stage } from '#test/support/stage.ts'

const UNSAFE = ENDPOINTS.filter(
  ({ method, origin, access }) => method !== 'GET' && origin === 'desk' && access !== 'signature',
)
const UNSAFE_MIN = 30

let desk: TestDesk
let stage: Stage
let foreignToken: string
before(async () => {
  desk = await bootDesk()
  stage = await makeStage(desk, 'Shapla Crafts', 'Own')
  const stranger = desk.client()
  foreignToken = (await stranger.call(getSession)).body.csrfToken
})

function alter(token: string): string {
  return `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
}

const attacks: readonly [what: string, headers: (token: string) => Record<string, string>][] = [
  ['no token', () => ({ 'x-csrf-token': '' })],
  ["another session's token", () => ({ 'x-csrf-token': foreignToken })],
  ['an altered token', (token) => ({ 'x-csrf-token': alter(token) })],
  ['a cross-site request with the token', (token) => ({ 'x-csrf-token': token, 'sec-fetch-site': 'cross-site' })],
  ['a same-site neighbour with the token', (token) => ({ 'x-csrf-token': token, 'sec-fetch-site': 'same-site' })],
  ['a foreign origin with the token', (token) => ({ 'x-csrf-token': token, origin: 'https://evil.example' })],
  ['a null origin with the token', (token) => ({ 'x-csrf-token': token, origin: 'null' })],
]

async function optionsFor(endpoint: Endpoint): Promise<CallOptions> {
  if (endpoint.name in ROUTE_CASES) return ownCall(stage, endpoint)
  return { params: { token: 'A'.repeat(43) }, body: {} }
}

test('there are as many unsafe routes as there should be', () => {
  assert.ok(UNSAFE.length >= UNSAFE_MIN, `only ${UNSAFE.length}`)
})

for (const endpoint of UNSAFE) {
  test(`${endpoint.name} is refused without this session's token`, async () => {
    const { client } = stage.owner
    const options = await optionsFor(endpoint)
    const token = await client.token()
    const before = await fingerprintOf(desk.database)
    for (const [what, headers] of attacks) {
      // A minute on, so that the small budgets of strangers' routes are fresh.
      desk.clock.advance(60_000)
      const answer = await client.call(endpoint, { ...options, headers: headers(token) })
      assert.equal(answer.status, 403, `${what}: ${answer.status} ${answer.text}`)
      assert.equal(answer.body.code, 'csrf_failed', what)
    }
    assert.equal(await fingerprintOf(desk.database), before)
    if (endpoint.bodyKind === 'bytes') return
    const inBody = { ...options, body: { ...(options.body as object), csrfToken: token, 'x-csrf-token': token } }
    const answer = await client.call(endpoint, { ...inBody, headers: { 'x-csrf-token': '' } })
    assert.equal(answer.status, 403, 'a token in the body')
  })
}
