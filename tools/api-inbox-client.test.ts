/** The outside program's signature, made with code of its own, is one that the desk takes. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { ADAPTERS } from '../server/src/channels/registry.ts'
import { systemRandomness } from '../server/src/kernel/clock.ts'
import { Secret } from '../server/src/kernel/secret.ts'
import { postEvent } from './api-inbox-client.ts'

const { api } = ADAPTERS

test('what it posts passes the signature check and reads as a message', async () => {
  const seen: { path: string | undefined; headers: IncomingHttpHeaders; raw: Buffer }[] = []
  const server = createServer(async (request, response) => {
    const raw = Buffer.concat(await Array.fromAsync(request))
    seen.push({ path: request.url, headers: request.headers, raw })
    response.end('{"isKept":true}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const secret = api.mintSecret(systemRandomness)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const event = { type: 'message', id: 'shop-1', from: { id: 'mitu', name: 'Mitu' }, text: 'কেমন আছেন? 💙' }
  const answer = await postEvent({ url, key: 'a0shaplacrafts00', secret }, event)
  server.close()
  assert.equal(answer.status, 200)
  const [call] = seen
  assert.ok(call)
  assert.equal(call.path, '/hooks/api/a0shaplacrafts00')
  const verdict = api.verify(call.raw, call.headers, [new Secret(secret)], new Date())
  assert.equal(verdict.ok, true)
  const read = api.normalise(call.raw)
  assert.ok(Array.isArray(read) && read[0]?.kind === 'message' && read[0].text === 'কেমন আছেন? 💙')
})

test('without what it needs it says how it is used', () => {
  const program = join(import.meta.dirname, 'api-inbox-client.ts')
  const run = spawnSync(process.execPath, [program, '--url', 'http://127.0.0.1:1'], { encoding: 'utf8' })
  assert.equal(run.status, 2)
  assert.match(run.stderr, /^Usage: /)
})
