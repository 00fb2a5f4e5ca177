/** Name, language and digits of the person: the name is saved by a button, the rest acts at once. */
import { LIMITS } from '@central-desk/contract/limits.ts'
import { LANGUAGES, updatePreferences } from '@central-desk/contract/session.ts'
import { useDesk } from '../../../app/desk.tsx'
import { useTitle } from '../../../app/page-states.tsx'
import { usePreferences, useText, useWords } from '../../../app/preferences.tsx'
import { useSession } from '../../../app/session.tsx'
import { useEdits } from '../../../app/use-edits.ts'
import { call } from '../../../lib/api.ts'
import { fieldWords } from '../../../lib/problems.ts'
import { Avatar } from '../../../ui/avatar.tsx'
import { Fact, Facts } from '../../../ui/facts.tsx'
import { TextField } from '../../../ui/field.tsx'
import { Page, Section } from '../../../ui/page.tsx'
import { RadioCards } from '../../../ui/radio-cards.tsx'
import { toast } from '../../../ui/toast.tsx'
import { useForm } from '../../../ui/use-form.ts'
import { FormActions, FormFailure } from '../form-actions.tsx'
import { frameWords } from '../words/frame.ts'
import { meWords } from '../words/me.ts'
import './me.css'

const LANGUAGE_NAMES = { en: 'English', bn: 'বাংলা' } as const

export function ProfilePage() {
  const { pages } = useWords(frameWords)
  const words = useWords(meWords)
  const text = useText()
  const { user, role } = useDesk()
  useTitle(pages.profile)
  return (
    <Page title={pages.profile} words={words.profileWords}>
      <Section title={words.you}>
        <div className="me-who">
          <Avatar name={user.name} seed={user.id} size="large" />
          <Facts>
            <Fact label={words.email}>{user.email}</Fact>
            <Fact label={words.role}>{text.roles[role]}</Fact>
          </Facts>
        </div>
        <NameForm />
      </Section>
      <LanguageSection />
    </Page>
  )
}

function NameForm() {
  const words = useWords(meWords)
  const text = useText()
  const { user } = useDesk()
  const { reload } = useSession()
  const edits = useEdits('profile', { name: user.name })
  const form = useForm(async () => {
    if (edits.isChanged) await call(updatePreferences, { body: { name: edits.fields.name } })
    reload()
    edits.discard()
    toast({ words: words.nameSaved })
  })
  return (
    <form ref={form.ref} className="settings-form" onSubmit={form.onSubmit}>
      <FormFailure failure={form.failure} />
      <TextField
        label={words.name}
        hint={words.nameHint}
        autoComplete="name"
        required
        maxLength={LIMITS.nameCharacters}
        value={edits.fields.name}
        onChange={(event) => edits.set({ name: event.target.value })}
        error={fieldWords(form.failure, 'name', text)}
      />
      <FormActions form={form} edits={edits} />
    </form>
  )
}

function LanguageSection() {
  const words = useWords(meWords)
  const { preferences, change } = usePreferences()
  return (
    <Section title={words.reading}>
      <RadioCards
        legend={words.language}
        value={preferences.language}
        onChange={(language) => change({ language })}
        cards={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value], lang: value }))}
      />
      <RadioCards
        legend={words.digits}
        value={preferences.latinDigits ? 'latin' : 'bangla'}
        onChange={(digits) => change({ latinDigits: digits === 'latin' })}
        cards={[
          { value: 'bangla', label: words.banglaDigits, words: '১,২৩,৪৫৬' },
          { value: 'latin', label: words.latinDigits, words: '1,23,456' },
        ]}
      />
      <p className="meta">{words.digitsHint}</p>
    </Section>
  )
}
