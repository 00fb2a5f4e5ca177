/** How the desk looks and sounds for oneself: theme, list, sound. Each choice acts at once. */
import { THEMES } from '@central-desk/contract/session.ts'
import { playChime } from '../../../app/chime.tsx'
import { useTitle } from '../../../app/page-states.tsx'
import { usePreferences, useText, useWords } from '../../../app/preferences.tsx'
import { Switch } from '../../../ui/choice.tsx'
import { Page, Section } from '../../../ui/page.tsx'
import { RadioCards } from '../../../ui/radio-cards.tsx'
import { frameWords } from '../words/frame.ts'
import { meWords } from '../words/me.ts'
import { DensityArt, ThemeArt } from './art.tsx'

export function AppearancePage() {
  const { pages } = useWords(frameWords)
  const words = useWords(meWords)
  const { shell } = useText()
  const { preferences, change } = usePreferences()
  const themeNames = { system: shell.themeSystem, light: shell.themeLight, dark: shell.themeDark }
  useTitle(pages.appearance)
  return (
    <Page title={pages.appearance} words={words.appearanceWords}>
      <Section title={words.theme}>
        <RadioCards
          legend={words.theme}
          hidesLegend
          value={preferences.theme}
          onChange={(theme) => change({ theme })}
          cards={THEMES.map((value) => ({ value, label: themeNames[value], art: <ThemeArt theme={value} /> }))}
        />
      </Section>
      <Section title={words.density}>
        <RadioCards
          legend={words.density}
          hidesLegend
          value={preferences.compactList ? 'compact' : 'comfortable'}
          onChange={(density) => change({ compactList: density === 'compact' })}
          cards={[
            {
              value: 'comfortable',
              label: words.comfortable,
              words: words.comfortableHint,
              art: <DensityArt density="comfortable" />,
            },
            { value: 'compact', label: words.compact, words: words.compactHint, art: <DensityArt density="compact" /> },
          ]}
        />
      </Section>
      <Section title={words.sounds}>
        <Switch
          label={words.sound}
          hint={words.soundHint}
          checked={preferences.sound}
          onChange={() => {
            if (!preferences.sound) playChime()
            change({ sound: !preferences.sound })
          }}
        />
      </Section>
    </Page>
  )
}
