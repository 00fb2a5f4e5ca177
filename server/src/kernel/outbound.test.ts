/**
 * Calls real servers on loopback. Names come from a resolver that is handed in, so no name is ever asked of the
 * network; where a call must be refused, the server counts its connections to show that none was made.
 */
import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsHttp } from 'node:https'
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { selfSigned } from '../../test/support/certificate.ts'
import { createOutbound, OUTBOUND_LIMITS, type OutboundCall, type Resolve, refuseTarget } from './outbound.ts'

const stops: (() => void)[] = []
after(() => {
  for (const stop of stops) stop()
})

async function listen(server: Server): Promise<{ port: number; connections: () => number }> {
  let count = 0
  const open = new Set<Socket>()
  server.on('connection', (socket) => {
    count += 1
    open.add(socket)
    socket.on('error', () => socket.destroy())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  stops.push(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, connections: () => count }
}

const http = (listener: RequestListener) => listen(createServer(listener))
const ok: RequestListener = (_request, response) => response.end('ok')
const toLoopback: Resolve = async () => [{ address: '127.0.0.1', family: 4 }]

function call(url: string, more: Partial<OutboundCall> = {}): OutboundCall {
  return { method: 'POST', url, headers: {}, body: Buffer.from('hello'), timeoutMs: 10_000, ...more }
}

test('an answer comes back whole, and the request arrives as it was given', async () => {
  let seen: { request: IncomingMessage; body: string } | undefined
  const server = await http((request, response) => {
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      seen = { request, body: chunk }
    })
    request.on('end', () => response.writeHead(201, { 'x-a': 'b' }).end('made'))
  })
  const outbound = createOutbound({ allowLoopback: true, resolve: toLoopback })
  const url = `http://shop.test:${server.port}/a/b?c=d#e`
  const result = await outbound.call(call(url, { headers: { 'webhook-id': '1', Host: 'evil.test' } }))
  assert.equal(result.kind, 'response')
  assert.ok(result.kind === 'response' && result.status === 201 && result.body.toString() === 'made')
  assert.equal(result.headers['x-a'], 'b')
  assert.equal(seen?.body, 'hello')
  assert.equal(seen?.request.url, '/a/b?c=d')
  assert.equal(seen?.request.method, 'POST')
  assert.equal(seen?.request.headers['webhook-id'], '1')
  assert.equal(seen?.request.headers.host, `shop.test:${server.port}`)
})

test('the name is asked once, and the connection goes to the address that was checked', async () => {
  const server = await http(ok)
  let asked = 0
  const rebinding: Resolve = async () => {
    asked += 1
    return [{ address: asked === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }]
  }
  const outbound = createOutbound({ allowLoopback: true, resolve: rebinding })
  const first = await outbound.call(call(`http://rebind.test:${server.port}/`))
  assert.equal(first.kind, 'response')
  assert.equal(asked, 1)
  const second = await outbound.call(call(`http://rebind.test:${server.port}/`))
  assert.ok(second.kind === 'failed' && second.code === 'private_address')
  assert.equal(server.connections(), 1)
})

test('when the first checked address does not answer, the next one is tried', async () => {
  const server = await http(ok)
  const resolve: Resolve = async () => [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ]
  const result = await createOutbound({ allowLoopback: true, resolve }).call(call(`http://two.test:${server.port}/`))
  assert.equal(result.kind, 'response')
})

test('one forbidden address among the answers refuses the call before any connection', async () => {
  const server = await http(ok)
  const mixes = [['127.0.0.1', '10.0.0.1'], ['1.1.1.1', '127.0.0.1'], ['127.0.0.1', '::ffff:127.0.0.1'], ['fe80::1']]
  const tries: [boolean, string[]][] = [
    [false, ['127.0.0.1']],
    [false, ['::1']],
  ]
  for (const addresses of mixes) tries.push([false, addresses], [true, addresses])
  for (const [allowLoopback, addresses] of tries) {
    const resolve: Resolve = async () => addresses.map((address) => ({ address, family: 4 }))
    const outbound = createOutbound({ allowLoopback, resolve })
    const result = await outbound.call(call(`https://mixed.test:${server.port}/`))
    assert.ok(result.kind === 'failed' && result.code === 'private_address', addresses.join())
    assert.equal(result.isCertain, true)
  }
  assert.equal(server.connections(), 0)
})

test('addresses written as numbers are refused in every spelling, also when saving', async () => {
  const outbound = createOutbound({ allowLoopback: false, resolve: () => assert.fail('asked for a name') })
  const hosts = ['127.0.0.1', '127.1', '2130706433', '0x7f000001', '017700000001', '[::1]', '[::ffff:127.0.0.1]']
  for (const host of [...hosts, '169.254.169.254', '10.1.2.3', '[fd00:ec2::254]', '0.0.0.0']) {
    const result = await outbound.call(call(`https://${host}/`))
    assert.ok(result.kind === 'failed' && result.code === 'private_address', host)
    assert.equal(refuseTarget(`https://${host}/`, false), 'private_address')
  }
})

