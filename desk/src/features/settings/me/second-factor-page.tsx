/** The own second factor: off with what one needs for it, on with new recovery codes and the way to turn it off. */
import {
  endSecondFactor,
  getSecondFactor,
  replaceRecoveryCodes,
  type SecondFactor,
} from '@central-desk/contract/second-factor.ts'
import type { SessionView } from '@central-desk/contract/session.ts'
import { useQuery } from '@tanstack/react-query'
import { ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import { useDesk } from '../../../app/desk.tsx'
import { Loaded } from '../../../app/loaded.tsx'
import { useTitle } from '../../../app/page-states.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { useSession } from '../../../app/session.tsx'
import { call, keepCsrfToken } from '../../../lib/api.ts'
import { fieldWords } from '../../../lib/problems.ts'
import { Button } from '../../../ui/button.tsx'
import { Page, Section } from '../../../ui/page.tsx'
import { Banner } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { useForm } from '../../../ui/use-form.ts'
import { PasswordField } from '../../auth/password-field.tsx'
import { CodeField } from '../../second-factor/code-field.tsx'
import { RecoveryCodes } from '../../second-factor/recovery-codes.tsx'
import { SetUp } from '../../second-factor/set-up.tsx'
import { secondFactorWords } from '../../second-factor/words.ts'
import { FormFailure } from '../form-actions.tsx'
import { frameWords } from '../words/frame.ts'

export function SecondFactorPage() {
  const { pages } = useWords(frameWords)
  const words = useWords(secondFactorWords)
  const { user } = useDesk()
  useTitle(pages['second-factor'])
  const query = useQuery({
    queryKey: ['second-factor'],
    queryFn: ({ signal }) => call(getSecondFactor, { signal }),
  })
  // The recovery codes stay until they are stored, whatever is heard of the second factor meanwhile.
  const [isSettingUp, setSettingUp] = useState(false)
  const again = () => {
    setSettingUp(false)
    void query.refetch()
  }
  return (
    <Page title={pages['second-factor']} words={words.pageWords}>
      {isSettingUp ? (
        <Section title={words.turnOn} words={words.offWords}>
          <SetUp email={user.email} onDone={again} />
        </Section>
      ) : (
        <Loaded query={query} shape="line">
          {(state) =>
            state.onSince ? <On state={state} onChange={again} /> : <Off onStart={() => setSettingUp(true)} />
          }
        </Loaded>
      )}
    </Page>
  )
}

function Off({ onStart }: { onStart: () => void }) {
  const words = useWords(secondFactorWords)
  return (
    <Section title={words.turnOn} words={words.offWords}>
      <div>
        <Button look="primary" onClick={onStart}>
          {words.turnOn}
        </Button>
      </div>
    </Section>
  )
}

function On({ state, onChange }: { state: SecondFactor; onChange: () => void }) {
  const words = useWords(secondFactorWords)
  const { format } = useDesk()
  const left = state.recoveryCodesLeft
  return (
    <>
      <div className="second-factor-state">
        <Banner tone={left > 2 ? 'ok' : 'warn'} icon={<ShieldCheck />}>
          {words.onSince(format.full(new Date(state.onSince ?? '')))}. {words.left(left, format.number(left))}
        </Banner>
      </div>
      <NewCodes onChange={onChange} />
      <TurnOff onChange={onChange} />
    </>
  )
}

interface Made {
  recoveryCodes: string[]
  session: SessionView
}

function NewCodes({ onChange }: { onChange: () => void }) {
  const words = useWords(secondFactorWords)
  const text = useText()
  const { user } = useDesk()
  const { keep } = useSession()
  const [code, setCode] = useState('')
  const [made, setMade] = useState<Made | null>(null)
  const form = useForm(async () => {
    const next: Made = await call(replaceRecoveryCodes, { body: { code } })
    keepCsrfToken(next.session.csrfToken)
    setCode('')
    setMade(next)
  })
  const finish = () => {
    if (made) keep(made.session)
    setMade(null)
    onChange()
  }
  return (
    <Section title={words.newCodes} words={words.newCodesWords}>
      {made ? (
        <RecoveryCodes codes={made.recoveryCodes} email={user.email} onDone={finish} />
      ) : (
        <form ref={form.ref} className="settings-form" onSubmit={form.onSubmit}>
          <FormFailure failure={form.failure} />
          <CodeField
            label={words.appCode}
            isAppOnly
            value={code}
            onChange={setCode}
            error={fieldWords(form.failure, 'code', text, words.codes)}
          />
          <div className="form-actions">
            <Button type="submit" isBusy={form.isBusy}>
              {words.make}
            </Button>
          </div>
        </form>
      )}
    </Section>
  )
}

function TurnOff({ onChange }: { onChange: () => void }) {
  const words = useWords(secondFactorWords)
  const text = useText()
  const { keep } = useSession()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const form = useForm(async () => {
    keep(await call(endSecondFactor, { body: { password, code } }))
    toast({ words: words.turnedOff })
    onChange()
  })
  return (
    <Section title={words.turnOff} words={words.turnOffWords}>
      <form ref={form.ref} className="settings-form" onSubmit={form.onSubmit}>
        <FormFailure failure={form.failure} />
        <PasswordField
          label={words.password}
          value={password}
          onChange={setPassword}
          error={fieldWords(form.failure, 'password', text, words.codes)}
        />
        <CodeField
          label={words.anyCode}
          value={code}
          onChange={setCode}
          error={fieldWords(form.failure, 'code', text, words.codes)}
        />
        <div className="form-actions">
          <Button look="danger" type="submit" isBusy={form.isBusy}>
            {words.turnOff}
          </Button>
        </div>
      </form>
    </Section>
  )
}
