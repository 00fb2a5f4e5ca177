/** What the members page reads and changes. Roles change on the screen at once; a refusal puts the old one back. */
import { changeRole, listInvitations, type Member } from '@central-desk/contract/members.ts'
import type { Role } from '@central-desk/contract/permissions.ts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { cacheKeys, useDesk } from '../../../app/desk.tsx'
import { useText } from '../../../app/preferences.tsx'
import { useSession } from '../../../app/session.tsx'
import { call } from '../../../lib/api.ts'
import { wordsOf } from '../../../lib/problems.ts'
import { toast } from '../../../ui/toast.tsx'

export function useInvitations() {
  const { workspaceId, may } = useDesk()
  return useQuery({
    queryKey: cacheKeys.invitations(workspaceId),
    queryFn: async ({ signal }) => (await call(listInvitations, { params: { workspaceId }, signal })).invitations,
    enabled: may('member.invite'),
  })
}

/** Gives the verb; it resolves to whether the server agreed, and throws nothing. */
export function useChangeRole(): (member: Member, role: Role) => Promise<boolean> {
  const { workspaceId, memberId } = useDesk()
  const { reload } = useSession()
  const queries = useQueryClient()
  const text = useText()
  return useCallback(
    async (member, role) => {
      const key = cacheKeys.members(workspaceId)
      const put = (next: Role) =>
        queries.setQueryData<Member[]>(key, (members) =>
          members?.map((one) => (one.id === member.id ? { ...one, role: next } : one)),
        )
      put(role)
      try {
        await call(changeRole, { params: { workspaceId, memberId: member.id }, body: { role } })
        if (member.id === memberId) reload()
        return true
      } catch (error) {
        put(member.role)
        queries.invalidateQueries({ queryKey: key })
        toast({ words: wordsOf(error, text), tone: 'danger' })
        return false
      }
    },
    [workspaceId, memberId, reload, queries, text],
  )
}
