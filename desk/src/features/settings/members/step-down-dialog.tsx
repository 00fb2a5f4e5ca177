/** Asks before somebody gives up rights of their own, because they cannot take them back. */
import type { Role } from '@central-desk/contract/permissions.ts'
import { useRef } from 'react'
import { useText, useWords } from '../../../app/preferences.tsx'
import { wordsOf } from '../../../lib/problems.ts'
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx'
import { membersWords } from '../words/members.ts'

interface Props {
  /** The role to be; null while nothing is asked. */
  role: Role | null
  onClose: () => void
  onConfirm: () => Promise<void>
}

export function StepDownDialog({ role, onClose, onConfirm }: Props) {
  const words = useWords(membersWords)
  const text = useText()
  const last = useRef(role)
  if (role) last.current = role
  if (!last.current) return null
  return (
    <ConfirmDialog
      isOpen={role !== null}
      title={words.stepDownTitle}
      confirmLabel={words.stepDown}
      cancelLabel={text.cancel}
      closeLabel={text.closeDialog}
      sayFailure={(failure) => wordsOf(failure, text)}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <p>{words.stepDownWords(text.roles[last.current])}</p>
      <p>{words.stepDownBack}</p>
    </ConfirmDialog>
  )
}
