/**
 * Sends to a real receiver on loopback that checks signatures with code of its own, and compares what the adapter
 * believes with what the receiver's log says.
 */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { type ApiReceiver, startApiReceiver } from '../../../../tools/simulators/api-receiver/receiver.ts'
import { systemRandomness } from '../../kernel/clock.ts'
import { createOutbound } from '../../kernel/outbound.ts'
import { Secret } from '../../kernel/secret.ts'
import type { ExternalContactId, SendRequest } from '../port.ts'
import { ADAPTERS } from '../registry.ts'

const { api } = ADAPTERS
const http = createOutbound({ allowLoopback: true })
const signingSecret = api.mintSecret(systemRandomness)
const ACCEPTED = { kind: 'accepted', externalId: 'msg_00000000000000000000000001', state: 'sent' }

let receiver: ApiReceiver
before(async () => {
  receiver = await startApiReceiver({ secret: signingSecret })
})
after(() => receiver.stop())
beforeEach(() => {
  receiver.calls.length = 0
  receiver.accepted.clear()
  receiver.behave({ kind: 'accept' })
})

function message(more: Partial<SendRequest> = {}): SendRequest {
  return {
    messageId: 'msg_00000000000000000000000001',
    conversationId: 'cnv_00000000000000000000000001',
    to: { externalId: 'mitu-017' as ExternalContactId, name: 'Mitu' },
    text: 'জি আপু, নীল শাড়িটা আছে। 💙',
    sentAt: new Date('2026-05-25T06:00:00Z'),
    attachments: [{ fileName: 'sari.jpg', mediaType: 'image/jpeg', bytes: Buffer.from([0xff, 0xd8, 0xff]) }],
    settings: { callbackUrl: receiver.url },
    secrets: [new Secret(signingSecret)],
    now: new Date(),
    timeoutMs: 10_000,
    ...more,
  }
}

test('a message arrives signed, whole and as documented', async () => {
  assert.deepEqual(await api.send(message(), http), ACCEPTED)
  assert.equal(receiver.calls[0]?.signature, 'good')
  assert.deepEqual(receiver.accepted.get('msg_00000000000000000000000001'), {
    type: 'message',
    id: 'msg_00000000000000000000000001',
    conversationId: 'cnv_00000000000000000000000001',
    to: { id: 'mitu-017', name: 'Mitu' },
    text: 'জি আপু, নীল শাড়িটা আছে। 💙',
    sentAt: '2026-05-25T06:00:00.000Z',
    attachments: [{ fileName: 'sari.jpg', mediaType: 'image/jpeg', content: '/9j/' }],
  })
})

test('a receiver that holds the secret before this one is satisfied during a rotation', async () => {
  const newer = new Secret(api.mintSecret(systemRandomness))
  const outcome = await api.send(message({ secrets: [newer, new Secret(signingSecret)] }), http)
  assert.equal(outcome.kind, 'accepted')
  const stranger = await api.send(message({ secrets: [newer] }), http)
  assert.deepEqual(stranger, { kind: 'rejected', code: 'receiver_refused', detail: 'HTTP 401' })
  assert.deepEqual(
    receiver.calls.map((call) => call.signature),
    ['good', 'wrong'],
  )
})

test('a lost answer is uncertain, and the next try is one message at the receiver', async () => {
  receiver.behave({ kind: 'acceptThenDrop' }, { kind: 'accept' })
  const lost = await api.send(message(), http)
  assert.ok(lost.kind === 'uncertain' && lost.code === 'connection_lost')
  assert.deepEqual(await api.send(message({ now: new Date(Date.now() + 5_000) }), http), ACCEPTED)
  assert.equal(receiver.accepted.size, 1)
  assert.deepEqual(
    receiver.calls.map((call) => call.isDuplicate),
    [false, true],
  )
})

test('a receiver that takes the message and then says nothing is uncertain at the deadline', async () => {
  receiver.behave({ kind: 'acceptThenHang' })
  const outcome = await api.send(message({ timeoutMs: 1_000 }), http)
  assert.ok(outcome.kind === 'uncertain' && outcome.code === 'timed_out_after_send')
  assert.equal(receiver.accepted.size, 1)
})