test('only https leaves, and plain http reaches loopback alone when that was allowed', async () => {
  const open = createOutbound({ allowLoopback: true, resolve: async () => [{ address: '1.1.1.1', family: 4 }] })
  const strict = createOutbound({ allowLoopback: false, resolve: toLoopback })
  for (const result of [await open.call(call('http://shop.test/')), await strict.call(call('http://shop.test/'))]) {
    assert.ok(result.kind === 'failed' && result.code === 'not_https' && result.isCertain)
  }
  const wrong = ['', 'shop.test', 'ftp://shop.test/', 'file:///etc/passwd', 'https://me:pw@shop.test/', 'https://']
  for (const url of [...wrong, 'javascript:1', 'https://shop .test/']) {
    const result = await strict.call(call(url))
    assert.ok(result.kind === 'failed' && result.code === 'bad_url', url)
    assert.equal(refuseTarget(url, true), 'bad_url')
  }
  assert.equal(refuseTarget('http://shop.test/', false), 'not_https')
  assert.equal(refuseTarget('http://1.1.1.1/', true), 'not_https')
  assert.equal(refuseTarget('http://127.0.0.1:8080/', true), null)
  assert.equal(refuseTarget('https://shop.test/', false), null)
})

test('a redirect is an answer, never a second call', async () => {
  let calls = 0
  const server = await http((_request, response) => {
    calls += 1
    response.writeHead(307, { location: '/again' }).end()
  })
  const outbound = createOutbound({ allowLoopback: true, resolve: toLoopback })
  const result = await outbound.call(call(`http://shop.test:${server.port}/`))
  assert.ok(result.kind === 'response' && result.status === 307)
  assert.equal(calls, 1)
})

test('names and ports that do not answer are certain failures', async () => {
  const unknown = createOutbound({
    allowLoopback: true,
    resolve: () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })),
  })
  const lost = await unknown.call(call('https://nowhere.test/'))
  assert.deepEqual(lost, { kind: 'failed', code: 'dns_failed', isCertain: true, status: null, detail: 'ENOTFOUND' })
  const empty = await createOutbound({ allowLoopback: true, resolve: async () => [] }).call(call('https://none.test/'))
  assert.ok(empty.kind === 'failed' && empty.code === 'dns_failed')
  const closing = createServer()
  const { port } = await listen(closing)
  await new Promise((done) => closing.close(done))
  const outbound = createOutbound({ allowLoopback: true, resolve: toLoopback })
  const refused = await outbound.call(call(`http://shop.test:${port}/`))
  assert.ok(refused.kind === 'failed' && refused.code === 'connect_failed' && refused.isCertain)
  assert.equal(refused.detail, 'ECONNREFUSED')
})

test('time runs out before the call left, or after, and the name of the failure says which', async () => {
  const never = createOutbound({ allowLoopback: true, resolve: () => new Promise(() => {}) })
  const before = await never.call(call('https://slow.test/', { timeoutMs: 30 }))
  assert.ok(before.kind === 'failed' && before.code === 'timed_out_before_send' && before.isCertain)
  const mute = await listen(createTcp(() => {}))
  const outbound = createOutbound({ allowLoopback: true, resolve: toLoopback })
  const handshake = await outbound.call(call(`https://shop.test:${mute.port}/`, { timeoutMs: 200 }))
  assert.ok(handshake.kind === 'failed' && handshake.code === 'timed_out_before_send' && handshake.isCertain)
  let read = ''
  const hanging = await http((request) => request.on('data', (chunk) => (read += chunk)))
  const later = await outbound.call(call(`http://shop.test:${hanging.port}/`, { timeoutMs: 1_000 }))
  assert.ok(later.kind === 'failed' && later.code === 'timed_out_after_send' && !later.isCertain)
  assert.equal(read, 'hello')
})

test('an answer that trickles is cut at the deadline', async () => {
  const timers: NodeJS.Timeout[] = []
  const server = await http((_request, response) => {
    response.writeHead(200)
    timers.push(setInterval(() => response.write('.'), 20))
  })
  const outbound = createOutbound({ allowLoopback: true, resolve: toLoopback })
  const result = await outbound.call(call(`http://shop.test:${server.port}/`, { timeoutMs: 1_000 }))
  for (const timer of timers) clearInterval(timer)
  assert.ok(result.kind === 'failed' && result.code === 'timed_out_after_send' && result.status === 200)
})

