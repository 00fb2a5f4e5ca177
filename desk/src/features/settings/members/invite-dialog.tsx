/**
 * Invites somebody: an address and a role, then a link that is shown once. The second step closes only by a button, after
 * the person said that they have the link.
 */
import { createInvitation, type Invitation } from '@central-desk/contract/members.ts'
import type { Role } from '@central-desk/contract/permissions.ts'
import { useQueryClient } from '@tanstack/react-query'
import { type RefObject, useEffect, useId, useRef, useState } from 'react'
import { cacheKeys, useDesk } from '../../../app/desk.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { call } from '../../../lib/api.ts'
import { fieldWords } from '../../../lib/problems.ts'
import { Button } from '../../../ui/button.tsx'
import { Checkbox } from '../../../ui/choice.tsx'
import { CopyField } from '../../../ui/copy.tsx'
import { Dialog } from '../../../ui/dialog.tsx'
import { TextField } from '../../../ui/field.tsx'
import { RadioCards } from '../../../ui/radio-cards.tsx'
import { useForm } from '../../../ui/use-form.ts'
import { useNow } from '../../inbox/use-now.ts'
import { FormFailure } from '../form-actions.tsx'
import { rolesToGive } from '../model/member-rules.ts'
import { frameWords } from '../words/frame.ts'
import { membersWords } from '../words/members.ts'

interface Made {
  invitation: Invitation
  link: string
}

export function InviteDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const words = useWords(membersWords)
  const { done } = useWords(frameWords)
  const text = useText()
  const id = useId()
  const [made, setMade] = useState<Made | null>(null)
  const [hasIt, setHasIt] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (!isOpen) return
    setMade(null)
    setHasIt(false)
  }, [isOpen])
  if (made) {
    return (
      <Dialog
        isOpen={isOpen}
        onClose={onClose}
        title={words.linkTitle}
        words={words.linkWords(made.invitation.email)}
        closeLabel={text.closeDialog}
        isDismissible={false}
        actions={
          <Button look="primary" disabled={!hasIt} onClick={onClose}>
            {done}
          </Button>
        }
      >
        <LinkOnce made={made} hasIt={hasIt} onHasIt={setHasIt} />
      </Dialog>
    )
  }
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={words.inviteTitle}
      words={words.inviteWords}
      closeLabel={text.closeDialog}
      initialFocus={first}
      actions={
        <>
          <Button look="quiet" onClick={onClose}>
            {text.cancel}
          </Button>
          <Button look="primary" type="submit" form={id} isBusy={isBusy}>
            {words.makeLink}
          </Button>
        </>
      }
    >
      <InviteForm id={id} first={first} onBusy={setBusy} onMade={setMade} />
    </Dialog>
  )
}

interface FormProps {
  id: string
  first: RefObject<HTMLInputElement | null>
  onBusy: (isBusy: boolean) => void
  onMade: (made: Made) => void
}

function InviteForm({ id, first, onBusy, onMade }: FormProps) {
  const words = useWords(membersWords)
  const text = useText()
  const { workspaceId, role: own } = useDesk()
  const queries = useQueryClient()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('agent')
  const form = useForm(async () => {
    onBusy(true)
    try {
      const made = await call(createInvitation, { params: { workspaceId }, body: { email: email.trim(), role } })
      queries.invalidateQueries({ queryKey: cacheKeys.invitations(workspaceId) })
      onMade(made)
    } finally {
      onBusy(false)
    }
  })
  return (
    <form id={id} ref={form.ref} className="settings-form" onSubmit={form.onSubmit}>
      <FormFailure failure={form.failure} />
      <TextField
        ref={first}
        label={words.email}
        hint={words.emailHint}
        type="email"
        inputMode="email"
        autoCapitalize="off"
        spellCheck={false}
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={fieldWords(form.failure, 'email', text, words.codes)}
      />
      <RadioCards
        legend={words.inviteRole}
        layout="rows"
        value={role}
        onChange={setRole}
        cards={rolesToGive(own).map((value) => ({ value, label: text.roles[value], words: words.roleHints[value] }))}
      />
    </form>
  )
}

function LinkOnce({ made, hasIt, onHasIt }: { made: Made; hasIt: boolean; onHasIt: (hasIt: boolean) => void }) {
  const words = useWords(membersWords)
  const text = useText()
  const { format } = useDesk()
  const now = useNow()
  return (
    <div className="settings-form">
      <CopyField
        label={words.link}
        value={made.link}
        hint={words.linkUntil(format.moment(new Date(made.invitation.expiresAt), now))}
        words={text}
      />
      <Checkbox label={words.copiedIt} checked={hasIt} onChange={(event) => onHasIt(event.target.checked)} />
    </div>
  )
}
