/**
 * An invitation link, from the side of who opens it. It is good once, for seven days, and for one address: it makes a
 * new user with that address, or takes in the signed-in user who has it. A user who is there must sign in first, so
 * that a link alone never opens somebody's other workspaces.
 */
import { encodeId } from '@central-desk/contract/ids.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import type {
  acceptInvitation as acceptEndpoint,
  getInvitation as getEndpoint,
} from '@central-desk/contract/session.ts'
import type { Database } from '../../kernel/pools.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { Call } from '../../kernel/web/routes.ts'
import type { IdentityParts } from './parts.ts'
import type { StoredPassword } from './passwords.ts'
import {
  countMembers,
  type InvitationRow,
  insertUser,
  invitationByToken,
  joinMember,
  memberOfUser,
  takeInvitation,
  userByEmail,
} from './queries.ts'
import { beginSession, findSession, writeCookies } from './sessions.ts'
import { viewOf } from './session-view.ts'
import { hashed, requireStrong } from './strength.ts'
import { tokenHash } from './tokens.ts'

/** An invitation that is still good, or a refusal. */
async function openInvitation(db: Database, token: string, now: Date): Promise<InvitationRow> {
  const invitation = await invitationByToken(db, tokenHash(token))
  if (!invitation) throw refuse('not_found')
  const isOver = invitation.acceptedAt !== null || invitation.withdrawnAt !== null || invitation.expiresAt <= now
  if (isOver) throw refuse('gone')
  return invitation
}

function readLink(parts: IdentityParts, token: string) {
  return parts.doors.inSystem('identity.link', 'desk_auth', async ({ db, now }) => {
    const invitation = await openInvitation(db, token, now)
    const user = await userByEmail(db, invitation.email)
    const member = user && (await memberOfUser(db, invitation.workspaceId, user.id))
    return { invitation, user, memberId: member?.id }
  })
}

export async function getInvitation(parts: IdentityParts, call: Call<typeof getEndpoint>) {
  const { invitation, user } = await readLink(parts, call.params.token)
  const { workspaceName, email, role } = invitation
  return { workspaceName, email, role, hasUser: user !== undefined }
}

export async function acceptInvitation(parts: IdentityParts, call: Call<typeof acceptEndpoint>) {
  const { invitation, user, memberId = parts.mint.next() } = await readLink(parts, call.params.token)
  const session = await findSession(parts, call.request)
  if (session && user?.id === session.userId) {
    await enter(parts, call, invitation, { id: user.id, memberId }, (tx) =>
      join(tx, invitation, memberId, { ...user, hasSecondFactor: user.has_second_factor }),
    )
    return viewOf(parts, session)
  }
  // Signed in as somebody else, or not at all although the address has a user.
  if (session || user) throw refuse('not_signed_in')
  return acceptAsNewUser(parts, call, invitation, memberId)
}

async function acceptAsNewUser(
  parts: IdentityParts,
  call: Call<typeof acceptEndpoint>,
  invitation: InvitationRow,
  memberId: string,
) {
  const { name, password } = await newUserOf(parts, call.body, invitation)
  const { email, language } = invitation
  const user = { id: parts.mint.next(), name, email }
  const begun = await enter(parts, call, invitation, { id: user.id, memberId }, async (tx) => {
    const { db, now } = tx
    // Somebody signed up with this address meanwhile: they sign in and open the link again.
    if (!(await insertUser(db, { ...user, password, preferences: { language }, now }))) throw refuse('not_signed_in')
    await join(tx, invitation, memberId, { ...user, hasSecondFactor: false })
    const { request, origin } = call
    return beginSession(parts, db, now, {
      userId: user.id,
      isSharedComputer: false,
      hasProvenSecondFactor: false,
      request,
      origin,
    })
  })
  writeCookies(parts, call.reply, begun)
  return viewOf(parts, begun.session)
}

async function newUserOf(
  parts: IdentityParts,
  body: Call<typeof acceptEndpoint>['body'],
  { email, workspaceName }: InvitationRow,
): Promise<{ name: string; password: StoredPassword }> {
  const missing = (['name', 'password'] as const).filter((field) => body[field] === undefined)
  if (body.name === undefined || body.password === undefined) {
    throw refuse('invalid_fields', { fields: missing.map((field) => ({ field, code: 'missing' })) })
  }
  const name = body.name.trim()
  await requireStrong(body.password, 'password', { name, email, workspaceNames: [workspaceName] })
  return { name, password: await hashed(parts, body.password) }
}

/** One transaction in the workspace of the invitation, with the new member as the actor; takes the invitation first. */
function enter<T>(
  parts: IdentityParts,
  call: Call<typeof acceptEndpoint>,
  invitation: InvitationRow,
  { id: userId, memberId }: { id: string; memberId: string },
  work: (tx: WorkspaceTx) => Promise<T>,
): Promise<T> {
  const { workspaceId, role } = invitation
  const actor = { kind: 'member', memberId, userId, role } as const
  const options = {
    workspaceId,
    actor,
    door: 'desk_auth',
    origin: call.origin,
    promisedAudit: 'member.joined',
  } as const
  return parts.doors.inWorkspace(options, async (tx) => {
    if (!(await takeInvitation(tx.db, workspaceId, invitation.id, tx.now))) throw refuse('gone')
    return work(tx)
  })
}

async function join(
  tx: WorkspaceTx,
  { id: invitationId, role }: InvitationRow,
  memberId: string,
  user: { id: string; name: string; email: string; hasSecondFactor: boolean },
): Promise<void> {
  const { db, now, workspaceId } = tx
  if ((await countMembers(db, workspaceId)) >= LIMITS.membersPerWorkspace) throw refuse('limit_reached')
  const joined = await joinMember(db, { workspaceId, id: memberId, user, role, now })
  if (joined === null) throw refuse('already_taken')
  tx.audit({
    action: 'member.joined',
    target: encodeId('member', joined),
    after: { role, invitation: encodeId('invitation', invitationId) },
  })
  tx.publish({ kind: 'members.changed' })
}
