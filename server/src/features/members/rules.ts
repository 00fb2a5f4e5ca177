/**
 * Who may do what to whom. The permission table lets admins manage members; these rules keep owners out of their reach.
 * Pure, except for `openPair`, which reads both sides afresh and holds them.
 */
import { type Permission, type Role, roleMay } from '@central-desk/contract/permissions.ts'
import { assert } from '../../kernel/assert.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { lockMembers, type MemberRow } from './queries.ts'

/** Making, changing and removing an owner takes an owner; nobody passes on what they do not have. */
export function mayTouch(actor: Role, roles: readonly Role[]): boolean {
  return !roles.includes('owner') || roleMay(actor, 'owner.grant')
}

/**
 * The actor and the one acted on, both locked, in an order that two who act on each other share. The actor's role is
 * read again: between the check at the door and this transaction it may have changed.
 */
export async function openPair(
  tx: WorkspaceTx,
  targetId: string,
  permission: Permission,
): Promise<{ actor: MemberRow; target: MemberRow }> {
  assert(tx.memberId !== null, 'members act on members')
  const members = await lockMembers(tx, [tx.memberId, targetId])
  const actor = members.find(({ id }) => id === tx.memberId)
  const target = members.find(({ id }) => id === targetId)
  if (!actor || !roleMay(actor.role, permission)) throw refuse('forbidden')
  if (!target) throw refuse('not_found')
  return { actor, target }
}
