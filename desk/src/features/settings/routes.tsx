/** The settings pages. First page: how the desk looks and reads for oneself. */
import { LANGUAGES, THEMES } from '@central-desk/contract/session.ts'
import { useTitle } from '../../app/page-states.tsx'
import { usePreferences, useText, useWords } from '../../app/preferences.tsx'
import { Switch } from '../../ui/choice.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { settingsWords } from './words.ts'

export function SettingsRoutes() {
  const words = useWords(settingsWords)
  const { shell } = useText()
  const { preferences, change } = usePreferences()
  const themeNames = { system: shell.themeSystem, light: shell.themeLight, dark: shell.themeDark }
  const languageNames = { en: 'English', bn: 'বাংলা' }
  useTitle(words.title)
  const toggle = (key: 'latinDigits' | 'enterSends' | 'singleKeys' | 'compactList' | 'sound') => ({
    checked: preferences[key],
    onChange: () => change({ [key]: !preferences[key] }),
  })
  return (
    <Page title={words.title}>
      <Section title={words.appearance}>
        <SelectField
          label={words.language}
          value={preferences.language}
          options={LANGUAGES.map((value) => ({ value, label: languageNames[value] }))}
          onChange={(event) => change({ language: event.target.value as (typeof LANGUAGES)[number] })}
        />
        <SelectField
          label={words.theme}
          value={preferences.theme}
          options={THEMES.map((value) => ({ value, label: themeNames[value] }))}
          onChange={(event) => change({ theme: event.target.value as (typeof THEMES)[number] })}
        />
        <Switch label={words.latinDigits} hint={words.latinDigitsHint} {...toggle('latinDigits')} />
      </Section>
      <Section title={words.habits}>
        <Switch label={words.enterSends} hint={words.enterSendsHint} {...toggle('enterSends')} />
        <Switch label={words.singleKeys} hint={words.singleKeysHint} {...toggle('singleKeys')} />
        <Switch label={words.compactList} hint={words.compactListHint} {...toggle('compactList')} />
        <Switch label={words.sound} {...toggle('sound')} />
      </Section>
    </Page>
  )
}
