/** What the secret of an inbox is for, and replacing it: the one before stays good for 24 hours, the new one is shown once. */
import { type Inbox, rotateInboxSecret } from '@central-desk/contract/inboxes.ts'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { useDesk } from '../../../app/desk.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { call } from '../../../lib/api.ts'
import { wordsOf } from '../../../lib/problems.ts'
import { Button } from '../../../ui/button.tsx'
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx'
import { Section } from '../../../ui/page.tsx'
import { inboxesWords } from '../words/inboxes.ts'
import { SecretDialog } from './secret-dialog.tsx'

interface Rotated {
  signingSecret: string
  previousGoodUntil: string
}

export function SecretSection({ inbox }: { inbox: Inbox }) {
  const words = useWords(inboxesWords)
  const text = useText()
  const { workspaceId, format } = useDesk()
  const [isAsking, setAsking] = useState(false)
  const [rotated, setRotated] = useState<Rotated | null>(null)
  return (
    <Section title={words.secret} words={words.secretWords[inbox.channel]}>
      <p className="inbox-secret">
        <KeyRound aria-hidden="true" />
        {words.secretKept}
      </p>
      <div>
        <Button onClick={() => setAsking(true)}>{words.rotate}</Button>
      </div>
      <ConfirmDialog
        isOpen={isAsking}
        title={words.rotateTitle}
        confirmLabel={words.rotate}
        cancelLabel={text.cancel}
        closeLabel={text.closeDialog}
        look="primary"
        sayFailure={(failure) => wordsOf(failure, text)}
        onConfirm={async () =>
          setRotated(await call(rotateInboxSecret, { params: { workspaceId, inboxId: inbox.id } }))
        }
        onClose={() => setAsking(false)}
      >
        <ul className="consequences">
          <li>{words.rotateNew}</li>
          <li>{words.rotateOverlap}</li>
          <li>{words.rotateTwice}</li>
        </ul>
      </ConfirmDialog>
      <SecretDialog
        secret={rotated?.signingSecret ?? null}
        words={rotated ? words.secretUntil(format.full(new Date(rotated.previousGoodUntil))) : undefined}
        onDone={() => setRotated(null)}
      />
    </Section>
  )
}
