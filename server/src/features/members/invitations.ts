/** Invitations, from the side of who invites. A link is 256 random bits, good once, for seven days, for one address. */
import type { BodyOf } from '@central-desk/contract/endpoint.ts'
import { encodeId } from '@central-desk/contract/ids.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import type { createInvitation as endpoint } from '@central-desk/contract/members.ts'
import { assert } from '../../kernel/assert.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { emailToKeep, newToken, tokenHash } from '../identity/index.ts'
import {
  type InvitationRow,
  insertInvitation,
  isMemberEmail,
  markWithdrawn,
  selectInvitation,
  selectOpenInvitations,
  countPlaces,
  withdrawInvitationsTo,
} from './queries.ts'
import { mayTouch, openPair } from './rules.ts'

export const INVITATION_MS = 7 * 24 * 3_600_000

function wordsOf(row: InvitationRow) {
  const { id, email, role, created_at: createdAt, expires_at: expiresAt } = row
  return { id, email, role, createdAt, expiresAt }
}

export async function listInvitations(tx: WorkspaceTx) {
  return { invitations: (await selectOpenInvitations(tx)).map(wordsOf) }
}

export async function createInvitation(
  { randomness, origins }: Pick<Kernel, 'randomness' | 'origins'>,
  tx: WorkspaceTx,
  body: BodyOf<typeof endpoint>,
) {
  assert(tx.memberId !== null, 'members invite')
  const { actor } = await openPair(tx, tx.memberId, 'member.invite')
  if (!mayTouch(actor.role, [body.role])) throw refuse('forbidden')
  const email = emailToKeep(body.email, 'email')
  if (await isMemberEmail(tx, email)) {
    throw refuse('already_taken', { fields: [{ field: 'email', code: 'already_taken' }] })
  }
  // Who invites again has lost the link: the old one dies.
  await withdrawInvitationsTo(tx, email)
  if ((await countPlaces(tx)) >= LIMITS.membersPerWorkspace) throw refuse('limit_reached')
  const token = newToken(randomness)
  const row = {
    id: tx.nextId(),
    email,
    role: body.role,
    created_at: tx.now,
    expires_at: new Date(tx.now.getTime() + INVITATION_MS),
  }
  await insertInvitation(tx, { ...row, invited_by: tx.memberId, token_hash: tokenHash(token) })
  tx.audit({ action: 'member.invited', target: encodeId('invitation', row.id), after: { role: row.role } })
  tx.publish({ kind: 'members.changed' })
  return { invitation: wordsOf(row), link: `${origins.desk}/invite/${token}` }
}

export async function withdrawInvitation(tx: WorkspaceTx, id: string): Promise<void> {
  const row = await selectInvitation(tx, id)
  if (!row) throw refuse('not_found')
  if (!(await markWithdrawn(tx, id))) throw refuse('gone')
  tx.audit({ action: 'member.invitation_withdrawn', target: encodeId('invitation', id), before: { role: row.role } })
  tx.publish({ kind: 'members.changed' })
}
