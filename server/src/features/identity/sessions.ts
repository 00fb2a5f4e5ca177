/**
 * Sessions: an opaque token in a cookie, its hash in the database. A session ends after seven idle days, after thirty
 * days whatever happens, after eight hours on a shared computer, and at once by sign-out or a new password. Idle time
 * is what a person does, never what a screen polls. Each sign-in makes a new token, so none can be planted beforehand.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../../kernel/pools.ts'
import type { CallOrigin } from '../../kernel/scope.ts'
import type { CookieCarrier } from '../../kernel/web/cookies.ts'
import type { LiveSession } from '../../kernel/web/routes.ts'
import type { IdentityParts } from './parts.ts'
import {
  endSessionByToken,
  insertSession,
  isKnownDevice,
  isLive,
  liveSession,
  rememberDevice,
  rotateToken,
} from './session-queries.ts'
import { deviceHash, newToken, tokenHash } from './tokens.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
export const SESSION = {
  idle_ms: 7 * DAY_MS,
  absolute_ms: 30 * DAY_MS,
  sharedComputer_ms: 8 * HOUR_MS,
  /** Activity is written down at most so often. */
  touch_ms: 60_000,
} as const
/** As long as browsers keep any cookie. */
export const DEVICE_MS = 400 * DAY_MS

/** A session as the authenticator found or a sign-in made it. */
export type FoundSession = LiveSession & {
  readonly lastActiveAt: Date
  readonly expiresAt: Date
  readonly isSharedComputer: boolean
  /** When it proved a second factor; null when it never did. */
  readonly secondFactorAt: Date | null
}

export async function findSession(parts: IdentityParts, request: CookieCarrier): Promise<FoundSession | null> {
  const cookieToken = parts.cookies.read(request, 'session')
  if (cookieToken === null) return null
  const row = await parts.doors.askSystem('identity.session', 'desk_auth', ({ db, now }) =>
    liveSession(db, tokenHash(cookieToken), now, new Date(now.getTime() - SESSION.idle_ms)),
  )
  if (!row) return null
  const { id, ...rest } = row
  return { sessionId: id, cookieToken, ...rest }
}

/** Whether what was promised to a session still holds: it neither ended nor idled out nor ran out. */
export function isSessionLive({ doors }: Pick<IdentityParts, 'doors'>, sessionId: string): Promise<boolean> {
  return doors.askSystem('identity.session', 'desk_auth', ({ db, now }) =>
    isLive(db, sessionId, now, new Date(now.getTime() - SESSION.idle_ms)),
  )
}

export function idleExpiryOf(session: FoundSession): Date {
  const idle_ms = session.lastActiveAt.getTime() + SESSION.idle_ms
  return new Date(Math.min(idle_ms, session.expiresAt.getTime()))
}

export type Beginning = {
  readonly userId: string
  readonly isSharedComputer: boolean
  readonly hasProvenSecondFactor: boolean
  readonly request: FastifyRequest
  readonly origin: CallOrigin
}
/** What to tell the browser once the transaction has committed. */
export type Begun = { readonly session: FoundSession; readonly deviceToken: string | null }

/** Makes a session and remembers the device; the session this browser had before ends. */
export async function beginSession(parts: IdentityParts, db: Database, now: Date, from: Beginning): Promise<Begun> {
  const { userId, isSharedComputer, request, origin } = from
  const before = parts.cookies.read(request, 'session')
  if (before !== null) await endSessionByToken(db, tokenHash(before), now)
  const cookieToken = newToken(parts.randomness)
  const lasts_ms = isSharedComputer ? SESSION.sharedComputer_ms : SESSION.absolute_ms
  const session = {
    sessionId: parts.mint.next(),
    userId,
    cookieToken,
    lastActiveAt: now,
    expiresAt: new Date(now.getTime() + lasts_ms),
    isSharedComputer,
    secondFactorAt: from.hasProvenSecondFactor ? now : null,
  }
  await insertSession(db, {
    id: session.sessionId,
    hash: tokenHash(cookieToken),
    userId,
    isSharedComputer,
    secondFactorAt: session.secondFactorAt,
    now,
    expiresAt: session.expiresAt,
    ip: origin.ip,
    userAgent: origin.userAgent,
  })
  if (isSharedComputer) return { session, deviceToken: null }
  const known = parts.cookies.read(request, 'device')
  return { session, deviceToken: await keepDevice(parts, db, now, userId, known) }
}

/** Gives a live session a new token, as after a password change. Null when it ended meanwhile. */
export async function renewSession(
  parts: IdentityParts,
  db: Database,
  now: Date,
  session: FoundSession,
): Promise<Begun | null> {
  const cookieToken = newToken(parts.randomness)
  const { sessionId, userId, isSharedComputer } = session
  const change = { sessionId, from: tokenHash(session.cookieToken), to: tokenHash(cookieToken), now }
  if (!(await rotateToken(db, change))) return null
  // A new device token too: whoever holds a copy of the old one is a stranger again.
  const deviceToken = isSharedComputer ? null : await keepDevice(parts, db, now, userId, null)
  return { session: { ...session, cookieToken, lastActiveAt: now }, deviceToken }
}

async function keepDevice(
  parts: IdentityParts,
  db: Database,
  now: Date,
  userId: string,
  known: string | null,
): Promise<string> {
  const deviceToken = known ?? newToken(parts.randomness)
  await rememberDevice(db, deviceHash(deviceToken, userId), userId, now)
  return deviceToken
}

/** The hash of this browser's device when that user has signed in with it before, else null. */
export async function knownDevice(
  parts: IdentityParts,
  db: Database,
  request: FastifyRequest,
  userId: string,
): Promise<Buffer | null> {
  // The look-up is made whether or not there is a cookie: every try costs the same.
  const hash = deviceHash(parts.cookies.read(request, 'device') ?? '', userId)
  return (await isKnownDevice(db, hash, userId)) ? hash : null
}

export function writeCookies(parts: IdentityParts, reply: FastifyReply, begun: Begun): void {
  const { session, deviceToken } = begun
  const left_s = Math.floor((session.expiresAt.getTime() - parts.clock.now().getTime()) / 1000)
  parts.cookies.write(reply, 'session', session.cookieToken, session.isSharedComputer ? null : left_s)
  if (deviceToken !== null) parts.cookies.write(reply, 'device', deviceToken, DEVICE_MS / 1000)
  parts.cookies.clear(reply, 'visit')
}
