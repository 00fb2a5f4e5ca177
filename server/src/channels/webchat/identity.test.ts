/**
 * Tokens are made here by hand, so that every way of making a false one can be tried. Each refusal names its reason,
 * or a token refused for the wrong reason would pass for a test.
 */
import assert from 'node:assert/strict'
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { systemRandomness } from '../../kernel/clock.ts'
import { Secret } from '../../kernel/secret.ts'
import { ADAPTERS } from '../registry.ts'

const { webchat } = ADAPTERS
const INBOX_KEY = 'w0shaplacrafts00'
const NOW = new Date('2026-05-25T06:00:00Z')
const SECONDS = NOW.getTime() / 1000
const secret = new Secret(webchat.mintSecret(systemRandomness))
const claims = {
  sub: 'customer-4711',
  aud: INBOX_KEY,
  exp: SECONDS + 3600,
  name: 'Mitu Akter',
  email: 'mitu@example.com',
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const hmac = (signed: string, key: string | Buffer, hash = 'sha256') =>
  createHmac(hash, key).update(signed).digest('base64url')

function token(body: unknown = claims, head: unknown = { alg: 'HS256', typ: 'JWT' }, key = secret.reveal()): string {
  const signed = `${part(head)}.${part(body)}`
  return `${signed}.${hmac(signed, key)}`
}

function verdictOf(jwt: string, secrets = [secret], inboxKey = INBOX_KEY, now = NOW): string {
  const verdict = webchat.verifyIdentity(jwt, secrets, inboxKey, now)
  return verdict.ok ? 'ok' : verdict.reason
}

test('a token of the site says who the visitor is', () => {
  const verdict = webchat.verifyIdentity(token(), [secret], INBOX_KEY, NOW)
  assert.deepEqual(verdict, {
    ok: true,
    identity: {
      externalId: 'id:customer-4711',
      name: 'Mitu Akter',
      email: 'mitu@example.com',
      expiresAt: new Date('2026-05-25T07:00:00Z'),
    },
  })
  const bare = webchat.verifyIdentity(token({ sub: '7', aud: INBOX_KEY, exp: SECONDS + 1 }), [secret], INBOX_KEY, NOW)
  assert.ok(bare.ok && bare.identity.name === null && bare.identity.email === null)
  assert.equal(verdictOf(token({ ...claims, aud: ['other', INBOX_KEY], iat: SECONDS, extra: true })), 'ok')
})

test('no identified visitor has the id of an anonymous one', () => {
  const anonymous = webchat.anonymousContactId('0197061b-6f4c-7a31-9c55-1b2f6a8d9e10')
  const posing = webchat.verifyIdentity(token({ ...claims, sub: anonymous }), [secret], INBOX_KEY, NOW)
  assert.ok(posing.ok && posing.identity.externalId !== anonymous)
})

test('during a rotation either secret is good, a withdrawn one is not', () => {
  const newer = new Secret(webchat.mintSecret(systemRandomness))
  assert.notEqual(newer.reveal(), secret.reveal())
  assert.equal(verdictOf(token(), [newer, secret]), 'ok')
  assert.equal(verdictOf(token(), [newer]), 'wrong_signature')
  assert.equal(verdictOf(token(), []), 'no_secret')
})

test('only HS256 is an algorithm, whatever the token says', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string
  for (const alg of [
    'none',
    'None',
    'NONE',
    'hs256',
    'HS256 ',
    'HS384',
    'HS512',
    'RS256',
    'ES256',
    '',
    null,
    7,
    ['HS256'],
  ]) {
    const signed = `${part({ alg, typ: 'JWT' })}.${part(claims)}`
    assert.equal(verdictOf(`${signed}.${hmac(signed, secret.reveal())}`), 'wrong_algorithm', String(alg))
  }
  const none = `${part({ alg: 'none' })}.${part(claims)}`
  for (const unsigned of [none, `${none}.`]) assert.equal(verdictOf(unsigned), 'malformed')
  const rs256 = `${part({ alg: 'RS256' })}.${part(claims)}`
  const signature = createSign('sha256').update(rs256).sign(privateKey).toString('base64url')
  assert.equal(verdictOf(`${rs256}.${signature}`), 'wrong_algorithm')
  // The classic: HS256 with the public key as the secret.
  assert.equal(verdictOf(token(claims, { alg: 'HS256' }, pem)), 'wrong_signature')
  for (const head of [null, [], 'HS256', {}, { typ: 'JWT' }, { alg: 'HS256', crit: ['exp'] }]) {
    assert.equal(verdictOf(token(claims, head)), 'wrong_algorithm', JSON.stringify(head))
  }
})

