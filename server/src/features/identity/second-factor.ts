/**
 * The second factor of the user who is signed in, and the second step of a sign-in. Turning it on takes the password and
 * a code that shows that the app has the secret; turning it off takes both again. Either way every other session ends
 * and this one gets a new token. Each workspace of the user finds it in its trail.
 */
import { encodeId } from '@central-desk/contract/ids.ts'
import type * as contract from '@central-desk/contract/second-factor.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { Database } from '../../kernel/pools.ts'
import type { Call, UserCall } from '../../kernel/web/routes.ts'
import type { IdentityParts } from './parts.ts'
import { membershipsOf, type UserRow, userById } from './queries.ts'
import { countCode, newRecoveryCodes, sealTotpSecret, takeCode } from './second-factor-codes.ts'
import {
  confirmTotp,
  copyHasSecondFactor,
  countRecoveryCodes,
  markSession,
  proposeTotp,
  removeSecondFactor,
  selectTotp,
  storeRecoveryCodes,
} from './second-factor-queries.ts'
import { endSessionsOf } from './session-queries.ts'
import { viewOf } from './session-view.ts'
import { beginSession, type Begun, type FoundSession, renewSession, writeCookies } from './sessions.ts'
import { provePassword } from './sign-in.ts'
import { openStep, takeStep } from './sign-in-step.ts'
import { base32, TOTP, totpUri } from './totp.ts'

const wrongCode = () => refuse('wrong_code', { fields: [{ field: 'code', code: 'wrong_code' }] })
const WRONG_PASSWORD = { fields: [{ field: 'password', code: 'wrong_credentials' }] }

/** The second step of signing in. */
export async function proveSecondFactor(parts: IdentityParts, call: Call<typeof contract.proveSecondFactor>) {
  const { request, origin, body } = call
  const step = await openStep(parts, request)
  if (!step) throw refuse('gone')
  const counted = await countCode(parts, step, call)
  if (!counted.isAllowed) throw wrongCode()
  const begun = await parts.doors.inSystem(
    'identity.sign-in',
    'desk_auth',
    async ({ db, now }): Promise<Begun | null> => {
      if (!(await takeCode(parts, db, step.userId, body.code, now))) return null
      if (!(await takeStep(db, step.hash, now))) return null
      await parts.lanes.succeed(db, counted)
      const { userId, isSharedComputer } = step
      return beginSession(parts, db, now, { userId, isSharedComputer, hasProvenSecondFactor: true, request, origin })
    },
  )
  if (!begun) throw wrongCode()
  parts.cookies.clear(call.reply, 'step')
  writeCookies(parts, call.reply, begun)
  return viewOf(parts, begun.session)
}

export async function getSecondFactor(parts: IdentityParts, call: UserCall<typeof contract.getSecondFactor>) {
  const { userId } = call.session
  return parts.doors.inSystem('identity.user', 'desk_auth', async ({ db }) => {
    const totp = await selectTotp(db, userId)
    const onSince = totp?.confirmed_at ?? null
    return { onSince, recoveryCodesLeft: onSince ? await countRecoveryCodes(db, userId) : 0 }
  })
}

export async function beginSecondFactor(parts: IdentityParts, call: UserCall<typeof contract.beginSecondFactor>) {
  const user = await prove(parts, call, call.body.password)
  const secret = parts.randomness.bytes(TOTP.secretBytes)
  const sealed = sealTotpSecret(parts, user.id, secret)
  const isProposed = await parts.doors.inSystem('identity.user', 'desk_auth', ({ db, now }) =>
    proposeTotp(db, user.id, sealed, now),
  )
  if (!isProposed) throw refuse('conflict')
  return { secret: base32(secret), uri: totpUri(secret, user.email) }
}

export async function confirmSecondFactor(parts: IdentityParts, call: UserCall<typeof contract.confirmSecondFactor>) {
  const codes = newRecoveryCodes(parts, call.session.userId)
  const begun = await withCode(parts, call, async (db, now, session) => {
    if (!(await confirmTotp(db, session.userId, now))) throw refuse('conflict')
    await storeRecoveryCodes(db, session.userId, codes.keys, now)
    await endSessionsOf(db, session.userId, session.sessionId, now)
    return now
  })
  await tellWorkspaces(parts, call, true)
  writeCookies(parts, call.reply, begun)
  return { recoveryCodes: codes.shown, session: await viewOf(parts, begun.session) }
}

