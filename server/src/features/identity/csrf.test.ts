/**
 * Every unsafe route of sessions, workspaces and members, with every token that is not this session's: refused before
 * anything is read, and nothing changed. The routes come from the list of what is mounted, so new ones join by
 * themselves. With the right token the same call gets past the check.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Endpoint } from '@central-desk/contract/endpoint.ts'
import { encodeId } from '@central-desk/contract/ids.ts'
import * as members from '@central-desk/contract/members.ts'
import * as session from '@central-desk/contract/session.ts'
import * as workspaces from '@central-desk/contract/workspaces.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { PASSWORD, type Person, signInAgain, signUpOwner } from '#test/support/people.ts'
import { digestOf } from '#test/support/rows.ts'

const OURS = new Set([session, workspaces, members].flatMap((module) => Object.values(module) as unknown[]))
const TABLES = ['app_user', 'session', 'known_device', 'password_reset', 'sign_in_counter', 'workspace', 'member']
const TENANT = ['invitation', 'tag', 'saved_reply', 'audit_entry', 'event', 'workspace_counter']

let desk: TestDesk
let rahima: Person
let unsafe: Endpoint[]
before(async () => {
  desk = await bootDesk()
  rahima = await signUpOwner(desk, { name: 'Rahima', email: 'rahima@shapla.example', workspaceName: 'Shapla Crafts' })
  const mounted = desk.routes.mounted.map(({ endpoint }) => endpoint)
  unsafe = mounted.filter((endpoint) => OURS.has(endpoint) && endpoint.method !== 'GET')
  assert.ok(unsafe.length >= 18, `${unsafe.length} unsafe routes`)
})

function pathOf(endpoint: Endpoint): string {
  return endpoint.path.replaceAll(/:(\w+)/g, (_whole, name: string) => {
    if (name === 'workspaceId') return rahima.workspaceId
    if (name === 'token') return 'a'.repeat(43)
    return encodeId(name.replace(/Id$/, '') as 'tag', '01900000-0000-7000-8000-000000000000')
  })
}

async function send(endpoint: Endpoint, headers: Record<string, string>, body: object = {}) {
  const { client } = rahima
  // A new minute, so that no budget refuses first.
  desk.clock.advance(60_000)
  const isJson = endpoint.bodyKind === 'json'
  return client.raw(endpoint.method, pathOf(endpoint), {
    headers: { ...(isJson && { 'content-type': 'application/json' }), ...headers },
    ...(isJson && { body: JSON.stringify(body) }),
  })
}

test('no token, another one, an old one, one in the wrong place, one from another site: refused, nothing changed', async () => {
  const elsewhere = await signInAgain(desk, rahima)
  const visitor = desk.client()
  const own = await rahima.client.token()
  const [random = '', mac = ''] = own.split('.')
  const cases: Record<string, [Record<string, string>, object?]> = {
    'no token': [{}],
    'an empty token': [{ 'x-csrf-token': '' }],
    'the token of another session of the same user': [{ 'x-csrf-token': await elsewhere.token() }],
    'the token of a visit': [{ 'x-csrf-token': await visitor.token() }],
    'the token in the body': [{}, { 'x-csrf-token': own, csrfToken: own, _csrf: own }],
    'a changed token': [{ 'x-csrf-token': `${random}.${mac.slice(0, -1)}${mac.endsWith('A') ? 'Q' : 'A'}` }],
    'another random part': [{ 'x-csrf-token': `${random.slice(0, -1)}${random.endsWith('A') ? 'Q' : 'A'}.${mac}` }],
    'from another site': [{ 'x-csrf-token': own, 'sec-fetch-site': 'cross-site' }],
    'from a neighbouring origin': [{ 'x-csrf-token': own, 'sec-fetch-site': 'same-site' }],
    'typed or bookmarked': [{ 'x-csrf-token': own, 'sec-fetch-site': 'none' }],
    'with a foreign Origin': [{ 'x-csrf-token': own, origin: 'https://evil.example' }],
    'with a null Origin': [{ 'x-csrf-token': own, origin: 'null' }],
    'with the widget’s Origin': [{ 'x-csrf-token': own, origin: `http://widget.localhost:${desk.port}` }],
  }
  const before = await digestOf(desk, [...TABLES, ...TENANT])
  for (const endpoint of unsafe) {
    for (const [name, [headers, body]] of Object.entries(cases)) {
      const answer = await send(endpoint, headers, body)
      assert.deepEqual([answer.status, answer.body?.code], [403, 'csrf_failed'], `${endpoint.name}, ${name}`)
    }
  }
  assert.equal(await digestOf(desk, [...TABLES, ...TENANT]), before)
})

test('with the token of the session every one of them gets past the check', async () => {
  const lastly = [session.signOut]
  for (const endpoint of [...unsafe.filter((one) => !lastly.includes(one as never)), ...lastly]) {
    const headers = { 'x-csrf-token': await rahima.client.token(), 'sec-fetch-site': 'same-origin' }
    const answer = await send(endpoint, headers, { nonsense: true })
    assert.notEqual(answer.body?.code, 'csrf_failed', endpoint.name)
    assert.ok([204, 404, 422].includes(answer.status), `${endpoint.name} ${answer.status}`)
  }
})

test('a form of another site cannot speak JSON, and what is not JSON is not read', async () => {
  const client = desk.client()
  const token = await client.token()
  const body = JSON.stringify({ email: rahima.email, password: PASSWORD, sharedComputer: false })
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
  ]) {
    const headers = { 'x-csrf-token': token, 'content-type': type }
    const answer = await client.raw('POST', '/api/v1/session', { headers, body })
    assert.equal(answer.status, 415, type)
  }
  assert.equal(client.cookies.has('desk_session'), false)
})

test('before sign-in the token belongs to the visit; after it, the visit’s token is worth nothing', async () => {
  const client = desk.client()
  const visit = await client.token()
  const headers = { 'x-csrf-token': visit }
  const again = await signInAgain(desk, rahima)
  again.cookies.set('desk_visit', client.cookies.get('desk_visit') ?? '')
  const answer = await again.call(session.updatePreferences, { body: { preferences: { sound: false } }, headers })
  assert.equal(answer.body.code, 'csrf_failed')
  const signIn = { body: { email: rahima.email, password: PASSWORD, sharedComputer: false }, headers }
  assert.equal((await again.call(session.signIn, signIn)).body.code, 'csrf_failed')
  assert.equal((await client.call(session.signIn, signIn)).status, 201)
})

test('two cookies of one name are an injection: neither is believed', async () => {
  const again = await signInAgain(desk, rahima)
  const token = again.cookies.get('desk_session')
  const cookie = `desk_session=${token}; desk_session=${'x'.repeat(43)}`
  const answer = await desk.client().raw('GET', '/api/v1/session', { headers: { cookie } })
  assert.equal(answer.body.user, null)
})
