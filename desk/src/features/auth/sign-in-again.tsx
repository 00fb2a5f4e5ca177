/**
 * The password, asked for over the page that was open. The same person goes on where they were; drafts and unsent
 * messages were never touched. Another person starts from a clean page.
 */
import { getSession, type SessionView, signIn } from '@central-desk/contract/session.ts'
import { CircleAlert } from 'lucide-react'
import { useRef, useState } from 'react'
import { useDesk } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { useSession } from '../../app/session.tsx'
import { call, keepCsrfToken } from '../../lib/api.ts'
import { wordsOf } from '../../lib/problems.ts'
import { isSharedComputer, markShared } from '../../lib/storage.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { DialogPopup } from '../../ui/overlays/index.ts'
import { Banner } from '../../ui/states.tsx'
import { useForm } from '../../ui/use-form.ts'
import { CodeStep } from '../second-factor/code-step.tsx'
import { PasswordField } from './password-field.tsx'
import './auth.css'

export function SignInAgain() {
  const text = useText()
  const { shell } = text
  const { user } = useDesk()
  const { keep } = useSession()
  const field = useRef<HTMLInputElement>(null)
  const [password, setPassword] = useState('')
  const [isAwaited, setAwaited] = useState(false)
  const signedIn = (session: SessionView) => {
    if (session.user && !isSharedComputer()) markShared(false, session.user.id)
    keep(session)
  }
  const form = useForm(async () => {
    // The token of the old session is gone with it.
    keepCsrfToken((await call(getSession)).csrfToken)
    const body = { email: user.email, password, sharedComputer: isSharedComputer() }
    const session: SessionView = await call(signIn, { body })
    if (session.user) return signedIn(session)
    // The page that is open stays: only the code is asked for now.
    keepCsrfToken(session.csrfToken)
    setPassword('')
    setAwaited(true)
  })
  return (
    <DialogPopup
      isOpen
      isDismissible={false}
      onClose={() => {}}
      title={shell.sessionEndedTitle}
      words={shell.sessionEndedWords}
      closeLabel={text.closeDialog}
      size="small"
      initialFocus={field}
    >
      {isAwaited ? (
        <CodeStep onSignedIn={signedIn} onStartAgain={() => setAwaited(false)} />
      ) : (
        <form ref={form.ref} className="auth-form auth-again" onSubmit={form.onSubmit}>
          {form.failure !== null && (
            <Banner tone="danger" role="alert" icon={<CircleAlert />}>
              {wordsOf(form.failure, text)}
            </Banner>
          )}
          <TextField label={shell.email} value={user.email} readOnly autoComplete="username" />
          <PasswordField ref={field} label={shell.password} value={password} onChange={setPassword} />
          <Button look="primary" size="large" type="submit" isWide isBusy={form.isBusy}>
            {shell.signInAgain}
          </Button>
          <a href="/signin" className="auth-other">
            {shell.otherPerson}
          </a>
        </form>
      )}
    </DialogPopup>
  )
}
