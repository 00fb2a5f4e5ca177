/**
 * Who a visitor says they are, vouched for by the site that shows the widget: a JWT signed with HS256 under the inbox's
 * secret (its UTF-8 bytes, as every JWT library takes a text), with `sub`, `aud` the inbox key and `exp` within a day.
 * Refuses every other algorithm whatever the token says, so that neither `none` nor a public key passes as a secret,
 * and reads no claim before the signature fits.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Randomness } from '../../kernel/clock.ts'
import type { Secret } from '../../kernel/secret.ts'
import type { ExternalContactId, IdentityVerdict } from '../port.ts'
import { cleanName, isKeepableId, isUnreadable, readJson } from '../reading.ts'

export const IDENTITY_LIFETIME_MAX_S = 24 * 3600
/** A site's clock may run ahead of ours; an expired token gets no such grace. */
const CLOCK_SKEW_S = 60
const TOKEN_CHARACTERS_MAX = 4_000
const SECRET_BYTES = 32
const SECRET_PREFIX = 'wchat_'
const TOKEN = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/
const EMAIL = /^[^\s@]+@[^\s@]+$/

const TokenHead = Compile(Type.Object({ alg: Type.Literal('HS256'), crit: Type.Optional(Type.Never()) }))
const Claims = Compile(
  Type.Object({
    sub: Type.String({ minLength: 1, maxLength: LIMITS.externalIdCharacters }),
    aud: Type.Union([Type.String(), Type.Array(Type.String(), { maxItems: 10 })]),
    exp: Type.Number({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    nbf: Type.Optional(Type.Number()),
    name: Type.Optional(Type.Union([Type.String({ maxLength: LIMITS.nameCharacters }), Type.Null()])),
    email: Type.Optional(Type.Union([Type.String({ maxLength: LIMITS.emailCharacters }), Type.Null()])),
  }),
)

const refused = (reason: Extract<IdentityVerdict, { ok: false }>['reason']): IdentityVerdict => ({ ok: false, reason })

export function mintSecret(randomness: Randomness): string {
  return SECRET_PREFIX + randomness.bytes(SECRET_BYTES).toString('base64url')
}

const IDENTIFIED = 'id:'

/** Prefixes keep the two kinds apart: no site can sign a `sub` that is an anonymous visitor of somebody else. */
export function anonymousContactId(visitorId: string): ExternalContactId {
  return `anon:${visitorId}` as ExternalContactId
}

export function identifiedContactId(subject: string): ExternalContactId {
  return `${IDENTIFIED}${subject}` as ExternalContactId
}

/** What the site calls the person; an anonymous visitor's id is a number of ours and says nothing. */
export function readableContactId(id: ExternalContactId): string | null {
  return id.startsWith(IDENTIFIED) ? id.slice(IDENTIFIED.length) : null
}

function readPart(part: string): unknown {
  const read = readJson(Buffer.from(part, 'base64url'))
  return isUnreadable(read) ? undefined : read.value
}

/** Compares text with text, every secret in turn, in constant time. */
function isSigned(signed: string, signature: string, secrets: readonly Secret[]): boolean {
  const given = Buffer.from(signature, 'latin1')
  let found = false
  for (const secret of secrets) {
    const mac = createHmac('sha256', Buffer.from(secret.reveal(), 'utf8')).update(signed).digest('base64url')
    const expected = Buffer.from(mac, 'latin1')
    found = (given.length === expected.length && timingSafeEqual(given, expected)) || found
  }
  return found
}

function readClaims(claims: unknown, inboxKey: string, now: Date): IdentityVerdict {
  if (!Claims.Check(claims)) return refused('bad_claim')
  const seconds = now.getTime() / 1000
  const audiences = typeof claims.aud === 'string' ? [claims.aud] : claims.aud
  if (!audiences.includes(inboxKey)) return refused('wrong_audience')
  if (claims.exp <= seconds) return refused('expired')
  if (claims.exp > seconds + IDENTITY_LIFETIME_MAX_S + CLOCK_SKEW_S) return refused('too_long_lived')
  if (claims.nbf !== undefined && claims.nbf > seconds + CLOCK_SKEW_S) return refused('not_yet_valid')
  if (!isKeepableId(claims.sub)) return refused('bad_claim')
  const email = cleanName(claims.email)
  if (email !== null && !EMAIL.test(email)) return refused('bad_claim')
  const identity = {
    externalId: identifiedContactId(claims.sub),
    name: cleanName(claims.name),
    email,
    expiresAt: new Date(claims.exp * 1000),
  }
  return { ok: true, identity }
}

export function verifyIdentity(jwt: string, secrets: readonly Secret[], inboxKey: string, now: Date): IdentityVerdict {
  if (secrets.length === 0) return refused('no_secret')
  const parts = jwt.length <= TOKEN_CHARACTERS_MAX ? TOKEN.exec(jwt) : null
  if (!parts) return refused('malformed')
  const [, head, claims, signature] = parts as unknown as [string, string, string, string]
  if (!TokenHead.Check(readPart(head))) return refused('wrong_algorithm')
  if (!isSigned(`${head}.${claims}`, signature, secrets)) return refused('wrong_signature')
  return readClaims(readPart(claims), inboxKey, now)
}
