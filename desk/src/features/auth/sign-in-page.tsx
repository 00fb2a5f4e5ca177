/**
 * Sign-in. The answer never says whether an address has a user. "Shared computer" keeps nothing on this machine. Goes on
 * to where one wanted to be; the address of that page is checked to be ours.
 */
import { type SessionView, signIn } from '@central-desk/contract/session.ts'
import { CircleAlert, CircleCheck } from 'lucide-react'
import { useState } from 'react'
import { Link, Navigate, useLocation, useNavigate, useSearchParams } from 'react-router'
import { usePreferences, useWords } from '../../app/preferences.tsx'
import { useSession } from '../../app/session.tsx'
import { call } from '../../lib/api.ts'
import { wordsOf } from '../../lib/problems.ts'
import { Refusal } from '../../lib/refusal.ts'
import { markShared } from '../../lib/storage.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/choice.tsx'
import { TextField } from '../../ui/field.tsx'
import { Banner } from '../../ui/states.tsx'
import { useForm } from '../../ui/use-form.ts'
import { CodeStep } from '../second-factor/code-step.tsx'
import { secondFactorWords } from '../second-factor/words.ts'
import { AuthFrame } from './auth-frame.tsx'
import { PasswordField } from './password-field.tsx'
import { authWords } from './words.ts'

/** Only a path of this desk: `//elsewhere` and `https:` are refused. */
function safeNext(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : '/'
}

export function SignInPage() {
  const words = useWords(authWords)
  const step = useWords(secondFactorWords)
  const { text } = usePreferences()
  const { session, keep } = useSession()
  const navigate = useNavigate()
  const location = useLocation()
  const [search] = useSearchParams()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [isShared, setShared] = useState(false)
  /** Somebody went back to the password although a code is awaited. */
  const [isAgain, setAgain] = useState(false)
  const next = safeNext(search.get('next'))
  const form = useForm(async () => {
    setAgain(false)
    const answer: SessionView = await call(signIn, {
      body: { email: email.trim(), password, sharedComputer: isShared },
    })
    setPassword('')
    signedIn(answer)
  })
  const signedIn = (answer: SessionView) => {
    if (answer.user) markShared(isShared, answer.user.id)
    keep(answer)
    if (answer.user) navigate(next, { replace: true })
  }
  if (session?.user) return <Navigate to={next} replace />
  if (session?.secondFactorUntil && !isAgain) {
    return (
      <AuthFrame title={step.stepTitle} words={step.stepWords}>
        <CodeStep onSignedIn={signedIn} onStartAgain={() => setAgain(true)} />
      </AuthFrame>
    )
  }
  const isWrong = form.failure instanceof Refusal && form.failure.code === 'wrong_credentials'
  const wasReset = (location.state as { wasReset?: boolean } | null)?.wasReset
  return (
    <AuthFrame
      title={words.signInTitle}
      foot={
        <>
          <p>
            {words.noUser} <Link to="/signup">{words.toSignUp}</Link>
          </p>
          <p className="meta">{words.forgot}</p>
        </>
      }
    >
      <form ref={form.ref} className="auth-form" onSubmit={form.onSubmit}>
        {wasReset && !form.failure && (
          <Banner tone="ok" role="status" icon={<CircleCheck />}>
            {words.resetDone}
          </Banner>
        )}
        {form.failure !== null && (
          <Banner tone="danger" role="alert" icon={<CircleAlert />}>
            {isWrong ? words.wrong : wordsOf(form.failure, text)}
          </Banner>
        )}
        <TextField
          label={words.email}
          type="email"
          name="email"
          autoComplete="username"
          inputMode="email"
          autoCapitalize="off"
          autoFocus
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <PasswordField label={words.password} value={password} onChange={setPassword} />
        <Checkbox
          label={words.sharedComputer}
          hint={words.sharedHint}
          checked={isShared}
          onChange={(event) => setShared(event.target.checked)}
        />
        <Button look="primary" size="large" type="submit" isWide isBusy={form.isBusy}>
          {words.signIn}
        </Button>
      </form>
    </AuthFrame>
  )
}
