/** An API inbox: its name and callback address, where to send to, a call to try from a shell, the rules both ways. */
import type { Inbox } from '@central-desk/contract/inboxes.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { TriangleAlert } from 'lucide-react'
import { useText, useWords } from '../../../app/preferences.tsx'
import { useEdits } from '../../../app/use-edits.ts'
import { fieldWords } from '../../../lib/problems.ts'
import { CopyBlock, CopyField } from '../../../ui/copy.tsx'
import { TextField } from '../../../ui/field.tsx'
import { Section } from '../../../ui/page.tsx'
import { Banner } from '../../../ui/states.tsx'
import { toast } from '../../../ui/toast.tsx'
import { useForm } from '../../../ui/use-form.ts'
import { FormActions, FormFailure } from '../form-actions.tsx'
import { signedCallExample } from '../model/snippets.ts'
import { apiWords } from '../words/channels.ts'
import { inboxesWords } from '../words/inboxes.ts'
import { hookAddress } from './addresses.ts'
import { useUpdateInbox } from './queries.ts'

export function ApiSettings({ inbox }: { inbox: Inbox }) {
  const words = useWords(inboxesWords)
  const text = useText()
  const update = useUpdateInbox(inbox.id)
  const edits = useEdits(`inbox ${inbox.id}`, { name: inbox.name, callbackUrl: inbox.settings.callbackUrl ?? '' })
  const { fields, changed, set } = edits
  const form = useForm(async () => {
    const callbackUrl = changed.callbackUrl?.trim()
    await update({
      ...(changed.name === undefined ? {} : { name: changed.name }),
      ...(callbackUrl === undefined ? {} : { settings: { callbackUrl: callbackUrl || null } }),
    })
    edits.discard()
    toast({ words: words.saved })
  })
  const error = (field: string) => fieldWords(form.failure, field, text, words.codes)
  return (
    <Section title={words.settings}>
      <form ref={form.ref} className="settings-form" onSubmit={form.onSubmit}>
        <FormFailure failure={form.failure} />
        <TextField
          label={words.name}
          hint={words.nameHint}
          required
          maxLength={LIMITS.nameCharacters}
          value={fields.name}
          onChange={(event) => set({ name: event.target.value })}
          error={error('name')}
        />
        <TextField
          label={words.callbackUrl}
          hint={words.callbackHint}
          inputMode="url"
          autoCapitalize="off"
          spellCheck={false}
          placeholder="https://shop.example/desk"
          maxLength={LIMITS.urlCharacters}
          value={fields.callbackUrl}
          onChange={(event) => set({ callbackUrl: event.target.value })}
          error={error('settings.callbackUrl')}
        />
        <FormActions form={form} edits={edits} />
      </form>
    </Section>
  )
}

export function ApiConnect({ inbox }: { inbox: Inbox }) {
  const words = useWords(apiWords)
  const text = useText()
  const hook = hookAddress(inbox)
  return (
    <>
      <Section title={words.toDesk} words={words.toDeskWords}>
        <CopyField label={words.hook} value={hook} words={text} />
        <CopyBlock label={words.example} hint={words.exampleHint} value={signedCallExample(hook)} words={text} />
        <ul className="consequences">
          <li>{words.rule1}</li>
          <li>{words.rule2}</li>
          <li>{words.rule3}</li>
        </ul>
      </Section>
      <Section title={words.fromDesk} words={words.fromDeskWords}>
        {!inbox.settings.callbackUrl && (
          <Banner tone="warn" icon={<TriangleAlert />}>
            {words.noCallback}
          </Banner>
        )}
        <ul className="consequences">
          <li>{words.fromDesk1}</li>
          <li>{words.fromDesk2}</li>
        </ul>
      </Section>
    </>
  )
}
