/** All SQL of the members room, inside the transaction of one workspace. */
import { ROLES, type Role, roleMay } from '@central-desk/contract/permissions.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'

export type MemberRow = {
  id: string
  name: string
  email: string
  role: Role
  created_at: Date
  last_seen_at: Date | null
  has_second_factor: boolean
}
const MEMBER = ['id', 'name', 'email', 'role', 'created_at', 'last_seen_at', 'has_second_factor'] as const

export function selectMembers(tx: WorkspaceTx): Promise<MemberRow[]> {
  return tx.db
    .selectFrom('member')
    .select(MEMBER)
    .where('workspace_id', '=', tx.workspaceId)
    .where('removed_at', 'is', null)
    .orderBy('name')
    .orderBy('id')
    .execute()
}

/** Locks present members in the order of their ids. */
export function lockMembers(tx: WorkspaceTx, ids: readonly string[]): Promise<MemberRow[]> {
  return tx.db
    .selectFrom('member')
    .select(MEMBER)
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', 'in', ids)
    .where('removed_at', 'is', null)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
}

export async function storeRole(tx: WorkspaceTx, id: string, role: Role): Promise<void> {
  await tx.db
    .updateTable('member')
    .set({ role })
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .execute()
}

export async function markRemoved(tx: WorkspaceTx, id: string): Promise<void> {
  await tx.db
    .updateTable('member')
    .set({ removed_at: tx.now })
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .execute()
}

export async function deleteDrafts(tx: WorkspaceTx, memberId: string): Promise<void> {
  await tx.db.deleteFrom('draft').where('workspace_id', '=', tx.workspaceId).where('member_id', '=', memberId).execute()
}

export function unassignAll(tx: WorkspaceTx, memberId: string) {
  return tx.db
    .updateTable('conversation')
    .set({ assignee_id: null })
    .where('workspace_id', '=', tx.workspaceId)
    .where('assignee_id', '=', memberId)
    .returning(['id', 'status'])
    .execute()
}

export async function isMemberEmail(tx: WorkspaceTx, email: string): Promise<boolean> {
  const member = await tx.db
    .selectFrom('member')
    .select('id')
    .where('workspace_id', '=', tx.workspaceId)
    .where('email', '=', email)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  return member !== undefined
}

export type InvitationRow = { id: string; email: string; role: Role; created_at: Date; expires_at: Date }
const INVITATION = ['id', 'email', 'role', 'created_at', 'expires_at'] as const

const openOnes = (tx: WorkspaceTx) =>
  tx.db
    .selectFrom('invitation')
    .where('workspace_id', '=', tx.workspaceId)
    .where('accepted_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .where('expires_at', '>', tx.now)

export function selectOpenInvitations(tx: WorkspaceTx): Promise<InvitationRow[]> {
  return openOnes(tx).select(INVITATION).orderBy('created_at', 'desc').orderBy('id').execute()
}

export function selectInvitation(tx: WorkspaceTx, id: string): Promise<InvitationRow | undefined> {
  return tx.db
    .selectFrom('invitation')
    .select(INVITATION)
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function insertInvitation(
  tx: WorkspaceTx,
  row: InvitationRow & { invited_by: string; token_hash: Buffer },
): Promise<void> {
  await tx.db
    .insertInto('invitation')
    .values({ ...row, workspace_id: tx.workspaceId })
    .execute()
}

const withdrawing = (tx: WorkspaceTx) =>
  tx.db
    .updateTable('invitation')
    .set({ withdrawn_at: tx.now })
    .where('workspace_id', '=', tx.workspaceId)
    .where('accepted_at', 'is', null)
    .where('withdrawn_at', 'is', null)

/** False when it was used, withdrawn or has run out. */
export async function markWithdrawn(tx: WorkspaceTx, id: string): Promise<boolean> {
  const withdrawn = await withdrawing(tx)
    .where('id', '=', id)
    .where('expires_at', '>', tx.now)
    .returning('id')
    .executeTakeFirst()
  return withdrawn !== undefined
}

export async function withdrawInvitationsTo(tx: WorkspaceTx, email: string): Promise<void> {
  await withdrawing(tx).where('email', '=', email).execute()
}

/** Withdraws what a member has offered and, with this role (none: removed), could not offer any more. */
export async function withdrawInvitationsBy(tx: WorkspaceTx, memberId: string, role: Role | null): Promise<void> {
  const mayOffer = ROLES.filter(
    (offered) =>
      role !== null && roleMay(role, 'member.invite') && (offered !== 'owner' || roleMay(role, 'owner.grant')),
  )
  const offered = withdrawing(tx).where('invited_by', '=', memberId)
  await (mayOffer.length > 0 ? offered.where('role', 'not in', mayOffer) : offered).execute()
}

/** Members and those who may become one. */
export async function countPlaces(tx: WorkspaceTx): Promise<number> {
  const members = await tx.db
    .selectFrom('member')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('workspace_id', '=', tx.workspaceId)
    .where('removed_at', 'is', null)
    .executeTakeFirstOrThrow()
  const invited = await openOnes(tx)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return members.count + invited.count
}
