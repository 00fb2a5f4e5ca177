/**
 * The front door of identity. `app.ts` gives it the cookies and the CSRF tokens of the desk origin and takes the
 * authenticator that every route asks who calls; the members room takes link tokens, the operator's commands the verbs
 * that help a user who is locked out.
 */
import type { Kernel } from '../../kernel/kernel.ts'
import { startLoop } from '../../kernel/loop.ts'
import type { CookieJar } from '../../kernel/web/cookies.ts'
import type { Csrf } from '../../kernel/web/csrf.ts'
import type { Routes } from '../../kernel/web/routes.ts'
import { createAuthenticator } from './authenticator.ts'
import { LOCKOUT } from './lockout.ts'
import { lanesOf } from './operator.ts'
import type { IdentityParts } from './parts.ts'
import { createPasswords } from './passwords.ts'
import { sweep } from './queries.ts'
import { mountIdentity } from './routes.ts'
import { secondFactorKeys } from './second-factor-codes.ts'
import { DEVICE_MS, isSessionLive } from './sessions.ts'

export { emailToKeep } from './email.ts'
export { endSecondFactorOf, makeResetLink, type OperatorParts, RESET_LINK_MS, unlockUser } from './operator.ts'
export { newToken, tokenHash } from './tokens.ts'

const SWEEP_PAUSE_MS = 3_600_000
/** Ended sessions stay this long for who asks what happened. */
const ENDED_SESSION_MS = 30 * 24 * 3_600_000
const BUDGET_WINDOW_MS = 10 * 60_000
/** Its number is stored beside each hash; a new pepper gets the next. */
const PEPPER_VERSION = 1

export function createIdentityRoom(kernel: Kernel, web: { cookies: CookieJar; csrf: Csrf }) {
  const pepper = kernel.secretFor(`password-pepper:${PEPPER_VERSION}`)
  const passwords = createPasswords({ peppers: new Map([[PEPPER_VERSION, pepper]]) })
  const secondFactor = secondFactorKeys(kernel.secretFor)
  const parts: IdentityParts = { ...kernel, ...web, passwords, lanes: lanesOf(kernel), secondFactor }

  async function sweepOnce(): Promise<boolean> {
    await kernel.doors.inSystem('identity.sweep', 'desk_auth', ({ db, now }) => {
      const before = (span_ms: number) => new Date(now.getTime() - span_ms)
      return sweep(db, {
        sessionsBefore: before(ENDED_SESSION_MS),
        devicesBefore: before(DEVICE_MS),
        lanesBefore: before(LOCKOUT.forgotten_ms),
        budgetsBefore: before(BUDGET_WINDOW_MS),
      })
    })
    return false
  }

  return {
    authenticator: createAuthenticator(parts),
    isSessionLive: (sessionId: string) => isSessionLive(parts, sessionId),
    /** How many times a password was hashed or verified in this process. */
    passwordEvaluations: passwords.evaluations,
    mount: (routes: Routes) => mountIdentity(routes, parts),
    start: () => startLoop({ name: 'identity', log: kernel.log, longestPause_ms: SWEEP_PAUSE_MS, round: sweepOnce }),
  }
}
