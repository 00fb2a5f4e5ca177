/**
 * The signature of an API inbox, in both directions, as in Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`
 * under a `whsec_` secret, spelled `v1,` and base64. Checked in constant time against every secret that is good now.
 * Refuses: a call without its three headers, older or newer than five minutes, or whose bytes could be split into
 * id, time and body in more than one way.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { LIMITS } from '@central-desk/contract/limits.ts'
import type { Randomness } from '../../kernel/clock.ts'
import type { Secret } from '../../kernel/secret.ts'
import type { EventKey, Headers, Verdict } from '../port.ts'

export const SIGNATURE_TOLERANCE_S = 300
/** Two secrets are good during a rotation; a few more entries may be other schemes. */
const SIGNATURES_MAX = 10
const SECRET_PREFIX = 'whsec_'
const SECRET_BYTES = 32
const EVENT_ID = new RegExp(`^[\\x21-\\x7e]{1,${LIMITS.externalIdCharacters}}$`)
/** Scheme, comma, base64. Schemes other than `v1` are passed over. */
const SIGNATURE = /^[a-z0-9]{1,10},[A-Za-z0-9+/]{1,200}={0,2}$/
const SECONDS = /^[0-9]{1,12}$/
const STARTS_LIKE_A_TIME = /^[0-9]{1,12}\./

export function mintSecret(randomness: Randomness): string {
  return SECRET_PREFIX + randomness.bytes(SECRET_BYTES).toString('base64')
}

function signatureOf(secret: Secret, id: string, timestamp: string, raw: Buffer): string {
  const key = Buffer.from(secret.reveal().slice(SECRET_PREFIX.length), 'base64')
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(raw).digest('base64')}`
}

/** Signed with every secret, so that a receiver that knows either one is satisfied. */
export function signedHeaders(
  id: string,
  raw: Buffer,
  secrets: readonly Secret[],
  now: Date,
): { 'webhook-id': string; 'webhook-timestamp': string; 'webhook-signature': string } {
  const timestamp = String(Math.floor(now.getTime() / 1000))
  const signatures = secrets.map((secret) => signatureOf(secret, id, timestamp, raw))
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}

/** Compares text with text: base64 has several spellings of the same bytes, and only one of them is ours. */
function isEqual(given: string, expected: string): boolean {
  const a = Buffer.from(given, 'latin1')
  const b = Buffer.from(expected, 'latin1')
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Every pair is compared, whatever was found before. */
function isSigned(given: readonly string[], expected: readonly string[]): boolean {
  let found = false
  for (const one of expected) {
    for (const other of given) found = isEqual(other, one) || found
  }
  return found
}

export function verify(raw: Buffer, headers: Headers, secrets: readonly Secret[], now: Date): Verdict {
  if (secrets.length === 0) return { ok: false, reason: 'no_secret' }
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp']
  const signature = headers['webhook-signature']
  if (id === undefined || timestamp === undefined || signature === undefined) {
    return { ok: false, reason: 'missing_header' }
  }
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string') {
    return { ok: false, reason: 'bad_header' }
  }
  const given = signature.split(' ')
  const isList = given.length <= SIGNATURES_MAX && given.every((one) => SIGNATURE.test(one))
  if (!EVENT_ID.test(id) || !SECONDS.test(timestamp) || !isList) return { ok: false, reason: 'bad_header' }
  // An id may hold dots. A body that begins like a time would let a captured call be read as another id and time.
  if (STARTS_LIKE_A_TIME.test(raw.subarray(0, 16).toString('latin1'))) return { ok: false, reason: 'bad_header' }
  const expected = secrets.map((secret) => signatureOf(secret, id, timestamp, raw))
  if (!isSigned(given, expected)) return { ok: false, reason: 'wrong_signature' }
  const age = Math.floor(now.getTime() / 1000) - Number(timestamp)
  if (age > SIGNATURE_TOLERANCE_S) return { ok: false, reason: 'too_old' }
  if (age < -SIGNATURE_TOLERANCE_S) return { ok: false, reason: 'too_new' }
  return { ok: true, eventKey: eventKeyOf(id, raw) }
}

/** The bytes are part of the name: a corrected call under the id of one that could not be read is not its repetition. */
function eventKeyOf(id: string, raw: Buffer): EventKey {
  return `${id} ${createHash('sha256').update(raw).digest('base64url')}` as EventKey
}
