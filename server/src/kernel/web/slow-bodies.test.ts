/** A body that drips over HTTP/2 is cut; one that comes whole, and an answer that takes its time, are not. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type ClientHttp2Session, connect, constants } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import { selfSigned } from '#test/support/certificate.ts'
import { endSlowBodies } from './slow-bodies.ts'

const LIMIT_MS = 40

const { cert, key } = selfSigned(['localhost'])
let app: FastifyInstance
let session: ClientHttp2Session
before(async () => {
  app = Fastify({ http2: true, https: { cert, key } }) as unknown as FastifyInstance
  endSlowBodies(app, LIMIT_MS)
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.post('/', async (request) => {
    // Longer than a body may take: an answer may.
    await new Promise((resolve) => setTimeout(resolve, 3 * LIMIT_MS))
    return request.body
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  session = connect(`https://localhost:${(app.server.address() as AddressInfo).port}`, { ca: cert })
})
after(async () => {
  session.close()
  await app.close()
})

function post() {
  return session.request({ ':method': 'POST', ':path': '/', 'content-type': 'text/plain' })
}

test('a body that never ends is cut off', { timeout: 20_000 }, async () => {
  const request = post()
  request.on('error', () => {})
  const drip = setInterval(() => request.write('a'), LIMIT_MS / 8)
  await once(request, 'close')
  clearInterval(drip)
  assert.equal(request.rstCode, constants.NGHTTP2_CANCEL)
})

test('a body that came whole is answered, however long the answer takes', async () => {
  const request = post()
  request.end('whole')
  let text = ''
  request.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  await once(request, 'end')
  assert.equal(text, 'whole')
})
