/**
 * All SQL of the identity room. `db` comes from a door: users, sessions, devices and links belong to no workspace and are
 * read by desk_auth, the only login that may. Time is bound, never asked of the database.
 */
import type { Role } from '@central-desk/contract/permissions.ts'
import { sql } from 'kysely'
import type { Database } from '../../kernel/pools.ts'
import type { StoredPassword } from './passwords.ts'

export type UserRow = {
  id: string
  email: string
  name: string
  password_hash: string
  pepper_version: number
  preferences: unknown
  password_changed_at: Date
  disabled_at: Date | null
  has_second_factor: boolean
}

function users(db: Database) {
  return db
    .selectFrom('app_user')
    .leftJoin('totp', (join) => join.onRef('totp.user_id', '=', 'app_user.id').on('totp.confirmed_at', 'is not', null))
    .select([
      'app_user.id',
      'app_user.email',
      'app_user.name',
      'app_user.password_hash',
      'app_user.pepper_version',
      'app_user.preferences',
      'app_user.password_changed_at',
      'app_user.disabled_at',
      sql<boolean>`totp.user_id is not null`.as('has_second_factor'),
    ])
}

export function userByEmail(db: Database, email: string): Promise<UserRow | undefined> {
  return users(db).where('app_user.email', '=', email).executeTakeFirst()
}

export function userById(db: Database, id: string): Promise<UserRow> {
  return users(db).where('app_user.id', '=', id).executeTakeFirstOrThrow()
}

export type NewUser = {
  id: string
  email: string
  name: string
  password: StoredPassword
  preferences: object
  now: Date
}

/** False when the address has a user already. */
export async function insertUser(db: Database, user: NewUser): Promise<boolean> {
  const made = await db
    .insertInto('app_user')
    .values({
      id: user.id,
      email: user.email,
      name: user.name,
      password_hash: user.password.hash,
      pepper_version: user.password.pepperVersion,
      password_changed_at: user.now,
      preferences: JSON.stringify(user.preferences),
      created_at: user.now,
    })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning('id')
    .executeTakeFirst()
  return made !== undefined
}

