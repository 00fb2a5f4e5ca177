/**
 * What a screen is told about who is signed in: the user, the workspaces, and the CSRF token of this session; before
 * sign-in, the token of the visit. Membership and role are read afresh each time.
 */
import { LANGUAGES, type Preferences } from '@central-desk/contract/session.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { IdentityParts } from './parts.ts'
import { membershipsOf, type UserRow, userById } from './queries.ts'
import { type FoundSession, findSession, idleExpiryOf } from './sessions.ts'
import { openStep } from './sign-in-step.ts'
import { newToken } from './tokens.ts'

const DEFAULTS: Preferences = {
  theme: 'system',
  language: LANGUAGES[0],
  latinDigits: false,
  enterSends: false,
  singleKeys: true,
  compactList: false,
  sound: false,
}

/** Only what differs from the defaults has to be kept. */
export function preferencesOf(user: Pick<UserRow, 'preferences'>): Preferences {
  return { ...DEFAULTS, ...(user.preferences as Partial<Preferences>) }
}

export function currentUserOf(user: UserRow) {
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    preferences: preferencesOf(user),
    hasSecondFactor: user.has_second_factor,
  }
}

export async function viewOf(parts: IdentityParts, session: FoundSession) {
  const { user, rows } = await parts.doors.inSystem('identity.user', 'desk_auth', async ({ db }) => ({
    user: await userById(db, session.userId),
    rows: await membershipsOf(db, session.userId),
  }))
  return {
    user: currentUserOf(user),
    memberships: rows.map(({ memberId, role, workspaceId, slug, workspaceName, secondFactorFrom }) => ({
      memberId,
      role,
      workspace: { id: workspaceId, slug, name: workspaceName },
      secondFactorFrom,
    })),
    csrfToken: parts.csrf.tokenFor(session.cookieToken),
    idleExpiresAt: idleExpiryOf(session),
    secondFactorUntil: null,
  }
}

/** The session if there is one; else a visit, which begins here and ends with the browser or with a sign-in. */
export async function readSession(parts: IdentityParts, request: FastifyRequest, reply: FastifyReply) {
  const session = await findSession(parts, request)
  if (session) return viewOf(parts, session)
  if (parts.cookies.read(request, 'session') !== null) parts.cookies.clear(reply, 'session')
  const step = await openStep(parts, request)
  return visitView(parts, request, reply, step?.expiresAt ?? null)
}

/** What somebody is told who is not signed in: the token of the visit, and whether a code is awaited. */
export function visitView(
  parts: IdentityParts,
  request: FastifyRequest,
  reply: FastifyReply,
  secondFactorUntil: Date | null,
) {
  let visit = parts.cookies.read(request, 'visit')
  if (visit === null) {
    visit = newToken(parts.randomness)
    parts.cookies.write(reply, 'visit', visit, null)
  }
  const csrfToken = parts.csrf.tokenFor(visit)
  return { user: null, memberships: [], csrfToken, idleExpiresAt: null, secondFactorUntil }
}
