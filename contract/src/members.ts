/** The people of a workspace and the invitations that are out. */
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { idSchema } from './ids.ts'
import { ROLES } from './permissions.ts'
import { Email, InWorkspace, Instant, Nullable, Strict, WORKSPACE, Words } from './shapes.ts'

export const Member = Strict({
  id: idSchema('member'),
  name: Type.String(),
  email: Type.String(),
  role: Words(ROLES),
  createdAt: Instant,
  lastSeenAt: Nullable(Instant),
  hasSecondFactor: Type.Boolean(),
})
export type Member = Static<typeof Member>
const OneMember = Strict({ workspaceId: idSchema('workspace'), memberId: idSchema('member') })

export const listMembers = endpoint('listMembers', {
  summary: 'All members, by name.',
  method: 'GET',
  path: `${WORKSPACE}/members`,
  access: 'member.read',
  params: InWorkspace,
  reply: Strict({ members: Type.Array(Member) }),
})
export const changeRole = endpoint('changeRole', {
  summary: 'Gives a member another role. Only an owner makes or unmakes an owner; the last owner stays.',
  method: 'PUT',
  path: `${WORKSPACE}/members/:memberId/role`,
  access: 'member.changeRole',
  params: OneMember,
  body: Strict({ role: Words(ROLES) }),
  reply: Member,
})
export const removeMember = endpoint('removeMember', {
  summary: 'Removes a member. Their conversations become unassigned, their drafts are destroyed.',
  method: 'DELETE',
  path: `${WORKSPACE}/members/:memberId`,
  access: 'member.remove',
  params: OneMember,
})

export const Invitation = Strict({
  id: idSchema('invitation'),
  email: Type.String(),
  role: Words(ROLES),
  createdAt: Instant,
  expiresAt: Instant,
})
export type Invitation = Static<typeof Invitation>

export const listInvitations = endpoint('listInvitations', {
  summary: 'Invitations that wait for an answer.',
  method: 'GET',
  path: `${WORKSPACE}/invitations`,
  access: 'member.invite',
  params: InWorkspace,
  reply: Strict({ invitations: Type.Array(Invitation) }),
})
export const createInvitation = endpoint('createInvitation', {
  summary: 'Invites by link. The link is answered once and never shown again.',
  method: 'POST',
  path: `${WORKSPACE}/invitations`,
  access: 'member.invite',
  params: InWorkspace,
  body: Strict({ email: Email, role: Words(ROLES) }),
  reply: Strict({ invitation: Invitation, link: Type.String() }),
  status: 201,
})
export const withdrawInvitation = endpoint('withdrawInvitation', {
  summary: 'Withdraws an invitation; its link dies.',
  method: 'DELETE',
  path: `${WORKSPACE}/invitations/:invitationId`,
  access: 'member.invite',
  params: Strict({ workspaceId: idSchema('workspace'), invitationId: idSchema('invitation') }),
})
