/**
 * Changing the own password. The rules stand there before one types; length and size are checked as one types, the rest
 * by the server, whose answer is said beside the field. A hidden user name tells password managers whose it is.
 */
import { changePassword } from '@central-desk/contract/session.ts'
import { Check, Dot } from 'lucide-react'
import { useState } from 'react'
import { useDesk } from '../../../app/desk.tsx'
import { useTitle } from '../../../app/page-states.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { useSession } from '../../../app/session.tsx'
import { call } from '../../../lib/api.ts'
import { fieldWords } from '../../../lib/problems.ts'
import { Refusal } from '../../../lib/refusal.ts'
import { Button } from '../../../ui/button.tsx'
import { classes } from '../../../ui/classes.ts'
import { Page, Section } from '../../../ui/page.tsx'
import { toast } from '../../../ui/toast.tsx'
import { useForm } from '../../../ui/use-form.ts'
import { PasswordField } from '../../auth/password-field.tsx'
import { FormFailure } from '../form-actions.tsx'
import { factsOf, ownProblemOf } from '../model/password.ts'
import { frameWords } from '../words/frame.ts'
import { meWords } from '../words/me.ts'
import './me.css'

/** The same shape as the server's refusal, so that one path says it and the field gets the focus. */
function refusedHere(code: string): Refusal {
  return new Refusal({ code: 'weak_password', fields: [{ field: 'next', code }] }, 422)
}

export function PasswordPage() {
  const { pages } = useWords(frameWords)
  const words = useWords(meWords)
  const text = useText()
  const { user } = useDesk()
  const { keep } = useSession()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  useTitle(pages.password)
  const form = useForm(async () => {
    const problem = ownProblemOf(next)
    if (problem) throw refusedHere(problem)
    keep(await call(changePassword, { body: { current, next } }))
    setCurrent('')
    setNext('')
    toast({ words: words.changed })
  })
  const error = (field: string) => fieldWords(form.failure, field, text, words.codes)
  return (
    <Page title={pages.password} words={words.passwordWords}>
      <Section title={words.change}>
        <form ref={form.ref} className="settings-form" onSubmit={form.onSubmit}>
          <FormFailure failure={form.failure} />
          <input
            className="visually-hidden"
            type="text"
            autoComplete="username"
            tabIndex={-1}
            aria-hidden="true"
            readOnly
            value={user.email}
          />
          <Rules next={next} />
          <PasswordField label={words.current} value={current} onChange={setCurrent} error={error('current')} />
          <PasswordField label={words.next} isNew value={next} onChange={setNext} error={error('next')} />
          <div className="form-actions">
            <Button look="primary" type="submit" isBusy={form.isBusy}>
              {words.change}
            </Button>
          </div>
        </form>
      </Section>
    </Page>
  )
}

function Rules({ next }: { next: string }) {
  const words = useWords(meWords)
  const facts = factsOf(next)
  const hasText = next !== ''
  return (
    <div className="rules">
      <p className="rules-title" id="password-rules">
        {words.rules}
      </p>
      <ul aria-labelledby="password-rules">
        <Rule isMet={hasText && facts.isLongEnough}>{words.ruleLength}</Rule>
        <Rule isMet={hasText && facts.fits}>{words.ruleBytes}</Rule>
        <Rule isMet={null}>{words.ruleGuess}</Rule>
        <Rule isMet={null}>{words.ruleNames}</Rule>
      </ul>
      <p className="rules-words">{words.ruleFree}</p>
    </div>
  )
}

/** null: only the server can tell. */
function Rule({ isMet, children }: { isMet: boolean | null; children: string }) {
  const words = useWords(meWords)
  return (
    <li className={classes('rule', isMet && 'rule-met')}>
      {isMet ? <Check aria-hidden="true" /> : <Dot aria-hidden="true" />}
      <span>
        {children}
        <span className="visually-hidden">. {isMet === null ? words.judged : isMet ? words.met : words.notMet}</span>
      </span>
    </li>
  )
}
