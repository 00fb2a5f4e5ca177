/**
 * What an operator may do for a user at the command line: open the lanes that failed tries have locked, make a link that
 * sets a new password, and take away a second factor that is lost. Each leaves an entry in the trail of every workspace of that user, before the deed, so that
 * nobody helps themselves unseen. Answers null when the address has no user.
 */
import { encodeId } from '@central-desk/contract/ids.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { normaliseEmail } from './email.ts'
import { createLanes, type Lanes } from './lockout.ts'
import { insertReset, membershipsOf, userByEmail, type UserRow } from './queries.ts'
import { copyHasSecondFactor, removeSecondFactor } from './second-factor-queries.ts'
import { endSessionsOf } from './session-queries.ts'
import { newToken, tokenHash } from './tokens.ts'

export type OperatorParts = Pick<Kernel, 'doors' | 'secretFor' | 'randomness' | 'origins'>

export const RESET_LINK_MS = 60 * 60_000

export function lanesOf({ secretFor }: Pick<Kernel, 'secretFor'>): Lanes {
  return createLanes(secretFor('sign-in-lanes'))
}

/** Finds the user and writes the audit entries. */
async function openUser(parts: OperatorParts, address: string, action: string): Promise<UserRow | null> {
  const found = await parts.doors.inSystem('identity.operator', 'desk_auth', async ({ db }) => {
    const user = await userByEmail(db, normaliseEmail(address))
    return user && { user, memberships: await membershipsOf(db, user.id) }
  })
  if (!found) return null
  for (const { workspaceId, memberId } of found.memberships) {
    await parts.doors.inWorkspace(
      { workspaceId, actor: { kind: 'operator' }, door: 'desk_auth', withoutKeys: true, promisedAudit: action },
      async (tx) => tx.audit({ action, target: encodeId('member', memberId) }),
    )
  }
  return found.user
}

export async function unlockUser(parts: OperatorParts, address: string): Promise<true | null> {
  const user = await openUser(parts, address, 'member.unlocked')
  if (!user) return null
  await parts.doors.inSystem('identity.operator', 'desk_auth', ({ db }) => lanesOf(parts).release(db, user.email))
  return true
}

/** For somebody whose phone and recovery codes are gone: the password alone opens again. */
export async function endSecondFactorOf(parts: OperatorParts, address: string): Promise<boolean | null> {
  const user = await openUser(parts, address, 'member.second_factor_removed')
  if (!user) return null
  return parts.doors.inSystem('identity.operator', 'desk_auth', async ({ db, now }) => {
    await endSessionsOf(db, user.id, null, now)
    await copyHasSecondFactor(db, user.id, false)
    return removeSecondFactor(db, user.id)
  })
}

export async function makeResetLink(
  parts: OperatorParts,
  address: string,
): Promise<{ link: string; expiresAt: Date } | null> {
  const user = await openUser(parts, address, 'member.reset_link_made')
  if (!user) return null
  const token = newToken(parts.randomness)
  const expiresAt = await parts.doors.inSystem('identity.operator', 'desk_auth', async ({ db, now, nextId }) => {
    const expiresAt = new Date(now.getTime() + RESET_LINK_MS)
    await insertReset(db, { id: nextId(), hash: tokenHash(token), userId: user.id, now, expiresAt })
    return expiresAt
  })
  return { link: `${parts.origins.desk}/reset/${token}`, expiresAt }
}
