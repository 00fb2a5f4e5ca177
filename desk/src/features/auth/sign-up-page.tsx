/** Sign-up: a person and a workspace in one short form. The language of the page becomes that of the workspace. */
import { signUp } from '@central-desk/contract/session.ts'
import { CircleAlert } from 'lucide-react'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { usePreferences, useWords } from '../../app/preferences.tsx'
import { useSession } from '../../app/session.tsx'
import { call } from '../../lib/api.ts'
import { fieldWords, wordsOf } from '../../lib/problems.ts'
import { Refusal } from '../../lib/refusal.ts'
import { markShared } from '../../lib/storage.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Banner } from '../../ui/states.tsx'
import { useForm } from '../../ui/use-form.ts'
import { AuthFrame } from './auth-frame.tsx'
import { isLongEnough, PasswordField } from './password-field.tsx'
import { authWords } from './words.ts'

export function SignUpPage() {
  const words = useWords(authWords)
  const { text, preferences } = usePreferences()
  const { keep } = useSession()
  const navigate = useNavigate()
  const [fields, setFields] = useState({ name: '', email: '', workspaceName: '', password: '' })
  const [isTooShort, setTooShort] = useState(false)
  const set = (field: keyof typeof fields) => (value: string) => setFields((now) => ({ ...now, [field]: value }))
  const form = useForm(async () => {
    setTooShort(!isLongEnough(fields.password))
    if (!isLongEnough(fields.password)) return
    const answer = await call(signUp, {
      body: { ...fields, email: fields.email.trim(), language: preferences.language },
    })
    if (answer.user) markShared(false, answer.user.id)
    keep(answer)
    navigate('/', { replace: true })
  })
  const isWeak = form.failure instanceof Refusal && form.failure.code === 'weak_password'
  const error = (field: keyof typeof fields) => fieldWords(form.failure, field, text)
  const passwordError = isTooShort ? words.passwordRule : isWeak ? words.weak : error('password')
  const isAboutFields = isWeak || (form.failure instanceof Refusal && form.failure.fields.length > 0)
  return (
    <AuthFrame
      title={words.signUpTitle}
      words={words.signUpWords}
      foot={
        <p>
          {words.hasUser} <Link to="/signin">{words.toSignIn}</Link>
        </p>
      }
    >
      <form ref={form.ref} className="auth-form" onSubmit={form.onSubmit}>
        {form.failure !== null && !isAboutFields && (
          <Banner tone="danger" role="alert" icon={<CircleAlert />}>
            {wordsOf(form.failure, text)}
          </Banner>
        )}
        <TextField
          label={words.name}
          autoComplete="name"
          autoFocus
          required
          value={fields.name}
          onChange={(event) => set('name')(event.target.value)}
          error={error('name')}
        />
        <TextField
          label={words.workspaceName}
          hint={words.workspaceHint}
          autoComplete="organization"
          required
          value={fields.workspaceName}
          onChange={(event) => set('workspaceName')(event.target.value)}
          error={error('workspaceName')}
        />
        <TextField
          label={words.email}
          type="email"
          autoComplete="username"
          inputMode="email"
          autoCapitalize="off"
          required
          value={fields.email}
          onChange={(event) => set('email')(event.target.value)}
          error={error('email')}
        />
        <PasswordField
          label={words.password}
          isNew
          value={fields.password}
          onChange={set('password')}
          error={passwordError}
        />
        <Button look="primary" size="large" type="submit" isWide isBusy={form.isBusy}>
          {words.signUp}
        </Button>
      </form>
    </AuthFrame>
  )
}
