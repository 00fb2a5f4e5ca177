/** How people are called on the screen: a contact by name or label, a member by name, oneself as "You". */
import type { ConversationRow } from '@central-desk/contract/conversations.ts'
import { useCallback } from 'react'
import { useDesk, useMembers } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'

export function contactName(contact: Pick<ConversationRow['contact'], 'name' | 'label'>): string {
  return contact.name ?? contact.label
}

/** Gives the name of a member; `you` for oneself. */
export function useMemberName(): (memberId: string | null) => string {
  const { byId } = useMembers()
  const { memberId: me } = useDesk()
  const text = useText()
  return useCallback(
    (memberId) => {
      if (memberId === null) return text.inbox.somebody
      if (memberId === me) return text.you
      return byId.get(memberId)?.name ?? text.inbox.formerMember
    },
    [byId, me, text],
  )
}
