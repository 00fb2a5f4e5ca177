/** Which sites may show a web chat, which comes first because nothing is seen without it, and how it looks and greets. */
import type { Inbox } from '@central-desk/contract/inboxes.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { useDesk } from '../../../app/desk.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { useEdits } from '../../../app/use-edits.ts'
import { fieldWords } from '../../../lib/problems.ts'
import { TextAreaField, TextField } from '../../../ui/field.tsx'
import { Section } from '../../../ui/page.tsx'
import { toast } from '../../../ui/toast.tsx'
import { useForm } from '../../../ui/use-form.ts'
import { FormActions, FormFailure } from '../form-actions.tsx'
import { readColour } from '../model/colour.ts'
import { webchatWords } from '../words/channels.ts'
import { inboxesWords } from '../words/inboxes.ts'
import { ChatPreview } from './chat-preview.tsx'
import { ColourField } from './colour-field.tsx'
import { useUpdateInbox } from './queries.ts'
import { SitesSection } from './sites-section.tsx'

const COLOUR = '#0b6b62'
const GREETING_CHARACTERS = 300

export function WebchatSettings({ inbox }: { inbox: Inbox }) {
  return (
    <>
      <SitesSection inbox={inbox} />
      <LookSection inbox={inbox} />
    </>
  )
}

function LookSection({ inbox }: { inbox: Inbox }) {
  const shared = useWords(inboxesWords)
  const words = useWords(webchatWords)
  const text = useText()
  const { name } = useDesk()
  const update = useUpdateInbox(inbox.id)
  const { greeting = '', colour = COLOUR } = inbox.settings
  const edits = useEdits(`inbox ${inbox.id}`, { name: inbox.name, greeting, colour })
  const { fields, changed, set } = edits
  const paint = readColour(fields.colour)
  const form = useForm(async () => {
    if (paint === null) {
      form.ref.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
      return
    }
    const settings = {
      ...(changed.greeting === undefined ? {} : { greeting: changed.greeting }),
      ...(changed.colour === undefined ? {} : { colour: paint }),
    }
    await update({ ...(changed.name === undefined ? {} : { name: changed.name }), settings })
    edits.discard()
    toast({ words: shared.saved })
  })
  const error = (field: string) => fieldWords(form.failure, field, text, shared.codes)
  return (
    <Section title={words.look}>
      <div className="look">
        <form ref={form.ref} className="settings-form" onSubmit={form.onSubmit}>
          <FormFailure failure={form.failure} />
          <TextField
            label={shared.name}
            hint={shared.nameHint}
            required
            maxLength={LIMITS.nameCharacters}
            value={fields.name}
            onChange={(event) => set({ name: event.target.value })}
            error={error('name')}
          />
          <TextAreaField
            label={words.greeting}
            hint={words.greetingHint}
            rows={3}
            maxLength={GREETING_CHARACTERS}
            value={fields.greeting}
            onChange={(event) => set({ greeting: event.target.value })}
            error={error('settings.greeting')}
          />
          <ColourField
            value={fields.colour}
            onChange={(next) => set({ colour: next })}
            error={paint === null ? words.colourWrong : error('settings.colour')}
          />
          <FormActions form={form} edits={edits} />
        </form>
        <ChatPreview name={name} greeting={fields.greeting} colour={paint ?? colour} />
      </div>
    </Section>
  )
}
