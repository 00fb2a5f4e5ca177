/** Fills the variables of a saved reply from what is known about the contact, the agent and the workspace. */
import type { Contact } from '@central-desk/contract/contacts.ts'
import type { ListedRow } from '@central-desk/contract/conversations.ts'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { cacheKeys, useDesk } from '../../app/desk.tsx'
import { fillVariables, firstNameOf } from './model/variables.ts'

export function useFillReply(row: ListedRow): (text: string) => string {
  const { workspaceId, user, name } = useDesk()
  const queries = useQueryClient()
  return useCallback(
    (text) => {
      const contact = queries.getQueryData<Contact>(cacheKeys.contact(workspaceId, row.contact.id))
      return fillVariables(text, {
        'contact.name': row.contact.name,
        'contact.first_name': firstNameOf(row.contact.name),
        'contact.phone': contact?.phone ?? null,
        'contact.email': contact?.email ?? null,
        'agent.name': user.name,
        'agent.first_name': firstNameOf(user.name),
        'workspace.name': name,
        'conversation.number': String(row.number),
      })
    },
    [queries, workspaceId, row.contact, row.number, user.name, name],
  )
}
