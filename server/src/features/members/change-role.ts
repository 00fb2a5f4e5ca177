/** Gives a member another role. The database keeps the last owner (DK001, answered as `last_owner`). */
import { encodeId } from '@central-desk/contract/ids.ts'
import type { Role } from '@central-desk/contract/permissions.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { wordsOf } from './list-members.ts'
import { storeRole, withdrawInvitationsBy } from './queries.ts'
import { mayTouch, openPair } from './rules.ts'

export async function changeRole(tx: WorkspaceTx, memberId: string, role: Role) {
  const { actor, target } = await openPair(tx, memberId, 'member.changeRole')
  if (!mayTouch(actor.role, [target.role, role])) throw refuse('forbidden')
  await storeRole(tx, memberId, role)
  // What they may no longer give they have not given.
  await withdrawInvitationsBy(tx, memberId, role)
  tx.audit({
    action: 'member.role_changed',
    target: encodeId('member', memberId),
    before: { role: target.role },
    after: { role },
  })
  tx.publish({ kind: 'members.changed' })
  return wordsOf({ ...target, role })
}
