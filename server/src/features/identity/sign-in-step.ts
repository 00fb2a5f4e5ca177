/**
 * The moment between the password and the second factor. It is no session and opens nothing: a row that knows whose code
 * is awaited, named by the hash of a token in a cookie of its own. It ends after ten minutes, with its use, and with
 * another password.
 */
import type { FastifyRequest } from 'fastify'
import type { Database } from '../../kernel/pools.ts'
import type { IdentityParts } from './parts.ts'
import { newToken, tokenHash } from './tokens.ts'

export const STEP_MS = 10 * 60_000

export type SignInStep = {
  readonly hash: Buffer
  readonly userId: string
  readonly email: string
  readonly isSharedComputer: boolean
  readonly expiresAt: Date
}

export async function beginStep(
  parts: IdentityParts,
  db: Database,
  now: Date,
  user: { id: string; password_changed_at: Date },
  from: { isSharedComputer: boolean },
): Promise<{ token: string; expiresAt: Date }> {
  const token = newToken(parts.randomness)
  const expiresAt = new Date(now.getTime() + STEP_MS)
  await db
    .insertInto('sign_in_step')
    .values({
      token_hash: tokenHash(token),
      user_id: user.id,
      password_changed_at: user.password_changed_at,
      is_shared_computer: from.isSharedComputer,
      created_at: now,
      expires_at: expiresAt,
    })
    .execute()
  return { token, expiresAt }
}

/** The step of this browser, while it is good; else null. */
export async function openStep(parts: IdentityParts, request: FastifyRequest): Promise<SignInStep | null> {
  const token = parts.cookies.read(request, 'step')
  if (token === null) return null
  const hash = tokenHash(token)
  const found = await parts.doors.inSystem('identity.sign-in', 'desk_auth', ({ db, now }) => goodStep(db, hash, now))
  return found ? { hash, ...found } : null
}

function goodStep(db: Database, hash: Buffer, now: Date) {
  return db
    .selectFrom('sign_in_step as step')
    .innerJoin('app_user', 'app_user.id', 'step.user_id')
    .select([
      'step.user_id as userId',
      'app_user.email',
      'step.is_shared_computer as isSharedComputer',
      'step.expires_at as expiresAt',
    ])
    .where('step.token_hash', '=', hash)
    .where('step.expires_at', '>', now)
    .whereRef('step.password_changed_at', '=', 'app_user.password_changed_at')
    .where('app_user.disabled_at', 'is', null)
    .executeTakeFirst()
}

/** True for exactly one caller, and only while the step is good. */
export async function takeStep(db: Database, hash: Buffer, now: Date): Promise<boolean> {
  if (!(await goodStep(db, hash, now))) return false
  const taken = await db
    .deleteFrom('sign_in_step')
    .where('token_hash', '=', hash)
    .returning('user_id')
    .executeTakeFirst()
  return taken !== undefined
}