export async function replaceRecoveryCodes(parts: IdentityParts, call: UserCall<typeof contract.replaceRecoveryCodes>) {
  const codes = newRecoveryCodes(parts, call.session.userId)
  const begun = await withCode(parts, call, async (db, now, session) => {
    const totp = await selectTotp(db, session.userId)
    if (!totp?.confirmed_at) throw refuse('conflict')
    await storeRecoveryCodes(db, session.userId, codes.keys, now)
    return now
  })
  writeCookies(parts, call.reply, begun)
  return { recoveryCodes: codes.shown, session: await viewOf(parts, begun.session) }
}

export async function endSecondFactor(parts: IdentityParts, call: UserCall<typeof contract.endSecondFactor>) {
  await prove(parts, call, call.body.password)
  const begun = await withCode(parts, call, async (db, now, session) => {
    if (!(await removeSecondFactor(db, session.userId))) throw refuse('conflict')
    await endSessionsOf(db, session.userId, session.sessionId, now)
    return null
  })
  await tellWorkspaces(parts, call, false)
  writeCookies(parts, call.reply, begun)
  return viewOf(parts, begun.session)
}

type OwnCall = Pick<UserCall<never>, 'session' | 'request' | 'origin' | 'reply'>

/** The password of the user who is signed in, in the same lanes as a sign-in. */
async function prove(parts: IdentityParts, call: OwnCall, password: string): Promise<UserRow> {
  const { request, origin, session } = call
  const own = await parts.doors.inSystem('identity.user', 'desk_auth', ({ db }) => userById(db, session.userId))
  const { user, counted } = await provePassword(parts, {
    email: own.email,
    password,
    request,
    origin,
    refusal: WRONG_PASSWORD,
  })
  await parts.doors.inSystem('identity.user', 'desk_auth', ({ db }) => parts.lanes.succeed(db, counted))
  return user
}

/**
 * Takes a code and does what it was given for, in one transaction, and renews the session. `work` answers when this
 * session proved a second factor: now, or, when there is none any more, null.
 */
async function withCode(
  parts: IdentityParts,
  call: OwnCall & { readonly body: { readonly code: string } },
  work: (db: Database, now: Date, session: FoundSession) => Promise<Date | null>,
): Promise<Begun> {
  const session = call.session as FoundSession
  const { email } = await parts.doors.inSystem('identity.user', 'desk_auth', ({ db }) => userById(db, session.userId))
  const counted = await countCode(parts, { userId: session.userId, email }, call)
  if (!counted.isAllowed) throw wrongCode()
  const begun = await parts.doors.inSystem('identity.user', 'desk_auth', async ({ db, now }) => {
    if (!(await takeCode(parts, db, session.userId, call.body.code, now))) return null
    const secondFactorAt = await work(db, now, session)
    await parts.lanes.succeed(db, counted)
    await markSession(db, session.sessionId, secondFactorAt)
    const renewed = await renewSession(parts, db, now, { ...session, secondFactorAt })
    if (!renewed) throw refuse('not_signed_in')
    return renewed
  })
  if (!begun) throw wrongCode()
  return begun
}

/** The copies of each workspace, and an entry in its trail. */
async function tellWorkspaces(parts: IdentityParts, call: OwnCall, isOn: boolean): Promise<void> {
  const { userId } = call.session
  const memberships = await parts.doors.inSystem('identity.user', 'desk_auth', async ({ db }) => {
    await copyHasSecondFactor(db, userId, isOn)
    return membershipsOf(db, userId)
  })
  const action = isOn ? 'member.second_factor_on' : 'member.second_factor_off'
  for (const { workspaceId, memberId, role } of memberships) {
    const actor = { kind: 'member', memberId, userId, role } as const
    const options = {
      workspaceId,
      actor,
      door: 'desk_auth',
      withoutKeys: true,
      origin: call.origin,
      promisedAudit: action,
    } as const
    await parts.doors.inWorkspace(options, async (tx) => {
      tx.audit({ action, target: encodeId('member', memberId) })
      tx.publish({ kind: 'members.changed' })
    })
  }
}
