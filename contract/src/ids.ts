/**
 * Ids as they cross the wire: a prefix that names the type, and the UUID of the row in Crockford base32.
 * The id says what a thing is, never whose it is: a workspace is never read out of an id.
 * `decodeId` refuses (null) every other prefix, length, letter, case and any value above 128 bits,
 * so that one row has exactly one spelling.
 */
import { type TString, Type } from 'typebox'

/** A string schema that says which kind of id it carries; the router translates by it. */
export type IdSchema = TString & { pattern: string; 'x-id': IdKind }

export const ID_PREFIXES = {
  workspace: 'ws',
  user: 'usr',
  member: 'mem',
  inbox: 'inb',
  contact: 'ctc',
  contactAddress: 'adr',
  conversation: 'cnv',
  message: 'msg',
  note: 'nte',
  attachment: 'att',
  tag: 'tag',
  savedReply: 'rpl',
  inboundEvent: 'ie',
  invitation: 'inv',
  session: 'ses',
  delivery: 'dlv',
  auditEntry: 'aud',
  visitor: 'vis',
  passwordReset: 'pwr',
} as const

export type IdKind = keyof typeof ID_PREFIXES

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const DIGITS = 26
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The JSON Schema of one kind of id. 26 digits hold 130 bits, so the first is at most 7. */
export function idSchema(kind: IdKind): IdSchema {
  const pattern = `^${ID_PREFIXES[kind]}_[0-7][${ALPHABET}]{${DIGITS - 1}}$`
  return Type.String({ pattern, 'x-id': kind }) as IdSchema
}

/** Two digits by the ten bits they stand for. */
const PAIRS = Array.from({ length: 1024 }, (_, bits) => `${ALPHABET[bits >> 5]}${ALPHABET[bits & 31]}`)
const PAIR_BITS = 10
const [DASH, COLON, LETTERS_BEGIN] = [45, 58, 97]

/**
 * Spells a lower-case UUID as an id of that kind. Throws on anything else: our own rows hold nothing else. A list spells
 * hundreds of ids, so the bits are moved by hand: a big integer takes three times as long.
 */
export function encodeId(kind: IdKind, uuid: string): string {
  if (!UUID.test(uuid)) throw new TypeError('encodeId needs a lower-case UUID')
  let id = `${ID_PREFIXES[kind]}_`
  let waiting = 0
  // 128 bits stand in 130, behind two of nought.
  let count = 2
  for (let at = 0; at < uuid.length; at++) {
    const code = uuid.charCodeAt(at)
    if (code === DASH) continue
    waiting = (waiting << 4) | (code < COLON ? code & 15 : code - LETTERS_BEGIN + 10)
    count += 4
    if (count < PAIR_BITS) continue
    count -= PAIR_BITS
    id += PAIRS[waiting >> count]
    waiting &= (1 << count) - 1
  }
  return id
}

/** The UUID behind an id of that kind, or null when it is not one. */
export function decodeId(kind: IdKind, id: string): string | null {
  const prefix = `${ID_PREFIXES[kind]}_`
  if (!id.startsWith(prefix) || id.length !== prefix.length + DIGITS) return null
  let value = 0n
  for (const digit of id.slice(prefix.length)) {
    const worth = ALPHABET.indexOf(digit)
    if (worth < 0) return null
    value = (value << 5n) | BigInt(worth)
  }
  if (value >> 128n !== 0n) return null
  const hex = value.toString(16).padStart(32, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
