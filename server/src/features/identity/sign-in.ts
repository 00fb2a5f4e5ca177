/**
 * Sign-in, and the check of a password that sign-in and password change share. A try is counted before the password is
 * looked at; wrong, unknown, disabled and locked get one answer with the same status, body and headers.
 */
import type { signIn as endpoint } from '@central-desk/contract/session.ts'
import type { FastifyRequest } from 'fastify'
import { networkOf } from '../../kernel/rate-limit.ts'
import { type RefusalDetails, refuse } from '../../kernel/refusal.ts'
import type { CallOrigin } from '../../kernel/scope.ts'
import type { Call } from '../../kernel/web/routes.ts'
import { normaliseEmail } from './email.ts'
import type { CountedTry } from './lockout.ts'
import type { StoredPassword } from './passwords.ts'
import type { IdentityParts } from './parts.ts'
import { lockUserWithPassword, storeRehash, type UserRow, userByEmail } from './queries.ts'
import { beginSession, knownDevice, writeCookies } from './sessions.ts'
import { viewOf, visitView } from './session-view.ts'
import { beginStep, STEP_MS } from './sign-in-step.ts'
import { BUSY } from './strength.ts'

/** Whose devices are looked for when an address has no user: nobody's. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

type Trial = {
  readonly email: string
  readonly password: string
  readonly request: FastifyRequest
  readonly origin: CallOrigin
  /** Said with the one refusal there is. */
  readonly refusal?: RefusalDetails
}
export type Proven = { readonly user: UserRow; readonly counted: CountedTry }

/** Gives the user whose password it is, or refuses. The caller settles the counted try in the transaction that follows. */
export async function provePassword(parts: IdentityParts, trial: Trial): Promise<Proven> {
  const { email, password, request, origin } = trial
  const { user, counted } = await parts.doors.inSystem('identity.sign-in', 'desk_auth', async ({ db, now }) => {
    const user = await userByEmail(db, email)
    const device = await knownDevice(parts, db, request, user?.id ?? NOBODY)
    const path = device ? { device } : { network: networkOf(origin.ip ?? '') }
    return { user, counted: await parts.lanes.count(db, email, path, now) }
  })
  const wrong = () => refuse('wrong_credentials', trial.refusal)
  if (!counted.isAllowed) throw wrong()
  const stored = user ? { hash: user.password_hash, pepperVersion: user.pepper_version } : null
  const verdict = await parts.passwords.verifyPassword(password, stored)
  if (verdict === 'busy') {
    await parts.doors.inSystem('identity.sign-in', 'desk_auth', ({ db }) => parts.lanes.giveBack(db, counted))
    throw refuse('busy', BUSY)
  }
  if (verdict === 'mismatch' || !user || user.disabled_at !== null) throw wrong()
  return { user, counted }
}

export async function signIn(parts: IdentityParts, call: Call<typeof endpoint>) {
  const { body, request, origin } = call
  const proven = await provePassword(parts, {
    email: normaliseEmail(body.email),
    password: body.password,
    request,
    origin,
  })
  const { user, counted } = proven
  const renewed = await renewedHash(parts, user, body.password)
  const begun = await parts.doors.inSystem('identity.sign-in', 'desk_auth', async ({ db, now }) => {
    // A password that was changed while this one was looked at opens nothing any more.
    if (!(await lockUserWithPassword(db, user.id, user.password_hash))) return null
    if (renewed) await storeRehash(db, user.id, renewed)
    await parts.lanes.succeed(db, counted)
    const from = { userId: user.id, isSharedComputer: body.sharedComputer, request, origin }
    if (user.has_second_factor) return { step: await beginStep(parts, db, now, user, from) }
    return beginSession(parts, db, now, { ...from, hasProvenSecondFactor: false })
  })
  if (!begun) throw refuse('wrong_credentials')
  if ('step' in begun) {
    parts.cookies.write(call.reply, 'step', begun.step.token, STEP_MS / 1000)
    return visitView(parts, request, call.reply, begun.step.expiresAt)
  }
  writeCookies(parts, call.reply, begun)
  return viewOf(parts, begun.session)
}

/** The same password under today's cost and pepper, when the kept hash is of yesterday's. Never worth waiting for. */
async function renewedHash(parts: IdentityParts, user: UserRow, password: string): Promise<StoredPassword | null> {
  const stored = { hash: user.password_hash, pepperVersion: user.pepper_version }
  if (!parts.passwords.needsRehash(stored)) return null
  const renewed = await parts.passwords.hashPassword(password)
  return renewed === 'busy' ? null : renewed
}
