/**
 * Blocks a contact, or takes it back, from wherever one is: the screen follows at once, the server is asked, and the act
 * can be undone. When the server refuses, what the screen showed is read again.
 */
import { blockContact, unblockContact } from '@central-desk/contract/contacts.ts'
import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { patchContact, rereadContact } from '../../app/apply-event.ts'
import { useDesk } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { sayUndoable } from '../../app/undo.ts'
import { call } from '../../lib/api.ts'
import { wordsOf } from '../../lib/problems.ts'
import { toast } from '../../ui/toast.tsx'

export interface Blockable {
  readonly id: string
  /** As the screen calls them. */
  readonly name: string
}

export function useBlock(): (contact: Blockable, isBlocked: boolean) => void {
  const queries = useQueryClient()
  const { workspaceId, memberId } = useDesk()
  const text = useText()
  return useCallback(
    (contact, isBlocked) => {
      const where = { workspaceId, memberId }
      const params = { workspaceId, contactId: contact.id }
      const change = async (next: boolean) => {
        patchContact(queries, where, contact.id, next)
        try {
          await call(next ? blockContact : unblockContact, { params })
        } catch (error) {
          toast({ words: wordsOf(error, text), tone: 'danger' })
          rereadContact(queries, where, contact.id)
        }
      }
      sayUndoable((isBlocked ? text.inbox.blockedDone : text.inbox.unblockedDone)(contact.name), text, () =>
        change(!isBlocked),
      )
      change(isBlocked)
    },
    [queries, workspaceId, memberId, text],
  )
}
