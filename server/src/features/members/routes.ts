/**
 * The endpoints of `contract/src/members.ts`: a contract and one call each. Here a role may hold the permission and the
 * rule still refuse (an admin and an owner): such a refusal is written into the trail like one of the permission table.
 */
import type { Endpoint } from '@central-desk/contract/endpoint.ts'
import * as contract from '@central-desk/contract/members.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { MemberCall, Routes } from '../../kernel/web/routes.ts'
import { createInvitation, listInvitations, withdrawInvitation } from './invitations.ts'
import { changeRole } from './change-role.ts'
import { listMembers } from './list-members.ts'
import { removeMember } from './remove-member.ts'

const READ = { limit: 'read' } as const
const leaves = (audit: string) => ({ limit: 'write', audit }) as const

export function mountMembers(routes: Routes, kernel: Kernel): void {
  /** One transaction; a rule that refuses leaves a denial behind. */
  async function ruled<E extends Endpoint, T>(
    call: MemberCall<E>,
    action: string,
    work: (tx: WorkspaceTx) => Promise<T>,
  ): Promise<T> {
    try {
      return await call.inWorkspace(work)
    } catch (error) {
      if (error instanceof Refusal && error.code === 'forbidden') {
        await kernel.denials.record(call.workspaceId, call.actor, action, call.origin)
      }
      throw error
    }
  }

  routes.workspace(contract.listMembers, READ, (tx) => listMembers(tx))
  routes.member(contract.changeRole, leaves('member.role_changed'), (call) =>
    ruled(call, 'member.role_changed', (tx) => changeRole(tx, call.params.memberId, call.body.role)),
  )
  routes.member(contract.removeMember, leaves('member.removed'), (call) =>
    ruled(call, 'member.removed', (tx) => removeMember(tx, call.params.memberId)),
  )
  routes.workspace(contract.listInvitations, READ, (tx) => listInvitations(tx))
  routes.member(contract.createInvitation, leaves('member.invited'), (call) =>
    ruled(call, 'member.invited', (tx) => createInvitation(kernel, tx, call.body)),
  )
  routes.workspace(contract.withdrawInvitation, leaves('member.invitation_withdrawn'), (tx, { params }) =>
    withdrawInvitation(tx, params.invitationId),
  )
}
