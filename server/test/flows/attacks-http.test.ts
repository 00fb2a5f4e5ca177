/**
 * Attacks below the routes: addresses that cannot be read, requests that two readers would split differently, Host and
 * forwarding games. What is answered before any route is reached carries the same headers as everything else.
 */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { before, test } from 'node:test'
import { getInvitation, getSession } from '@central-desk/contract/session.ts'
import { systemRandomness } from '#src/kernel/clock.ts'
import { createLog } from '#src/kernel/log.ts'
import { BUDGETS } from '#src/kernel/rate-limit.ts'
import { createServer } from '#src/kernel/web/server.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { signInAgain, signUpOwner } from '#test/support/people.ts'

let desk: TestDesk
before(async () => {
  desk = await bootDesk({ withWorkers: false })
})

/** Sends exactly these bytes and reads to the end of the connection. */
function exchange(bytes: string, port = desk.port): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
    socket.write(bytes)
  })
}

const host = () => `host: localhost:${desk.port}\r\n`
const get = (path: string, headers = host()) => `GET ${path} HTTP/1.1\r\n${headers}connection: close\r\n\r\n`
const post = (headers: string, body: string) =>
  `POST /api/v1/session HTTP/1.1\r\n${host()}content-type: application/json\r\n${headers}\r\n${body}`
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])

function isGuarded(answer: string, what: string): void {
  const head = (answer.split('\r\n\r\n')[0] ?? '').toLowerCase()
  for (const header of [
    "content-security-policy: default-src 'none'",
    'x-content-type-options: nosniff',
    'x-frame-options: deny',
    'referrer-policy: no-referrer',
    'cache-control: no-store',
  ]) {
    assert.ok(head.includes(header), `${what}: ${header} is missing in\n${head}`)
  }
}

test('an address that cannot be read gets an ordinary problem, with every header and without an echo', async () => {
  for (const path of ['/%zz', '/api/v1/workspaces/%', '/assets/%c0%af', `/api/v1/workspaces/${'x'.repeat(900)}/tags`]) {
    const answer = await exchange(get(path))
    assert.ok([400, 404].includes(statusOf(answer)), `${path}: ${answer}`)
    isGuarded(answer, path)
    assert.match(answer, /application\/problem\+json/)
    assert.doesNotMatch(answer, /%zz|%c0|xxxx|FST_/)
  }
})

test('what is no HTTP is refused with the same headers, and what comes after it is not read', async () => {
  const smuggled = get('/healthz')
  for (const [what, bytes] of [
    ['two lengths that differ', post('content-length: 4\r\ncontent-length: 5\r\n', `{}{}x${smuggled}`)],
    ['a length and chunks', post('content-length: 4\r\ntransfer-encoding: chunked\r\n', `0\r\n\r\n${smuggled}`)],
    ['chunks that are none', post('transfer-encoding: xchunked\r\n', `0\r\n\r\n${smuggled}`)],
    ['a space before the colon', post('transfer-encoding : chunked\r\n', `0\r\n\r\n${smuggled}`)],
    ['bare line feeds', `GET /healthz HTTP/1.1\nhost: localhost:${desk.port}\n\n`],
    ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a giant header', get('/healthz', `${host()}x: ${'a'.repeat(20_000)}\r\n`)],
  ] as const) {
    const answer = await exchange(bytes)
    assert.ok([400, 431].includes(statusOf(answer)), `${what}: ${answer}`)
    isGuarded(answer, what)
    assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1, `${what}: one answer`)
    assert.doesNotMatch(answer, /alive/)
  }
})

test('a request with two Hosts is refused, whichever comes first', async () => {
  for (const headers of [`${host()}host: evil.example\r\n`, `${host()}${host()}`]) {
    const answer = await exchange(get('/healthz', headers))
    assert.equal(statusOf(answer), 400, answer)
    isGuarded(answer, headers)
  }
})

test('only the Host says which origin is meant, not an absolute address or a forwarding header', async () => {
  for (const [path, headers] of [
    [`http://localhost:${desk.port}/api/v1/session`, 'host: evil.example\r\n'],
    ['/api/v1/session', `host: evil.example\r\nx-forwarded-host: localhost:${desk.port}\r\n`],
    ['/api/v1/session', `host: x@localhost:${desk.port}\r\n`],
    ['/api/v1/session', `host: widget.localhost:${desk.port}\r\nx-forwarded-host: localhost:${desk.port}\r\n`],
  ] as const) {
    assert.equal(statusOf(await exchange(get(path, headers))), 404, `${path} ${headers}`)
  }
})

test('who trusts no proxy does not believe where a call says it comes from', async () => {
  const params = { token: 'x'.repeat(43) }
  const client = desk.client()
  const ask = (from: string) =>
    client.call(getInvitation, { params, headers: { 'x-forwarded-for': from, forwarded: `for=${from}` } })
  for (let call = 0; call < BUDGETS.auth.perMinute; call++) assert.equal((await ask(`203.0.113.${call}`)).status, 404)
  assert.equal((await ask('203.0.113.200')).status, 429)
})

test('an address that a proxy could not name is no bug', async () => {
  const trusting = await bootDesk({ withWorkers: false, trustsForwarding: true })
  const wanted = { name: 'Rahima Begum', email: 'rahima@shapla.example', workspaceName: 'Shapla' }
  const rahima = await signUpOwner(trusting, { ...wanted, network: 'unknown' })
  for (const network of ['203.0.113.7:4711', 'fe80::1%eth0', '_hidden', '2001:db8::7']) {
    const client = await signInAgain(trusting, rahima, network)
    assert.equal((await client.call(getSession)).body.user.email, rahima.email, network)
  }
  assert.doesNotMatch(trusting.logged(), /a bug/)
})

test('who hangs up at once is no bug, and counts as one network with all who do', async () => {
  const { port } = desk
  const path = `/api/v1/invitations/${'y'.repeat(43)}`
  for (let call = 0; call < 40; call++) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`${get(path).replace('connection: close\r\n', '')}${get('/api/v1/session')}`)
    await new Promise((resolve) => setImmediate(resolve))
    socket.resetAndDestroy()
  }
  // One after all of them: whatever they have begun is behind us when it is answered.
  assert.equal(statusOf(await exchange(get('/healthz'))), 200)
  assert.doesNotMatch(desk.logged(), /a bug/)
})

test('behind a proxy that speaks TLS for the desk, answers carry HSTS too', async () => {
  const origin = (name: string) => `https://${name}.example.com`
  const server = createServer({
    origins: { desk: origin('desk'), widget: origin('chat'), files: origin('files'), demo: origin('demo') },
    isLoopback: true,
    tls: null,
    trustedProxies: [],
    randomness: systemRandomness,
    log: createLog('silent'),
  })
  const answer = await server.inject({ url: '/nothing', headers: { host: 'desk.example.com' } })
  assert.equal(answer.statusCode, 404)
  assert.equal(answer.headers['strict-transport-security'], 'max-age=63072000; includeSubDomains; preload')
  await server.close()
})