test('HS256 is HMAC-SHA256 under the whole secret as it is shown', () => {
  const signed = `${part({ alg: 'HS256' })}.${part(claims)}`
  const bytes = Buffer.from(secret.reveal().replace('wchat_', ''), 'base64url')
  const wrong = [
    hmac(signed, bytes),
    hmac(signed, secret.reveal(), 'sha512'),
    hmac(signed, ''),
    hmac(signed, '[secret]'),
  ]
  for (const signature of wrong) assert.equal(verdictOf(`${signed}.${signature}`), 'wrong_signature')
})

test('an altered token is refused at every letter', () => {
  const jwt = token()
  for (let at = 0; at < jwt.length; at++) {
    const other = jwt[at] === 'A' ? 'B' : 'A'
    assert.notEqual(verdictOf(jwt.slice(0, at) + other + jwt.slice(at + 1)), 'ok', `letter ${at}`)
  }
  const [head, , signature] = jwt.split('.')
  assert.equal(verdictOf(`${head}.${part({ ...claims, sub: 'customer-1' })}.${signature}`), 'wrong_signature')
  for (const form of [`${jwt}=`, `${jwt} `, ` ${jwt}`, `${jwt}.`, `${jwt}.${signature}`, '', '..', 'a.b.c', '.a.b']) {
    assert.notEqual(verdictOf(form), 'ok', form)
  }
})

test('a token of another inbox is refused', () => {
  for (const aud of ['other', '', INBOX_KEY.toUpperCase(), `${INBOX_KEY} `, ['other'], []]) {
    assert.equal(verdictOf(token({ ...claims, aud })), 'wrong_audience', String(aud))
  }
  assert.equal(verdictOf(token(), [secret], 'w0meghnatelecom0'), 'wrong_audience')
  assert.equal(verdictOf(token({ ...claims, aud: undefined })), 'bad_claim')
})

test('a token lives at most a day, and not a second past its end', () => {
  const withEnd = (exp: unknown) => verdictOf(token({ ...claims, exp }))
  assert.equal(withEnd(SECONDS), 'expired')
  assert.equal(withEnd(SECONDS - 86_400), 'expired')
  assert.equal(withEnd(SECONDS + 24 * 3600), 'ok')
  assert.equal(withEnd(SECONDS + 24 * 3600 + 61), 'too_long_lived')
  assert.equal(withEnd(SECONDS + 365 * 86_400), 'too_long_lived')
  assert.equal(withEnd(SECONDS * 1000), 'too_long_lived')
  for (const exp of [undefined, null, '9999999999', `${SECONDS + 60}`, -1, {}, true, 1e300]) {
    assert.equal(withEnd(exp), 'bad_claim', String(exp))
  }
  assert.equal(verdictOf(token({ ...claims, nbf: SECONDS + 120 })), 'not_yet_valid')
  assert.equal(verdictOf(token({ ...claims, nbf: SECONDS - 120 })), 'ok')
})

test('a subject is a text that can be kept', () => {
  const withSubject = (sub: unknown) => verdictOf(token({ ...claims, sub }))
  assert.equal(withSubject('x'.repeat(200)), 'ok')
  assert.equal(withSubject('মিতু'), 'ok')
  for (const sub of [undefined, null, '', 'x'.repeat(201), 7, {}, 'a\u0000b', 'a\nb', '\ud800']) {
    assert.equal(withSubject(sub), 'bad_claim', JSON.stringify(sub))
  }
  for (const more of [
    { name: 7 },
    { name: 'x'.repeat(121) },
    { email: 'no address' },
    { email: 'a@b@c' },
    { email: {} },
  ]) {
    assert.equal(verdictOf(token({ ...claims, ...more })), 'bad_claim', JSON.stringify(more))
  }
})

test('any text gives a verdict and never a crash', () => {
  const signed = fc.tuple(fc.json(), fc.json()).map(([head, body]) => {
    const text = `${Buffer.from(head).toString('base64url')}.${Buffer.from(body).toString('base64url')}`
    return `${text}.${hmac(text, secret.reveal())}`
  })
  const honest = fc.jsonValue().map((body) => token(body))
  const texts = fc.oneof(fc.string(), fc.string({ maxLength: 5_000 }), signed, honest)
  fc.assert(fc.property(texts, (text) => verdictOf(text) !== 'ok'))
})
