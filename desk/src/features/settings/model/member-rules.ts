/**
 * What one member may do to another, as the server will judge it: the permission table, the owners' rule (only an owner
 * makes, changes or removes an owner) and the last owner, who stays. The screen leaves out what would be refused. Pure.
 */
import { ROLES, type Role, roleMay } from '@central-desk/contract/permissions.ts'

interface Person {
  id: string
  role: Role
}

export interface MemberRules {
  /** Roles the actor may give; empty: the role is only shown. */
  roles: readonly Role[]
  mayRemove: boolean
  isLastOwner: boolean
}

export function rulesFor(actor: Person, target: Person, members: readonly Person[]): MemberRules {
  const mayTouch = target.role !== 'owner' || roleMay(actor.role, 'owner.grant')
  const isLastOwner = target.role === 'owner' && members.filter(({ role }) => role === 'owner').length === 1
  const isFree = mayTouch && !isLastOwner
  return {
    roles: isFree && roleMay(actor.role, 'member.changeRole') ? rolesToGive(actor.role) : [],
    mayRemove: isFree && roleMay(actor.role, 'member.remove'),
    isLastOwner,
  }
}

/** The roles somebody may give to others, in a change or an invitation. */
export function rolesToGive(actor: Role): readonly Role[] {
  return ROLES.filter((role) => role !== 'owner' || roleMay(actor, 'owner.grant'))
}

/** True when the person would hold fewer rights in the new role than now. */
export function isStepDown(from: Role, to: Role): boolean {
  return ROLES.indexOf(to) > ROLES.indexOf(from)
}
