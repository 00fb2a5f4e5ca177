/** A saved reply as the customer reads it, for a contact with a name or without; what is not filled is marked in words. */
import { TriangleAlert } from 'lucide-react'
import { useId, useState } from 'react'
import { useDesk } from '../../../app/desk.tsx'
import { useWords } from '../../../app/preferences.tsx'
import { languageOf } from '../../../lib/text.ts'
import { Tabs } from '../../../ui/tabs.tsx'
import { firstNameOf, type Values } from '../../inbox/model/variables.ts'
import { type Part, previewOf } from '../model/reply-preview.ts'
import { repliesWords } from '../words/replies.ts'

const SAMPLE_NUMBER = 142

function useSample(isKnown: boolean): Values {
  const words = useWords(repliesWords)
  const { user, name } = useDesk()
  const contact = isKnown
    ? {
        'contact.name': words.sampleName,
        'contact.first_name': firstNameOf(words.sampleName),
        'contact.phone': words.samplePhone,
        'contact.email': words.sampleEmail,
      }
    : {}
  return {
    ...contact,
    'agent.name': user.name,
    'agent.first_name': firstNameOf(user.name),
    'workspace.name': name,
    'conversation.number': String(SAMPLE_NUMBER),
  }
}

export function ReplyPreview({ text }: { text: string }) {
  const words = useWords(repliesWords)
  const [who, setWho] = useState<'known' | 'unknown'>('known')
  const panel = useId()
  const parts = previewOf(text, useSample(who === 'known'))
  const isBlocked = parts.some(({ kind }) => kind === 'missing')
  return (
    <section className="reply-preview" aria-labelledby={`${panel}-title`}>
      <h2 id={`${panel}-title`}>{words.preview}</h2>
      <Tabs
        label={words.previewFor}
        panelId={panel}
        value={who}
        onChange={setWho}
        tabs={[
          { value: 'known', label: words.previewKnown },
          { value: 'unknown', label: words.previewUnknown },
        ]}
      />
      <div id={panel} role="tabpanel" className="reply-stage">
        {text.trim() === '' ? (
          <p className="reply-stage-empty">{words.previewEmpty}</p>
        ) : (
          <p className="reply-bubble" lang={languageOf(text)}>
            {parts.map((part, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
              <PreviewPart key={index} part={part} />
            ))}
          </p>
        )}
      </div>
      {isBlocked && (
        <p className="reply-blocked">
          <TriangleAlert aria-hidden="true" />
          {words.missing}
        </p>
      )}
    </section>
  )
}

function PreviewPart({ part }: { part: Part }) {
  const words = useWords(repliesWords)
  if (part.kind === 'text' || part.kind === 'filled') return part.text
  const isFallback = part.kind === 'fallback'
  return (
    <mark className={isFallback ? 'part-fallback' : 'part-missing'}>
      {part.text}
      <span className="visually-hidden"> ({isFallback ? words.partFallback : words.partMissing})</span>
    </mark>
  )
}
