/**
 * Beyond this machine the desk speaks TLS 1.3 and HTTP/2, with HSTS on every answer, cookies that no neighbour can set,
 * and streams that work as they do on loopback. Older versions are refused in the handshake.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2, constants } from 'node:http2'
import { before, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { selfSigned } from '#test/support/certificate.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'

let desk: TestDesk
const { cert: certificate, key } = selfSigned(['localhost'])
before(async () => {
  desk = await bootDesk({ tls: { certificate: Buffer.from(certificate), key: Buffer.from(key) } })
})

type Http2Answer = { status: number; headers: Record<string, string | string[] | undefined>; text: string }

async function ask(path: string, headers: Record<string, string> = {}, isWhole = true): Promise<Http2Answer> {
  const session = connectHttp2(`https://localhost:${desk.port}`, { ca: certificate })
  try {
    return await new Promise((resolve, reject) => {
      session.on('error', reject)
      const request = session.request({ ':path': path, ...headers })
      const answer: Http2Answer = { status: 0, headers: {}, text: '' }
      request.setEncoding('utf8')
      request.on('response', (received) => {
        answer.status = Number(received[constants.HTTP2_HEADER_STATUS])
        answer.headers = received as Http2Answer['headers']
      })
      request.on('data', (chunk: string) => {
        answer.text += chunk
        if (!isWhole) resolve(answer)
      })
      request.on('end', () => resolve(answer))
      request.on('error', reject)
    })
  } finally {
    session.destroy()
  }
}

test('HTTP/2 over TLS 1.3, with HSTS for the preload list on good answers and refusals alike', async () => {
  for (const [path, status] of [
    ['/healthz', 200],
    ['/nothing', 404],
    ['/api/v1/workspaces/x', 401],
  ] as const) {
    const answer = await ask(path)
    assert.equal(answer.status, status)
    assert.equal(answer.headers['strict-transport-security'], 'max-age=63072000; includeSubDomains; preload')
  }
})

test('cookies carry the prefix that binds them to this host', async () => {
  const { headers } = await ask('/api/v1/session')
  const [cookie = ''] = [headers['set-cookie'] ?? []].flat()
  assert.match(cookie, /^__Host-desk_\w+=/)
  for (const attribute of ['Secure', 'HttpOnly', 'Path=/', 'SameSite=Lax'])
    assert.ok(cookie.includes(attribute), attribute)
})

test('TLS 1.2 and older are refused in the handshake', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.1'] as const) {
    const outcome = await new Promise<string>((resolve) => {
      const options = {
        host: '127.0.0.1',
        port: desk.port,
        maxVersion: version,
        minVersion: version,
        rejectUnauthorized: false,
      }
      const socket = connectTls(options, () => resolve('connected'))
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    })
    assert.notEqual(outcome, 'connected', version)
  }
})

test('one connection holds so many requests at once, and no more', async () => {
  const session = connectHttp2(`https://localhost:${desk.port}`, { ca: certificate })
  await once(session, 'remoteSettings')
  assert.equal(session.remoteSettings.maxConcurrentStreams, 250)
  session.destroy()
})

test('plain HTTP on the same port gets no answer of the desk', async () => {
  await assert.rejects(desk.client().raw('GET', '/healthz'))
})
