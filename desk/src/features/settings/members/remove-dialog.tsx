/** Asks before somebody is removed, or leaves, and names everything that follows. */
import type { Member } from '@central-desk/contract/members.ts'
import { useRef } from 'react'
import { useDesk } from '../../../app/desk.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { wordsOf } from '../../../lib/problems.ts'
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx'
import { membersWords } from '../words/members.ts'

interface Props {
  member: Member | null
  onClose: () => void
  onRemove: (member: Member) => Promise<void>
}

export function RemoveDialog({ member, onClose, onRemove }: Props) {
  const words = useWords(membersWords)
  const text = useText()
  const { memberId } = useDesk()
  // While the dialog fades out its words stay.
  const last = useRef(member)
  if (member) last.current = member
  const shown = last.current
  if (!shown) return null
  const isSelf = shown.id === memberId
  const consequences = isSelf
    ? [words.leaveAccess, words.leaveConversations, words.leaveDrafts, words.leaveInvitations, words.leaveKept]
    : [words.removeAccess, words.removeConversations, words.removeDrafts, words.removeInvitations, words.removeKept]
  return (
    <ConfirmDialog
      isOpen={member !== null}
      title={isSelf ? words.leaveTitle : words.removeTitle(shown.name)}
      confirmLabel={isSelf ? words.leave : words.remove}
      cancelLabel={text.cancel}
      closeLabel={text.closeDialog}
      sayFailure={(failure) => wordsOf(failure, text)}
      onConfirm={() => onRemove(shown)}
      onClose={onClose}
    >
      <p>{words.removeLead}</p>
      <ul className="consequences">
        {consequences.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
    </ConfirmDialog>
  )
}
