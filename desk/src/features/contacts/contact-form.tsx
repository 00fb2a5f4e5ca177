/**
 * What the team knows of a contact, changed in place: only what differs is sent, an emptied field is forgotten, and what
 * is no phone number or e-mail address is said beside its field. Escape leaves without saving.
 */
import { type Contact, updateContact } from '@central-desk/contract/contacts.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { useQueryClient } from '@tanstack/react-query'
import { CircleAlert } from 'lucide-react'
import { cacheKeys, useDesk } from '../../app/desk.tsx'
import { useText, useWords } from '../../app/preferences.tsx'
import { useEdits } from '../../app/use-edits.ts'
import { call } from '../../lib/api.ts'
import { fieldWords, wordsOf } from '../../lib/problems.ts'
import { Refusal } from '../../lib/refusal.ts'
import { Button } from '../../ui/button.tsx'
import { TextAreaField, TextField } from '../../ui/field.tsx'
import { Banner } from '../../ui/states.tsx'
import { toast } from '../../ui/toast.tsx'
import { useForm } from '../../ui/use-form.ts'
import { type ContactFields, changeOf, fieldsOf } from './model/contact-change.ts'
import { contactsWords } from './words.ts'
import './contacts.css'

const COMMENT_CHARACTERS = 2_000
const PHONE_CHARACTERS = 40

export function ContactForm({ contact, onDone }: { contact: Contact; onDone: () => void }) {
  const words = useWords(contactsWords)
  const text = useText()
  const { workspaceId } = useDesk()
  const queries = useQueryClient()
  const edits = useEdits<ContactFields>(`contact ${contact.id}`, fieldsOf(contact))
  const leave = () => {
    edits.discard()
    onDone()
  }
  const form = useForm(async () => {
    const body = changeOf(contact, edits.fields)
    if (Object.keys(body).length > 0) {
      const saved = await call(updateContact, { params: { workspaceId, contactId: contact.id }, body })
      queries.setQueryData(cacheKeys.contact(workspaceId, contact.id), saved)
      queries.invalidateQueries({ queryKey: cacheKeys.contacts(workspaceId) })
      toast({ words: words.saved })
    }
    leave()
  })
  const codes: Partial<Record<keyof ContactFields, Record<string, string>>> = {
    phone: { wrong_form: words.phoneWrong },
    email: { wrong_form: words.emailWrong },
  }
  const bind = (name: keyof ContactFields) => ({
    value: edits.fields[name],
    error: fieldWords(form.failure, name, text, codes[name]),
    onChange: (event: { target: { value: string } }) => edits.set({ [name]: event.target.value }),
  })
  const isAboutFields = form.failure instanceof Refusal && form.failure.fields.length > 0
  return (
    <form
      ref={form.ref}
      className="contact-edit"
      onSubmit={form.onSubmit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.nativeEvent.isComposing) return
        event.stopPropagation()
        leave()
      }}
    >
      {form.failure !== null && !isAboutFields && (
        <Banner tone="danger" role="alert" icon={<CircleAlert />}>
          {wordsOf(form.failure, text)}
        </Banner>
      )}
      <TextField label={words.name} autoFocus maxLength={LIMITS.nameCharacters} {...bind('name')} />
      <div className="contact-edit-pair">
        <TextField
          label={words.phone}
          hint={words.phoneHint}
          type="tel"
          inputMode="tel"
          maxLength={PHONE_CHARACTERS}
          {...bind('phone')}
        />
        <TextField
          label={words.email}
          inputMode="email"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={LIMITS.emailCharacters}
          {...bind('email')}
        />
      </div>
      <TextAreaField
        label={words.comment}
        hint={words.commentHint}
        rows={3}
        maxLength={COMMENT_CHARACTERS}
        {...bind('comment')}
      />
      <div className="contact-edit-acts">
        <Button look="primary" type="submit" isBusy={form.isBusy}>
          {text.save}
        </Button>
        <Button look="quiet" onClick={leave}>
          {text.cancel}
        </Button>
      </div>
    </form>
  )
}
