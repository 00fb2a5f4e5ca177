/**
 * What one can do with a conversation: assign, status, snooze, tag, mark read. Each acts at once on the screen, asks the
 * server, takes the server's word, and puts back what was there when the server refuses. Undoable acts say so in a
 * toast, and the last one can be taken back with Z.
 */
import {
  assignConversation,
  type ConversationStatus,
  changeStatus,
  type ListedRow,
  markRead,
  tagConversation,
  untagConversation,
} from '@central-desk/contract/conversations.ts'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { knownRow, patchOwn, putRow, type Where } from '../../app/apply-event.ts'
import { useDesk } from '../../app/desk.tsx'
import { type Text, useText } from '../../app/preferences.tsx'
import { sayUndoable } from '../../app/undo.ts'
import { call } from '../../lib/api.ts'
import { wordsOf } from '../../lib/problems.ts'
import { toast } from '../../ui/toast.tsx'

export interface Verbs {
  assign: (row: ListedRow, assigneeId: string | null, done: string) => void
  setStatus: (row: ListedRow, status: ConversationStatus, snoozedUntil: string | null, done: string) => void
  tag: (row: ListedRow, tagId: string, isOn: boolean) => void
  read: (row: ListedRow, readNumber: number) => void
}

export function useVerbs(): Verbs {
  const queries = useQueryClient()
  const { workspaceId, memberId } = useDesk()
  const text = useText()
  return useMemo(() => makeVerbs(queries, { workspaceId, memberId }, text), [queries, workspaceId, memberId, text])
}

function makeVerbs(queries: QueryClient, where: Where, text: Text): Verbs {
  const paramsOf = (row: ListedRow) => ({ workspaceId: where.workspaceId, conversationId: row.id })
  const current = (row: ListedRow) => knownRow(queries, where.workspaceId, row.id) ?? row

  /** Paints `after`, asks, keeps the answer; on refusal puts the row back and says why. */
  const act = async (row: ListedRow, after: Partial<ListedRow>, ask: () => Promise<ListedRow>): Promise<boolean> => {
    const before = current(row)
    putRow(queries, where, { ...before, ...after })
    try {
      const answer = await ask()
      putRow(queries, where, { ...answer, mine: current(row).mine })
      return true
    } catch (error) {
      putRow(queries, where, before)
      toast({ words: wordsOf(error, text), tone: 'danger' })
      return false
    }
  }
  const offerUndo = (words: string, run: () => void) => sayUndoable(words, text, run)
  const assignOnly = (row: ListedRow, assigneeId: string | null) =>
    act(row, { assigneeId }, () => call(assignConversation, { params: paramsOf(row), body: { assigneeId } }))
  const statusOnly = (row: ListedRow, status: ConversationStatus, snoozedUntil: string | null) =>
    act(row, { status, snoozedUntil }, () =>
      call(changeStatus, {
        params: paramsOf(row),
        body: status === 'snoozed' ? { status, snoozedUntil } : { status },
      }),
    )

  return {
    assign(row, assigneeId, done) {
      const before = current(row).assigneeId
      if (before === assigneeId) return
      offerUndo(done, () => assignOnly(row, before))
      assignOnly(row, assigneeId)
    },
    setStatus(row, status, snoozedUntil, done) {
      const before = current(row)
      offerUndo(done, () => statusOnly(row, before.status, before.snoozedUntil))
      statusOnly(row, status, snoozedUntil)
    },
    tag(row, tagId, isOn) {
      const tagIds = current(row).tagIds.filter((id) => id !== tagId)
      const params = { ...paramsOf(row), tagId }
      act(row, { tagIds: isOn ? [...tagIds, tagId] : tagIds }, () =>
        isOn ? call(tagConversation, { params }) : call(untagConversation, { params }),
      )
    },
    read(row, readNumber) {
      const before = current(row).mine.readNumber
      if (before === readNumber) return
      patchOwn(queries, where.workspaceId, row.id, { readNumber })
      call(markRead, { params: paramsOf(row), body: { readNumber } }).catch(() =>
        patchOwn(queries, where.workspaceId, row.id, { readNumber: before }),
      )
    },
  }
}