test('a connection that breaks after the call left is uncertain', async () => {
  const drop = await http((request) => request.on('data', () => request.socket.destroy()))
  const half = await http((_request, response: ServerResponse) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half', () => response.socket?.destroy())
  })
  const outbound = createOutbound({ allowLoopback: true, resolve: toLoopback })
  const dropped = await outbound.call(call(`http://shop.test:${drop.port}/`))
  assert.ok(dropped.kind === 'failed' && dropped.code === 'connection_lost' && !dropped.isCertain)
  assert.equal(dropped.status, null)
  const halved = await outbound.call(call(`http://shop.test:${half.port}/`))
  assert.ok(halved.kind === 'failed' && halved.code === 'connection_lost' && halved.status === 200)
})

test('requests and answers have limits', async () => {
  let calls = 0
  const server = await http((request, response) => {
    calls += 1
    const many = request.url === '/head' ? { 'x-big': 'x'.repeat(OUTBOUND_LIMITS.responseHeaderBytes) } : {}
    response.writeHead(200, many).end('x'.repeat(1001))
  })
  const outbound = createOutbound({ allowLoopback: true, resolve: toLoopback })
  const base = `http://shop.test:${server.port}`
  const body = Buffer.alloc(OUTBOUND_LIMITS.requestBytes + 1)
  const huge = await outbound.call(call(base, { body }))
  assert.ok(huge.kind === 'failed' && huge.code === 'request_too_large' && huge.isCertain)
  assert.equal(calls, 0)
  const fits = await outbound.call(call(base, { maxResponseBytes: 1001 }))
  assert.ok(fits.kind === 'response' && fits.body.length === 1001)
  const over = await outbound.call(call(base, { maxResponseBytes: 1000 }))
  assert.ok(over.kind === 'failed' && over.code === 'response_too_large' && over.status === 200 && !over.isCertain)
  const head = await outbound.call(call(`${base}/head`))
  assert.ok(head.kind === 'failed' && head.code === 'response_too_large')
})

test('what is no HTTP is a bad answer', async () => {
  const server = await listen(createTcp((socket) => socket.on('data', () => socket.end('SSH-2.0-x\r\n'))))
  const outbound = createOutbound({ allowLoopback: true, resolve: toLoopback })
  const result = await outbound.call(call(`http://shop.test:${server.port}/`))
  assert.ok(result.kind === 'failed' && result.code === 'bad_response' && !result.isCertain)
})

test('TLS: a good certificate passes; a foreign, a misnamed and an outdated one do not', async () => {
  const good = selfSigned(['shop.test', '127.0.0.1'])
  const old = selfSigned(['shop.test'], new Date('2024-01-01T00:00:00Z'), 30)
  let calls = 0
  const count: RequestListener = (_request, response) => {
    calls += 1
    response.end('ok')
  }
  const server = await listen(createTlsHttp({ ...good, minVersion: 'TLSv1.3' }, count))
  const outdated = await listen(createTlsHttp({ ...old }, count))
  const trusting = createOutbound({
    allowLoopback: true,
    resolve: toLoopback,
    certificateAuthorities: [good.cert, old.cert],
  })
  for (const host of ['shop.test', 'shop.test.', '127.0.0.1']) {
    const fine = await trusting.call(call(`https://${host}:${server.port}/`))
    assert.equal(fine.kind, 'response', host)
  }
  assert.equal(calls, 3)
  const foreign = createOutbound({ allowLoopback: true, resolve: toLoopback })
  const refusals = [
    await foreign.call(call(`https://shop.test:${server.port}/`)),
    await trusting.call(call(`https://other.test:${server.port}/`)),
    await trusting.call(call(`https://shop.test:${outdated.port}/`)),
  ]
  for (const result of refusals) assert.ok(result.kind === 'failed' && result.code === 'tls_failed' && result.isCertain)
  assert.equal(calls, 3)
})

test('TLS 1.2 is refused, but for a host that is named with a reason, and 1.1 always', async () => {
  const pair = selfSigned(['bank.test'])
  const at12 = await listen(createTlsHttp({ ...pair, maxVersion: 'TLSv1.2' }, ok))
  const at11 = await listen(
    createTlsHttp({ ...pair, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }, ok),
  )
  const base = { allowLoopback: true, resolve: toLoopback, certificateAuthorities: [pair.cert] }
  const strict = createOutbound(base)
  const lenient = createOutbound({ ...base, tls12Hosts: new Map([['bank.test', 'speaks nothing newer until 2027']]) })
  const refused = await strict.call(call(`https://bank.test:${at12.port}/`))
  assert.ok(refused.kind === 'failed' && refused.code === 'tls_failed')
  assert.equal((await lenient.call(call(`https://bank.test:${at12.port}/`))).kind, 'response')
  const older = await lenient.call(call(`https://bank.test:${at11.port}/`))
  assert.ok(older.kind === 'failed' && older.code === 'tls_failed')
})
