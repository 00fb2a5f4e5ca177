/**
 * What a member may do, and the one table that says which role may. The server asks it again at every request; the desk
 * reads the same table to leave out controls that would be refused. A permission that stands in no role is nobody's.
 */
export const ROLES = ['owner', 'admin', 'agent', 'viewer'] as const
export type Role = (typeof ROLES)[number]

const VIEWER = [
  'workspace.read',
  'member.read',
  'inbox.read',
  'conversation.read',
  'contact.read',
  'savedReply.read',
  'tag.read',
  'search.read',
  'event.read',
  'attachment.read',
  'reading.mark',
] as const

const AGENT = [
  'conversation.assign',
  'conversation.changeStatus',
  'conversation.tag',
  'message.send',
  'note.write',
  'draft.write',
  'attachment.upload',
  'contact.update',
  'contact.block',
  'savedReply.manage',
  'tag.manage',
] as const

const ADMIN = [
  'workspace.update',
  'member.invite',
  'member.changeRole',
  'member.remove',
  'inbox.manage',
  'inbox.rotateSecret',
  'ledger.read',
  'inboundEvent.replay',
  'audit.read',
] as const

const OWNER = ['owner.grant'] as const

export const PERMISSIONS = [...VIEWER, ...AGENT, ...ADMIN, ...OWNER] as const
export type Permission = (typeof PERMISSIONS)[number]

export const ROLE_PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set<Permission>(VIEWER),
  agent: new Set<Permission>([...VIEWER, ...AGENT]),
  admin: new Set<Permission>([...VIEWER, ...AGENT, ...ADMIN]),
  owner: new Set<Permission>(PERMISSIONS),
}

/** True when that role holds that permission. Only an owner makes, changes or removes an owner (`owner.grant`). */
export function roleMay(role: Role, permission: Permission): boolean {
  return ROLE_PERMISSIONS[role].has(permission)
}
