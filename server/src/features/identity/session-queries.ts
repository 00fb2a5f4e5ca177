/** SQL of sessions and of the devices that are known from earlier ones. */
import type { Database } from '../../kernel/pools.ts'

export type NewSession = {
  id: string
  hash: Buffer
  userId: string
  isSharedComputer: boolean
  secondFactorAt: Date | null
  now: Date
  expiresAt: Date
  ip: string | null
  userAgent: string | null
}

export async function insertSession(db: Database, session: NewSession): Promise<void> {
  await db
    .insertInto('session')
    .values({
      id: session.id,
      token_hash: session.hash,
      user_id: session.userId,
      is_shared_computer: session.isSharedComputer,
      second_factor_at: session.secondFactorAt,
      created_at: session.now,
      last_active_at: session.now,
      expires_at: session.expiresAt,
      ip: session.ip,
      user_agent: session.userAgent,
    })
    .execute()
}

/** The session of a token, unless it ended, idled too long, ran out, or its user was disabled. */
export function liveSession(db: Database, hash: Buffer, now: Date, idleSince: Date) {
  return db
    .selectFrom('session')
    .innerJoin('app_user', 'app_user.id', 'session.user_id')
    .select([
      'session.id',
      'session.user_id as userId',
      'session.last_active_at as lastActiveAt',
      'session.expires_at as expiresAt',
      'session.is_shared_computer as isSharedComputer',
      'session.second_factor_at as secondFactorAt',
    ])
    .where('session.token_hash', '=', hash)
    .where('session.ended_at', 'is', null)
    .where('session.last_active_at', '>', idleSince)
    .where('session.expires_at', '>', now)
    .where('app_user.disabled_at', 'is', null)
    .executeTakeFirst()
}

/** The same question of a session by its id, for what was promised to it earlier. */
export async function isLive(db: Database, sessionId: string, now: Date, idleSince: Date): Promise<boolean> {
  const found = await db
    .selectFrom('session')
    .innerJoin('app_user', 'app_user.id', 'session.user_id')
    .select('session.id')
    .where('session.id', '=', sessionId)
    .where('session.ended_at', 'is', null)
    .where('session.last_active_at', '>', idleSince)
    .where('session.expires_at', '>', now)
    .where('app_user.disabled_at', 'is', null)
    .executeTakeFirst()
  return found !== undefined
}

export async function moveActivity(db: Database, sessionId: string, now: Date): Promise<void> {
  await db
    .updateTable('session')
    .set({ last_active_at: now })
    .where('id', '=', sessionId)
    .where('last_active_at', '<', now)
    .execute()
}

/** Gives a session another token; false when it ended meanwhile. */
export async function rotateToken(
  db: Database,
  session: { sessionId: string; from: Buffer; to: Buffer; now: Date },
): Promise<boolean> {
  const rotated = await db
    .updateTable('session')
    .set({ token_hash: session.to, last_active_at: session.now })
    .where('id', '=', session.sessionId)
    .where('token_hash', '=', session.from)
    .where('ended_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return rotated !== undefined
}

export async function endSessionByToken(db: Database, hash: Buffer, now: Date): Promise<void> {
  await db
    .updateTable('session')
    .set({ ended_at: now })
    .where('token_hash', '=', hash)
    .where('ended_at', 'is', null)
    .execute()
}

/** Ends every session of a user but the one named. */
export async function endSessionsOf(db: Database, userId: string, except: string | null, now: Date): Promise<void> {
  let query = db
    .updateTable('session')
    .set({ ended_at: now })
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
  if (except !== null) query = query.where('id', '<>', except)
  await query.execute()
}

export async function isKnownDevice(db: Database, hash: Buffer, userId: string): Promise<boolean> {
  const device = await db
    .selectFrom('known_device')
    .select('user_id')
    .where('token_hash', '=', hash)
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return device !== undefined
}

export async function rememberDevice(db: Database, hash: Buffer, userId: string, now: Date): Promise<void> {
  await db
    .insertInto('known_device')
    .values({ token_hash: hash, user_id: userId, created_at: now, last_used_at: now })
    .onConflict((conflict) => conflict.column('token_hash').doUpdateSet({ last_used_at: now }))
    .execute()
}

export async function forgetDevices(db: Database, userId: string): Promise<void> {
  await db.deleteFrom('known_device').where('user_id', '=', userId).execute()
}
