/** The second step of signing in. A step that has run out leads back to the password. */
import { proveSecondFactor } from '@central-desk/contract/second-factor.ts'
import type { SessionView } from '@central-desk/contract/session.ts'
import { CircleAlert } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useText, useWords } from '../../app/preferences.tsx'
import { call } from '../../lib/api.ts'
import { fieldWords, wordsOf } from '../../lib/problems.ts'
import { Refusal } from '../../lib/refusal.ts'
import { Button } from '../../ui/button.tsx'
import { Banner } from '../../ui/states.tsx'
import { useForm } from '../../ui/use-form.ts'
import { CodeField } from './code-field.tsx'
import { secondFactorWords } from './words.ts'

interface Props {
  onSignedIn: (session: SessionView) => void
  onStartAgain: () => void
}

export function CodeStep({ onSignedIn, onStartAgain }: Props) {
  const words = useWords(secondFactorWords)
  const text = useText()
  const field = useRef<HTMLInputElement>(null)
  const [code, setCode] = useState('')
  useEffect(() => field.current?.focus(), [])
  const form = useForm(async () => onSignedIn(await call(proveSecondFactor, { body: { code } })))
  const error = fieldWords(form.failure, 'code', text, words.codes)
  const isOver = form.failure instanceof Refusal && form.failure.code === 'gone'
  return (
    <form ref={form.ref} className="auth-form" onSubmit={form.onSubmit}>
      {form.failure !== null && error === null && (
        <Banner tone="danger" role="alert" icon={<CircleAlert />}>
          {isOver ? words.stepOver : wordsOf(form.failure, text)}
        </Banner>
      )}
      <CodeField ref={field} label={words.code} hint={words.codeHint} value={code} onChange={setCode} error={error} />
      <Button look="primary" size="large" type="submit" isWide isBusy={form.isBusy}>
        {words.enter}
      </Button>
      <Button look="quiet" onClick={onStartAgain}>
        {words.startAgain}
      </Button>
    </form>
  )
}
