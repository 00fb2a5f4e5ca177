/**
 * A new password: by the user, who proves the present one in the same lanes as a sign-in; or by an operator's link.
 * Either way every other session and every known device of the user ends, and so do links that are out.
 */
import type {
  changePassword as changeEndpoint,
  getPasswordReset as getEndpoint,
  usePasswordReset as useEndpoint,
} from '@central-desk/contract/session.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { Database } from '../../kernel/pools.ts'
import type { Call, UserCall } from '../../kernel/web/routes.ts'
import type { IdentityParts } from './parts.ts'
import type { StoredPassword } from './passwords.ts'
import {
  endResets,
  lockUserWithPassword,
  membershipsOf,
  resetByToken,
  storeNewPassword,
  takeReset,
  userById,
} from './queries.ts'
import { endSessionsOf, forgetDevices } from './session-queries.ts'
import { type FoundSession, renewSession, writeCookies } from './sessions.ts'
import { viewOf } from './session-view.ts'
import { provePassword } from './sign-in.ts'
import { hashed, requireStrong } from './strength.ts'
import { tokenHash } from './tokens.ts'

const WRONG_CURRENT = { fields: [{ field: 'current', code: 'wrong_credentials' }] }

export async function changePassword(parts: IdentityParts, call: UserCall<typeof changeEndpoint>) {
  const { body, request, origin } = call
  const session = call.session as FoundSession
  const { user, names } = await parts.doors.inSystem('identity.user', 'desk_auth', async ({ db }) => ({
    user: await userById(db, session.userId),
    names: await workspaceNamesOf(db, session.userId),
  }))
  await requireStrong(body.next, 'next', { name: user.name, email: user.email, workspaceNames: names })
  const trial = { email: user.email, password: body.current, request, origin, refusal: WRONG_CURRENT }
  const proven = await provePassword(parts, trial)
  const next = await hashed(parts, body.next)
  const begun = await parts.doors.inSystem('identity.user', 'desk_auth', async ({ db, now }) => {
    if (!(await lockUserWithPassword(db, user.id, proven.user.password_hash))) throw refuse('conflict')
    await parts.lanes.succeed(db, proven.counted)
    await replacePassword(db, user.id, next, session.sessionId, now)
    const renewed = await renewSession(parts, db, now, session)
    if (!renewed) throw refuse('not_signed_in')
    return renewed
  })
  writeCookies(parts, call.reply, begun)
  return viewOf(parts, begun.session)
}

/** Stores a password and ends what the old one had opened, but for one session. */
async function replacePassword(
  db: Database,
  userId: string,
  stored: StoredPassword,
  keptSession: string | null,
  now: Date,
): Promise<void> {
  await storeNewPassword(db, userId, stored, now)
  await endSessionsOf(db, userId, keptSession, now)
  await forgetDevices(db, userId)
  await endResets(db, userId, now)
}

async function workspaceNamesOf(db: Database, userId: string): Promise<string[]> {
  const memberships = await membershipsOf(db, userId)
  return memberships.map(({ workspaceName }) => workspaceName)
}

/** A reset link that is still good, or a refusal. */
async function openReset(db: Database, token: string, now: Date) {
  const reset = await resetByToken(db, tokenHash(token))
  if (!reset) throw refuse('not_found')
  if (reset.usedAt !== null || reset.expiresAt <= now) throw refuse('gone')
  return reset
}

export async function getPasswordReset(parts: IdentityParts, call: Call<typeof getEndpoint>) {
  const { email, expiresAt } = await parts.doors.inSystem('identity.link', 'desk_auth', ({ db, now }) =>
    openReset(db, call.params.token, now),
  )
  return { email, expiresAt }
}

export async function usePasswordReset(parts: IdentityParts, call: Call<typeof useEndpoint>): Promise<void> {
  const { reset, names } = await parts.doors.inSystem('identity.link', 'desk_auth', async ({ db, now }) => {
    const reset = await openReset(db, call.params.token, now)
    return { reset, names: await workspaceNamesOf(db, reset.userId) }
  })
  await requireStrong(call.body.password, 'password', { name: reset.name, email: reset.email, workspaceNames: names })
  const next = await hashed(parts, call.body.password)
  await parts.doors.inSystem('identity.link', 'desk_auth', async ({ db, now }) => {
    if (!(await takeReset(db, reset.id, now))) throw refuse('gone')
    await replacePassword(db, reset.userId, next, null, now)
    // What was guessed was the old password.
    await parts.lanes.release(db, reset.email)
  })
}
