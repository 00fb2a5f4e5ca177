/**
 * The readable role matrix: what a person may do, in a dozen plain abilities, each made of permissions of the one table
 * that the server asks. A role has an ability when it holds all of them. Pure; a test sees to it that every permission
 * stands in exactly one ability, so that the page can never be silent about a right.
 */
import { type Permission, ROLES, type Role, roleMay } from '@central-desk/contract/permissions.ts'

export const ABILITIES = {
  read: [
    'conversation.read',
    'contact.read',
    'attachment.read',
    'search.read',
    'event.read',
    'reading.mark',
    'workspace.read',
    'member.read',
    'inbox.read',
    'savedReply.read',
    'tag.read',
  ],
  answer: ['message.send', 'draft.write', 'attachment.upload'],
  note: ['note.write'],
  organise: ['conversation.assign', 'conversation.changeStatus', 'conversation.tag'],
  contacts: ['contact.update', 'contact.block'],
  replies: ['savedReply.manage', 'tag.manage'],
  workspace: ['workspace.update'],
  members: ['member.invite', 'member.changeRole', 'member.remove'],
  inboxes: ['inbox.manage', 'inbox.rotateSecret'],
  ledger: ['ledger.read', 'inboundEvent.replay'],
  audit: ['audit.read'],
  owners: ['owner.grant'],
} as const satisfies Record<string, readonly Permission[]>
export type Ability = keyof typeof ABILITIES

export interface MatrixRow {
  ability: Ability
  may: Readonly<Record<Role, boolean>>
}

export function hasAbility(role: Role, ability: Ability): boolean {
  return ABILITIES[ability].every((permission) => roleMay(role, permission))
}

export function roleMatrix(): MatrixRow[] {
  return (Object.keys(ABILITIES) as Ability[]).map((ability) => ({
    ability,
    may: Object.fromEntries(ROLES.map((role) => [role, hasAbility(role, ability)])) as Record<Role, boolean>,
  }))
}
