/**
 * What the conformance exam does not ask of every channel: that the scheme is the one other programs speak, and what
 * happens at its edges.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandomness } from '../../kernel/clock.ts'
import { Secret } from '../../kernel/secret.ts'
import { mintSecret, SIGNATURE_TOLERANCE_S, signedHeaders, verify } from './signature.ts'

/** The example that the libraries of Standard Webhooks test themselves with. */
const EXAMPLE = {
  secret: new Secret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  at: new Date(1614265330_000),
  raw: Buffer.from('{"test": 2432232314}'),
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
}
const headersOf = (more: Record<string, string> = {}) => ({
  'webhook-id': EXAMPLE.id,
  'webhook-timestamp': '1614265330',
  'webhook-signature': EXAMPLE.signature,
  ...more,
})
const reasonOf = (headers: Record<string, string>, raw = EXAMPLE.raw, at = EXAMPLE.at) => {
  const verdict = verify(raw, headers, [EXAMPLE.secret], at)
  return verdict.ok ? 'ok' : verdict.reason
}

test('the public example passes, and is what we sign ourselves', () => {
  assert.equal(reasonOf(headersOf()), 'ok')
  assert.deepEqual(signedHeaders(EXAMPLE.id, EXAMPLE.raw, [EXAMPLE.secret], EXAMPLE.at), headersOf())
})

test('a minted secret has 256 bits and signs both ways', () => {
  const text = mintSecret(systemRandomness)
  assert.match(text, /^whsec_[A-Za-z0-9+/]{43}=$/)
  assert.notEqual(mintSecret(systemRandomness), text)
  const secret = new Secret(text)
  const headers = signedHeaders('a', EXAMPLE.raw, [secret], EXAMPLE.at)
  assert.equal(verify(EXAMPLE.raw, headers, [EXAMPLE.secret, secret], EXAMPLE.at).ok, true)
})

test('a call signed with both secrets of a rotation satisfies a receiver that knows either', () => {
  const other = new Secret(mintSecret(systemRandomness))
  const headers = signedHeaders('a', EXAMPLE.raw, [other, EXAMPLE.secret], EXAMPLE.at)
  assert.equal(headers['webhook-signature'].split(' ').length, 2)
  for (const secret of [other, EXAMPLE.secret]) {
    assert.equal(verify(EXAMPLE.raw, headers, [secret], EXAMPLE.at).ok, true)
  }
})

test('the tolerance is five minutes to the second, both ways', () => {
  assert.equal(SIGNATURE_TOLERANCE_S, 300)
  const at = (seconds: number) => new Date(EXAMPLE.at.getTime() + seconds * 1000)
  assert.equal(reasonOf(headersOf(), EXAMPLE.raw, at(300)), 'ok')
  assert.equal(reasonOf(headersOf(), EXAMPLE.raw, at(301)), 'too_old')
  assert.equal(reasonOf(headersOf(), EXAMPLE.raw, at(-300)), 'ok')
  assert.equal(reasonOf(headersOf(), EXAMPLE.raw, at(-301)), 'too_new')
})

test('other schemes are passed over, other spellings refused', () => {
  const list = `v1a,${'A'.repeat(86)}== ${EXAMPLE.signature}`
  assert.equal(reasonOf(headersOf({ 'webhook-signature': list })), 'ok')
  const bare = EXAMPLE.signature.slice(3)
  const forms = [`v2,${bare}`, `V1,${bare}`, `v1,${bare.slice(0, -1)}`, `v1,${bare} `, `v1=${bare}`, bare, 'v1,', ' ']
  for (const form of forms) assert.notEqual(reasonOf(headersOf({ 'webhook-signature': form })), 'ok', form)
  const many = Array.from({ length: 11 }, () => EXAMPLE.signature).join(' ')
  assert.equal(reasonOf(headersOf({ 'webhook-signature': many })), 'bad_header')
  for (const time of ['', '-1614265330', '1614265330.0', '1e9', '0x6037a2f2', ' 1614265330', '9'.repeat(13)]) {
    assert.equal(reasonOf(headersOf({ 'webhook-timestamp': time })), 'bad_header', time)
  }
  for (const id of ['', 'a b', 'a\n', 'ক', 'x'.repeat(201)]) {
    assert.equal(reasonOf(headersOf({ 'webhook-id': id })), 'bad_header', id)
  }
})

test('a captured call cannot be read as another id, time and body', () => {
  const at = new Date(1614265331_000)
  const signed = signedHeaders('evt.1614265330', EXAMPLE.raw, [EXAMPLE.secret], at)
  assert.equal(reasonOf(signed, EXAMPLE.raw, at), 'ok')
  const shifted = { ...signed, 'webhook-id': 'evt', 'webhook-timestamp': '1614265330' }
  assert.notEqual(reasonOf(shifted, Buffer.concat([Buffer.from('1614265331.'), EXAMPLE.raw]), at), 'ok')
})
