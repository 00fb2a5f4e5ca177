/** Putting a web chat on a site: the line for every page, what a strict policy needs, and how to say who a customer is. */
import type { Inbox } from '@central-desk/contract/inboxes.ts'
import { useText, useWords } from '../../../app/preferences.tsx'
import { CopyBlock } from '../../../ui/copy.tsx'
import { Section } from '../../../ui/page.tsx'
import { embedSnippet, identifiedSnippet, identityCode, policyLines } from '../model/snippets.ts'
import { webchatWords } from '../words/channels.ts'
import { widgetOrigin } from './addresses.ts'

export function WebchatConnect({ inbox }: { inbox: Inbox }) {
  const words = useWords(webchatWords)
  const text = useText()
  const origin = widgetOrigin()
  return (
    <>
      <Section title={words.embed} words={words.embedWords}>
        <CopyBlock
          label={words.snippet}
          hint={words.snippetHint}
          value={embedSnippet(origin, inbox.key)}
          words={text}
        />
        <CopyBlock label={words.policy} hint={words.policyHint} value={policyLines(origin)} words={text} />
      </Section>
      <Section title={words.identity} words={words.identityWords}>
        <details className="how-to">
          <summary>{words.identityShow}</summary>
          <div className="how-to-body">
            <ol className="steps">
              <li>{words.identityStep1}</li>
              <li>{words.identityStep2}</li>
              <li>{words.identityStep3}</li>
            </ol>
            <CopyBlock label={words.identityCode} value={identityCode(inbox.key)} words={text} />
            <CopyBlock label={words.identitySnippet} value={identifiedSnippet(origin, inbox.key)} words={text} />
          </div>
        </details>
      </Section>
    </>
  )
}