/** False when the password is no longer the one that was looked at, or the user was disabled meanwhile. */
export async function lockUserWithPassword(db: Database, userId: string, passwordHash: string): Promise<boolean> {
  const user = await db
    .selectFrom('app_user')
    .select('id')
    .where('id', '=', userId)
    .where('password_hash', '=', passwordHash)
    .where('disabled_at', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst()
  return user !== undefined
}

/** The same password under today's cost and pepper. */
export async function storeRehash(db: Database, userId: string, stored: StoredPassword): Promise<void> {
  await db
    .updateTable('app_user')
    .set({ password_hash: stored.hash, pepper_version: stored.pepperVersion })
    .where('id', '=', userId)
    .execute()
}

export async function storeNewPassword(db: Database, userId: string, stored: StoredPassword, now: Date): Promise<void> {
  await db
    .updateTable('app_user')
    .set({ password_hash: stored.hash, pepper_version: stored.pepperVersion, password_changed_at: now })
    .where('id', '=', userId)
    .execute()
}

export async function storePreferences(
  db: Database,
  userId: string,
  change: { name?: string; preferences: object },
): Promise<void> {
  await db
    .updateTable('app_user')
    .set({ ...(change.name !== undefined && { name: change.name }), preferences: JSON.stringify(change.preferences) })
    .where('id', '=', userId)
    .execute()
}

/** Writes the copies of a user's name that workspaces keep, and says in which. */
export async function copyName(db: Database, userId: string, name: string): Promise<string[]> {
  const copies = await db
    .updateTable('member')
    .set({ name })
    .where('user_id', '=', userId)
    .returning(['workspace_id', 'removed_at'])
    .execute()
  return copies.filter((copy) => copy.removed_at === null).map((copy) => copy.workspace_id)
}

export type MembershipRow = {
  memberId: string
  role: Role
  workspaceId: string
  slug: string
  workspaceName: string
  secondFactorFrom: Date | null
}

export function membershipsOf(db: Database, userId: string): Promise<MembershipRow[]> {
  return db
    .selectFrom('member')
    .innerJoin('workspace', 'workspace.id', 'member.workspace_id')
    .select([
      'member.id as memberId',
      'member.role',
      'member.workspace_id as workspaceId',
      'workspace.slug',
      'workspace.name as workspaceName',
      'workspace.second_factor_from as secondFactorFrom',
    ])
    .where('member.user_id', '=', userId)
    .where('member.removed_at', 'is', null)
    .orderBy('workspace.name')
    .orderBy('workspace.id')
    .execute()
}

/** A user in one workspace, removed or not. */
export function memberOfUser(db: Database, workspaceId: string, userId: string) {
  return db
    .selectFrom('member')
    .innerJoin('workspace', 'workspace.id', 'member.workspace_id')
    .select(['member.id', 'member.role', 'member.last_seen_at', 'member.removed_at', 'workspace.second_factor_from'])
    .where('member.workspace_id', '=', workspaceId)
    .where('member.user_id', '=', userId)
    .executeTakeFirst()
}

export async function moveLastSeen(
  db: Database,
  where: { workspaceId: string; memberId: string; now: Date; unlessAfter: Date },
): Promise<void> {
  await db
    .updateTable('member')
    .set({ last_seen_at: where.now })
    .where('workspace_id', '=', where.workspaceId)
    .where('id', '=', where.memberId)
    .where((eb) => eb.or([eb('last_seen_at', 'is', null), eb('last_seen_at', '<', where.unlessAfter)]))
    .execute()
}

export async function insertWorkspace(
  db: Database,
  workspace: { id: string; slug: string; name: string; language: 'en' | 'bn'; now: Date },
): Promise<boolean> {
  const { id, slug, name, language, now } = workspace
  const made = await db
    .insertInto('workspace')
    .values({ id, slug, name, language, created_at: now })
    .onConflict((conflict) => conflict.column('slug').doNothing())
    .returning('id')
    .executeTakeFirst()
  return made !== undefined
}

/** What every workspace has one of. */
export async function insertFoundations(db: Database, workspaceId: string): Promise<void> {
  await db.insertInto('workspace_counter').values({ workspace_id: workspaceId }).execute()
  await db.insertInto('audit_head').values({ workspace_id: workspaceId }).execute()
}

export type NewMember = {
  workspaceId: string
  id: string
  user: { id: string; name: string; email: string; hasSecondFactor: boolean }
  role: Role
  now: Date
}

/** Makes a member, or takes a removed one in again. Null when the user is a member already. */
export async function joinMember(db: Database, member: NewMember): Promise<string | null> {
  const { workspaceId, id, user, role, now } = member
  const joined = await db
    .insertInto('member')
    .values({
      workspace_id: workspaceId,
      id,
      user_id: user.id,
      role,
      name: user.name,
      email: user.email,
      has_second_factor: user.hasSecondFactor,
      created_at: now,
      last_seen_at: now,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['workspace_id', 'user_id'])
        .doUpdateSet({
          role,
          name: user.name,
          email: user.email,
          has_second_factor: user.hasSecondFactor,
          removed_at: null,
          last_seen_at: now,
        })
        .where('member.removed_at', 'is not', null),
    )
    .returning('id')
    .executeTakeFirst()
  return joined?.id ?? null
}

export async function countMembers(db: Database, workspaceId: string): Promise<number> {
  const { count } = await db
    .selectFrom('member')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('removed_at', 'is', null)
    .executeTakeFirstOrThrow()
  return count
}

export function invitationByToken(db: Database, hash: Buffer) {
  return db
    .selectFrom('invitation')
    .innerJoin('workspace', 'workspace.id', 'invitation.workspace_id')
    .select([
      'invitation.workspace_id as workspaceId',
      'invitation.id',
      'invitation.email',
      'invitation.role',
      'invitation.expires_at as expiresAt',
      'invitation.accepted_at as acceptedAt',
      'invitation.withdrawn_at as withdrawnAt',
      'workspace.name as workspaceName',
      'workspace.language',
    ])
    .where('invitation.token_hash', '=', hash)
    .executeTakeFirst()
}
export type InvitationRow = NonNullable<Awaited<ReturnType<typeof invitationByToken>>>

/** True for exactly one caller, and only while the invitation is good. */
export async function takeInvitation(db: Database, workspaceId: string, id: string, now: Date): Promise<boolean> {
  const taken = await db
    .updateTable('invitation')
    .set({ accepted_at: now })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('accepted_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('id')
    .executeTakeFirst()
  return taken !== undefined
}

export async function insertReset(
  db: Database,
  reset: { id: string; hash: Buffer; userId: string; now: Date; expiresAt: Date },
): Promise<void> {
  await db
    .insertInto('password_reset')
    .values({
      id: reset.id,
      token_hash: reset.hash,
      user_id: reset.userId,
      created_at: reset.now,
      expires_at: reset.expiresAt,
    })
    .execute()
}

export function resetByToken(db: Database, hash: Buffer) {
  return db
    .selectFrom('password_reset')
    .innerJoin('app_user', 'app_user.id', 'password_reset.user_id')
    .select([
      'password_reset.id',
      'password_reset.user_id as userId',
      'password_reset.expires_at as expiresAt',
      'password_reset.used_at as usedAt',
      'app_user.email',
      'app_user.name',
    ])
    .where('password_reset.token_hash', '=', hash)
    .executeTakeFirst()
}

/** True for exactly one caller, and only while the link is good. */
export async function takeReset(db: Database, id: string, now: Date): Promise<boolean> {
  const taken = await db
    .updateTable('password_reset')
    .set({ used_at: now })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('id')
    .executeTakeFirst()
  return taken !== undefined
}

/** Other links that are out die with the password they would have replaced. */
export async function endResets(db: Database, userId: string, now: Date): Promise<void> {
  await db
    .updateTable('password_reset')
    .set({ used_at: now })
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .execute()
}

/** Rows that nothing looks at any more. */
export async function sweep(
  db: Database,
  edges: { sessionsBefore: Date; devicesBefore: Date; lanesBefore: Date; budgetsBefore: Date },
): Promise<void> {
  await db
    .deleteFrom('session')
    .where((eb) => eb.or([eb('expires_at', '<', edges.sessionsBefore), eb('ended_at', '<', edges.sessionsBefore)]))
    .execute()
  await db.deleteFrom('sign_in_step').where('expires_at', '<', edges.budgetsBefore).execute()
  await db.deleteFrom('known_device').where('last_used_at', '<', edges.devicesBefore).execute()
  await db
    .deleteFrom('sign_in_counter')
    .where(sql<boolean>`greatest(updated_at, locked_until) < ${edges.lanesBefore}`)
    .execute()
  await db.deleteFrom('rate_budget').where('window_start', '<', edges.budgetsBefore).execute()
}
