/**
 * Links to files: a token that says which file of which workspace, for whom and until when, under a MAC of this desk.
 * It is bound to a session and its member, or to a visitor; whether those still live is asked at each read, so a link
 * in a forwarded page or an old log opens nothing. Times are rounded, so that lists read within a few minutes give the
 * same address and a browser need not fetch an image twice.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../kernel/clock.ts'

export type LinkReader =
  | {
      readonly kind: 'member'
      readonly workspaceId: string
      readonly sessionId: string
      readonly memberId: string
    }
  | { readonly kind: 'visitor'; readonly workspaceId: string; readonly visitorId: string }

/** Gives the address of an attachment. */
export type LinkFor = (attachmentId: string) => string

/** A link is good for at least ten minutes, and at most for this much longer. */
export const LINK_LIFETIME_MS = 10 * 60_000
export const LINK_ROUNDING_MS = 5 * 60_000

const FORMAT = 1
const KINDS = ['member', 'visitor'] as const
const UUID_BYTES = 16
const EXPIRY_BYTES = 6
const HEAD_BYTES = 2
const BODY_BYTES = HEAD_BYTES + 4 * UUID_BYTES + EXPIRY_BYTES
const MAC_BYTES = 32
const NOBODY = '00000000-0000-0000-0000-000000000000'

export type ReadLink = { readonly attachmentId: string; readonly reader: LinkReader }

export interface Links {
  linksFor(reader: LinkReader): LinkFor
  /** `expired` for a good link that has run out, null for what is no link of ours. */
  read(token: string): ReadLink | 'expired' | null
}

export function createLinks(secret: Buffer, clock: Clock, filesOrigin: string): Links {
  const macOf = (body: Buffer) => createHmac('sha256', secret).update(body).digest()

  return {
    linksFor(reader) {
      const now_ms = clock.now().getTime()
      const expiry_ms = Math.ceil(now_ms / LINK_ROUNDING_MS) * LINK_ROUNDING_MS + LINK_LIFETIME_MS
      return (attachmentId) => {
        const body = writeBody(reader, attachmentId, expiry_ms)
        return `${filesOrigin}/a/${Buffer.concat([body, macOf(body)]).toString('base64url')}`
      }
    },
    read(token) {
      const bytes = Buffer.from(token, 'base64url')
      // One spelling for each token: base64url lets unused bits and foreign letters pass.
      if (bytes.length !== BODY_BYTES + MAC_BYTES || bytes.toString('base64url') !== token) return null
      const body = bytes.subarray(0, BODY_BYTES)
      if (!timingSafeEqual(bytes.subarray(BODY_BYTES), macOf(body))) return null
      if (body.readUIntBE(BODY_BYTES - EXPIRY_BYTES, EXPIRY_BYTES) <= clock.now().getTime()) return 'expired'
      return readBody(body)
    },
  }
}

function writeBody(reader: LinkReader, attachmentId: string, expiry_ms: number): Buffer {
  const [first, second] = reader.kind === 'member' ? [reader.sessionId, reader.memberId] : [reader.visitorId, NOBODY]
  const expiry = Buffer.alloc(EXPIRY_BYTES)
  expiry.writeUIntBE(expiry_ms, 0, EXPIRY_BYTES)
  return Buffer.concat([
    Buffer.from([FORMAT, KINDS.indexOf(reader.kind)]),
    ...[reader.workspaceId, attachmentId, first, second].map(uuidBytes),
    expiry,
  ])
}

function readBody(body: Buffer): ReadLink | null {
  if (body[0] !== FORMAT) return null
  const [workspaceId, attachmentId, first, second] = [0, 1, 2, 3].map((place) => uuidAt(body, place)) as [
    string,
    string,
    string,
    string,
  ]
  const reader: LinkReader =
    KINDS[body[1] ?? 0] === 'member'
      ? { kind: 'member', workspaceId, sessionId: first, memberId: second }
      : { kind: 'visitor', workspaceId, visitorId: first }
  return { attachmentId, reader }
}

function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex')
}

function uuidAt(body: Buffer, place: number): string {
  const from = HEAD_BYTES + place * UUID_BYTES
  const hex = body.toString('hex', from, from + UUID_BYTES)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