test('a yes with too much behind it is a yes', async () => {
  receiver.behave({ kind: 'acceptThenFlood' })
  assert.deepEqual(await api.send(message(), http), ACCEPTED)
})

test('what the receiver answers decides what becomes of the message', async () => {
  const rejected = (code: string, status: number) => ({ kind: 'rejected', code, detail: `HTTP ${status}` })
  for (const status of [400, 401, 403, 404, 409, 413, 422]) {
    receiver.behave({ kind: 'reject', status })
    assert.deepEqual(await api.send(message(), http), rejected('receiver_refused', status))
  }
  receiver.behave({ kind: 'reject', status: 410 })
  assert.deepEqual(await api.send(message(), http), rejected('receiver_gone', 410))
  for (const status of [500, 502, 503, 504]) {
    receiver.behave({ kind: 'reject', status })
    assert.deepEqual(await api.send(message(), http), {
      kind: 'uncertain',
      code: 'receiver_error',
      detail: `HTTP ${status}`,
    })
  }
  assert.equal(receiver.accepted.size, 0)
})

test('a redirect is refused and not followed', async () => {
  receiver.behave({ kind: 'redirect', location: `${receiver.url}elsewhere` })
  const outcome = await api.send(message(), http)
  assert.deepEqual(outcome, { kind: 'rejected', code: 'receiver_redirected', detail: 'HTTP 307' })
  assert.equal(receiver.calls.length, 1)
})

test('a receiver that asks for patience is given what it asks, within bounds', async () => {
  const now = new Date('2026-05-25T06:00:00.000Z')
  const asked: [429 | 503, string | null, number][] = [
    [429, '30', 30_000],
    [503, '30', 30_000],
    [429, null, 60_000],
    [429, 'soon', 60_000],
    [429, '0', 1_000],
    [429, '999999', 3_600_000],
    [503, 'Mon, 25 May 2026 06:02:00 GMT', 120_000],
    [503, 'Mon, 25 May 2020 06:02:00 GMT', 1_000],
  ]
  for (const [status, retryAfter, retryAfterMs] of asked) {
    const answer = { kind: 'response', status, body: Buffer.alloc(0) } as const
    const headers: Record<string, string> = retryAfter === null ? {} : { 'retry-after': retryAfter }
    const outcome = await api.send(message({ now }), { call: async () => ({ ...answer, headers }) })
    assert.deepEqual(outcome, { kind: 'throttled', retryAfterMs }, `${status} ${retryAfter}`)
  }
  receiver.behave({ kind: 'throttle', status: 429, retryAfter: '7' })
  assert.deepEqual(await api.send(message(), http), { kind: 'throttled', retryAfterMs: 7_000 })
})

test('a receiver that is not there is unreachable, and certainly has not seen it', async () => {
  const closed = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => closed.once('listening', done))
  const { port } = closed.address() as { port: number }
  await new Promise((done) => closed.close(done))
  const outcome = await api.send(message({ settings: { callbackUrl: `http://127.0.0.1:${port}/` } }), http)
  assert.deepEqual(outcome, { kind: 'unreachable', code: 'connect_failed', detail: 'ECONNREFUSED' })
})

test('without an address, a secret, or with an address that must not be called, nothing leaves', async () => {
  const nowhere = await api.send(message({ settings: { callbackUrl: null } }), http)
  assert.deepEqual(nowhere, { kind: 'rejected', code: 'not_configured', detail: 'callbackUrl' })
  const unsigned = await api.send(message({ secrets: [] }), http)
  assert.deepEqual(unsigned, { kind: 'rejected', code: 'not_configured', detail: 'signingSecret' })
  const strict = createOutbound({ allowLoopback: false })
  const inward = await api.send(message({ settings: { callbackUrl: receiver.url } }), strict)
  assert.deepEqual(inward, { kind: 'rejected', code: 'address_refused', detail: 'not_https' })
  const metadata = await api.send(message({ settings: { callbackUrl: 'https://169.254.169.254/' } }), strict)
  assert.deepEqual(metadata, { kind: 'rejected', code: 'address_refused', detail: 'private_address' })
  assert.equal(receiver.calls.length, 0)
})
