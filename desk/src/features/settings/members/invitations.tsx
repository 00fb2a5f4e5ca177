/** Invitations that are out: for whom, as what, how long; each can be withdrawn, which kills its link. */
import { type Invitation, withdrawInvitation } from '@central-desk/contract/members.ts'
import { Mail } from 'lucide-react'
import { useRef, useState } from 'react'
import { useDesk } from '../../../app/desk.tsx'
import { Loaded } from '../../../app/loaded.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { call } from '../../../lib/api.ts'
import { wordsOf } from '../../../lib/problems.ts'
import { Button } from '../../../ui/button.tsx'
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx'
import { Section } from '../../../ui/page.tsx'
import { toast } from '../../../ui/toast.tsx'
import { useNow } from '../../inbox/use-now.ts'
import { membersWords } from '../words/members.ts'
import { useInvitations } from './queries.ts'

export function Invitations() {
  const words = useWords(membersWords)
  const text = useText()
  const { format } = useDesk()
  const now = useNow()
  const query = useInvitations()
  const [withdrawing, setWithdrawing] = useState<Invitation | null>(null)
  return (
    <Section title={words.invitations} words={words.inviteAgain}>
      <Loaded query={query} rows={2}>
        {(invitations) =>
          invitations.length === 0 ? (
            <p className="members-none">{words.noInvitations}</p>
          ) : (
            <ul className="invitations">
              {invitations.map((invitation) => (
                <li key={invitation.id} className="invitation">
                  <span className="invitation-icon">
                    <Mail aria-hidden="true" />
                  </span>
                  <div className="member-words">
                    <span className="member-name">{invitation.email}</span>
                    <span className="member-email">
                      {words.invitedAs(text.roles[invitation.role], format.moment(new Date(invitation.expiresAt), now))}
                    </span>
                  </div>
                  <Button
                    size="small"
                    aria-label={words.withdrawOf(invitation.email)}
                    onClick={() => setWithdrawing(invitation)}
                  >
                    {words.withdraw}
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <WithdrawDialog
        invitation={withdrawing}
        onClose={() => setWithdrawing(null)}
        onWithdrawn={() => query.refetch()}
      />
    </Section>
  )
}

interface WithdrawProps {
  invitation: Invitation | null
  onClose: () => void
  onWithdrawn: () => void
}

function WithdrawDialog({ invitation, onClose, onWithdrawn }: WithdrawProps) {
  const words = useWords(membersWords)
  const text = useText()
  const { workspaceId } = useDesk()
  const last = useRef(invitation)
  if (invitation) last.current = invitation
  const shown = last.current
  if (!shown) return null
  return (
    <ConfirmDialog
      isOpen={invitation !== null}
      title={words.withdrawTitle}
      confirmLabel={words.withdraw}
      cancelLabel={text.cancel}
      closeLabel={text.closeDialog}
      sayFailure={(failure) => wordsOf(failure, text)}
      onConfirm={async () => {
        await call(withdrawInvitation, { params: { workspaceId, invitationId: shown.id } })
        toast({ words: words.withdrawn })
        onWithdrawn()
      }}
      onClose={onClose}
    >
      <p>{words.withdrawWords(shown.email)}</p>
    </ConfirmDialog>
  )
}
