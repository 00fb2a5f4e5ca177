/** A reset link, made by an operator: sets a new password, after which one signs in again. */
import { getPasswordReset, usePasswordReset } from '@central-desk/contract/session.ts'
import { useQuery } from '@tanstack/react-query'
import { CircleAlert } from 'lucide-react'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { PageWait } from '../../app/page-states.tsx'
import { usePreferences, useWords } from '../../app/preferences.tsx'
import { call } from '../../lib/api.ts'
import { fieldWords, wordsOf } from '../../lib/problems.ts'
import { Refusal } from '../../lib/refusal.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Banner } from '../../ui/states.tsx'
import { useForm } from '../../ui/use-form.ts'
import { AuthFrame } from './auth-frame.tsx'
import { DeadLink } from './invite-page.tsx'
import { isLongEnough, PasswordField } from './password-field.tsx'
import { authWords } from './words.ts'

export function ResetPage() {
  const { token = '' } = useParams()
  const words = useWords(authWords)
  const { text } = usePreferences()
  const navigate = useNavigate()
  const [password, setPassword] = useState('')
  const [isTooShort, setTooShort] = useState(false)
  const link = useQuery({
    queryKey: ['password-reset', token],
    queryFn: ({ signal }) => call(getPasswordReset, { params: { token }, signal }),
  })
  const form = useForm(async () => {
    setTooShort(!isLongEnough(password))
    if (!isLongEnough(password)) return
    await call(usePasswordReset, { params: { token }, body: { password } })
    navigate('/signin', { replace: true, state: { wasReset: true } })
  })
  if (link.error) return <DeadLink error={link.error} />
  if (!link.data) return <PageWait />
  const isWeak = form.failure instanceof Refusal && form.failure.code === 'weak_password'
  return (
    <AuthFrame title={words.resetTitle} words={words.resetWords(link.data.email)}>
      <form ref={form.ref} className="auth-form" onSubmit={form.onSubmit}>
        {form.failure !== null && !isWeak && (
          <Banner tone="danger" role="alert" icon={<CircleAlert />}>
            {wordsOf(form.failure, text)}
          </Banner>
        )}
        <TextField label={words.email} value={link.data.email} readOnly autoComplete="username" />
        <PasswordField
          label={words.newPassword}
          isNew
          value={password}
          onChange={setPassword}
          error={isTooShort ? words.passwordRule : isWeak ? words.weak : fieldWords(form.failure, 'password', text)}
        />
        <Button look="primary" size="large" type="submit" isWide isBusy={form.isBusy}>
          {words.resetButton}
        </Button>
      </form>
    </AuthFrame>
  )
}
