/** SQL of the second factor. All of it belongs to a user and is read by desk_auth, the only login that may. */
import type { Database } from '../../kernel/pools.ts'

export function selectTotp(db: Database, userId: string) {
  return db
    .selectFrom('totp')
    .select(['secret_wrapped', 'confirmed_at', 'last_step'])
    .where('user_id', '=', userId)
    .executeTakeFirst()
}

/** A secret that does not count yet; one that counts is never replaced by it. */
export async function proposeTotp(db: Database, userId: string, sealed: Buffer, now: Date): Promise<boolean> {
  const row = { secret_wrapped: sealed, created_at: now, last_step: 0 }
  const proposed = await db
    .insertInto('totp')
    .values({ user_id: userId, ...row })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet(row).where('totp.confirmed_at', 'is', null))
    .returning('user_id')
    .executeTakeFirst()
  return proposed !== undefined
}

/** True for exactly one caller a step, and for none that is not younger than the last. */
export async function takeTotpStep(db: Database, userId: string, step: number): Promise<boolean> {
  const taken = await db
    .updateTable('totp')
    .set({ last_step: step })
    .where('user_id', '=', userId)
    .where('last_step', '<', step)
    .returning('user_id')
    .executeTakeFirst()
  return taken !== undefined
}

export async function confirmTotp(db: Database, userId: string, now: Date): Promise<boolean> {
  const confirmed = await db
    .updateTable('totp')
    .set({ confirmed_at: now })
    .where('user_id', '=', userId)
    .where('confirmed_at', 'is', null)
    .returning('user_id')
    .executeTakeFirst()
  return confirmed !== undefined
}

export async function removeSecondFactor(db: Database, userId: string): Promise<boolean> {
  const removed = await db.deleteFrom('totp').where('user_id', '=', userId).returning('user_id').executeTakeFirst()
  await db.deleteFrom('recovery_code').where('user_id', '=', userId).execute()
  return removed !== undefined
}

export async function storeRecoveryCodes(
  db: Database,
  userId: string,
  codeKeys: readonly Buffer[],
  now: Date,
): Promise<void> {
  await db.deleteFrom('recovery_code').where('user_id', '=', userId).execute()
  await db
    .insertInto('recovery_code')
    .values(codeKeys.map((code_key) => ({ user_id: userId, code_key, created_at: now })))
    .execute()
}

/** True for exactly one caller. */
export async function takeRecoveryCode(db: Database, userId: string, codeKey: Buffer, now: Date): Promise<boolean> {
  const taken = await db
    .updateTable('recovery_code')
    .set({ used_at: now })
    .where('user_id', '=', userId)
    .where('code_key', '=', codeKey)
    .where('used_at', 'is', null)
    .returning('user_id')
    .executeTakeFirst()
  return taken !== undefined
}

export async function countRecoveryCodes(db: Database, userId: string): Promise<number> {
  const { count } = await db
    .selectFrom('recovery_code')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return count
}

/** This session has proved it now. */
export async function markSession(db: Database, sessionId: string, at: Date | null): Promise<void> {
  await db.updateTable('session').set({ second_factor_at: at }).where('id', '=', sessionId).execute()
}

/** Writes the copies that workspaces keep of it. */
export async function copyHasSecondFactor(db: Database, userId: string, has: boolean): Promise<void> {
  await db.updateTable('member').set({ has_second_factor: has }).where('user_id', '=', userId).execute()
}
