/** Habits at the keyboard: what Enter does, single keys on or off (WCAG 2.1.4), and every shortcut there is. */
import { ShortcutList } from '../../../app/commands/shortcut-list.tsx'
import { useTitle } from '../../../app/page-states.tsx'
import { usePreferences, useWords } from '../../../app/preferences.tsx'
import { Switch } from '../../../ui/choice.tsx'
import { Page, Section } from '../../../ui/page.tsx'
import { frameWords } from '../words/frame.ts'
import { meWords } from '../words/me.ts'

export function KeyboardPage() {
  const { pages } = useWords(frameWords)
  const words = useWords(meWords)
  const { preferences, change } = usePreferences()
  useTitle(pages.keyboard)
  return (
    <Page title={pages.keyboard} words={words.keyboardWords}>
      <Section title={words.writing}>
        <Switch
          label={words.enterSends}
          hint={words.enterSendsHint}
          checked={preferences.enterSends}
          onChange={() => change({ enterSends: !preferences.enterSends })}
        />
      </Section>
      <Section title={words.single}>
        <Switch
          label={words.singleKeys}
          hint={words.singleKeysHint}
          checked={preferences.singleKeys}
          onChange={() => change({ singleKeys: !preferences.singleKeys })}
        />
      </Section>
      <Section title={words.sheet} words={words.sheetWords}>
        <ShortcutList />
      </Section>
    </Page>
  )
}
