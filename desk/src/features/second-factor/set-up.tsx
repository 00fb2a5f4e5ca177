/**
 * Turning the second factor on, in three steps: the password, the secret and a code that shows that the app has it, the
 * recovery codes. The session is kept anew only after the codes are stored, so that no page changes under them.
 */
import { beginSecondFactor, confirmSecondFactor } from '@central-desk/contract/second-factor.ts'
import type { SessionView } from '@central-desk/contract/session.ts'
import { lazy, Suspense, useState } from 'react'
import { useText, useWords } from '../../app/preferences.tsx'
import { useSession } from '../../app/session.tsx'
import { call, keepCsrfToken } from '../../lib/api.ts'
import { fieldWords } from '../../lib/problems.ts'
import { Button } from '../../ui/button.tsx'
import { CopyField } from '../../ui/copy.tsx'
import { toast } from '../../ui/toast.tsx'
import { useForm } from '../../ui/use-form.ts'
import { PasswordField } from '../auth/password-field.tsx'
import { FormFailure } from '../settings/form-actions.tsx'
import { CodeField } from './code-field.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'
import { secondFactorWords } from './words.ts'
import './second-factor.css'

const QrCode = lazy(() => import('./qr-code.tsx').then((m) => ({ default: m.QrCode })))

interface Proposed {
  secret: string
  uri: string
}
interface Made {
  recoveryCodes: string[]
  session: SessionView
}

interface Props {
  email: string
  /** The recovery codes are shown from now on. */
  onMade?: () => void
  onDone: () => void
}

export function SetUp({ email, onMade, onDone }: Props) {
  const words = useWords(secondFactorWords)
  const { keep } = useSession()
  const [proposed, setProposed] = useState<Proposed | null>(null)
  const [made, setMade] = useState<Made | null>(null)
  if (made) {
    const finish = () => {
      keep(made.session)
      toast({ words: words.turnedOn })
      onDone()
    }
    return <RecoveryCodes codes={made.recoveryCodes} email={email} onDone={finish} />
  }
  return proposed ? (
    <Scan
      proposed={proposed}
      onMade={(next) => {
        onMade?.()
        setMade(next)
      }}
    />
  ) : (
    <Password email={email} onProposed={setProposed} />
  )
}

function Password({ email, onProposed }: { email: string; onProposed: (proposed: Proposed) => void }) {
  const words = useWords(secondFactorWords)
  const text = useText()
  const [password, setPassword] = useState('')
  const form = useForm(async () => onProposed(await call(beginSecondFactor, { body: { password } })))
  return (
    <form ref={form.ref} className="settings-form" onSubmit={form.onSubmit}>
      <FormFailure failure={form.failure} />
      <p>{words.passwordWords}</p>
      <input
        className="visually-hidden"
        type="text"
        autoComplete="username"
        tabIndex={-1}
        aria-hidden="true"
        readOnly
        value={email}
      />
      <PasswordField
        label={words.password}
        value={password}
        onChange={setPassword}
        error={fieldWords(form.failure, 'password', text, words.codes)}
      />
      <div className="form-actions">
        <Button look="primary" type="submit" isBusy={form.isBusy}>
          {words.go}
        </Button>
      </div>
    </form>
  )
}

function Scan({ proposed, onMade }: { proposed: Proposed; onMade: (made: Made) => void }) {
  const words = useWords(secondFactorWords)
  const text = useText()
  const [code, setCode] = useState('')
  const form = useForm(async () => {
    const made: Made = await call(confirmSecondFactor, { body: { code } })
    keepCsrfToken(made.session.csrfToken)
    onMade(made)
  })
  return (
    <form ref={form.ref} className="settings-form" onSubmit={form.onSubmit}>
      <FormFailure failure={form.failure} />
      <div className="scan">
        <Suspense fallback={<div className="qr" />}>
          <QrCode text={proposed.uri} label={words.qr} />
        </Suspense>
        <div className="scan-words">
          <p className="scan-title">{words.scanTitle}</p>
          <p>{words.scanWords}</p>
        </div>
      </div>
      <CopyField label={words.byHand} value={(proposed.secret.match(/.{1,4}/g) ?? []).join(' ')} words={text} />
      <CodeField
        label={words.appCode}
        isAppOnly
        value={code}
        onChange={setCode}
        error={fieldWords(form.failure, 'code', text, words.codes)}
      />
      <div className="form-actions">
        <Button look="primary" type="submit" isBusy={form.isBusy}>
          {words.confirm}
        </Button>
      </div>
    </form>
  )
}
