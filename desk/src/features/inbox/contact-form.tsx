/** What the team knows of a contact, to be put right on the spot. Empty fields mean "not known". */
import { type Contact, updateContact } from '@central-desk/contract/contacts.ts'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { cacheKeys, useDesk } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { call } from '../../lib/api.ts'
import { fieldWords, wordsOf } from '../../lib/problems.ts'
import { Refusal } from '../../lib/refusal.ts'
import { Button } from '../../ui/button.tsx'
import { TextAreaField, TextField } from '../../ui/field.tsx'
import { Banner } from '../../ui/states.tsx'
import { toast } from '../../ui/toast.tsx'
import { useForm } from '../../ui/use-form.ts'

export function ContactForm({ contact, onDone }: { contact: Contact; onDone: () => void }) {
  const text = useText()
  const { inbox } = text
  const { workspaceId } = useDesk()
  const queries = useQueryClient()
  const [fields, setFields] = useState({
    name: contact.name ?? '',
    phone: contact.phone ?? '',
    email: contact.email ?? '',
    comment: contact.comment ?? '',
  })
  const form = useForm(async () => {
    const known = (value: string) => value.trim() || null
    const body = {
      name: known(fields.name),
      phone: known(fields.phone),
      email: known(fields.email),
      comment: known(fields.comment),
    }
    const saved = await call(updateContact, { params: { workspaceId, contactId: contact.id }, body })
    queries.setQueryData(cacheKeys.contact(workspaceId, contact.id), saved)
    toast({ words: inbox.contactSaved })
    onDone()
  })
  const bind = (name: keyof typeof fields) => ({
    value: fields[name],
    error: fieldWords(form.failure, name, text),
    onChange: (event: { target: { value: string } }) => setFields((now) => ({ ...now, [name]: event.target.value })),
  })
  const isAboutFields = form.failure instanceof Refusal && form.failure.fields.length > 0
  return (
    <form ref={form.ref} className="contact-form" onSubmit={form.onSubmit}>
      {form.failure !== null && !isAboutFields && (
        <Banner tone="danger" role="alert">
          {wordsOf(form.failure, text)}
        </Banner>
      )}
      <TextField label={inbox.name} autoFocus {...bind('name')} />
      <TextField label={inbox.phone} type="tel" inputMode="tel" {...bind('phone')} />
      <TextField label={inbox.email} inputMode="email" autoCapitalize="off" {...bind('email')} />
      <TextAreaField label={inbox.comment} rows={3} {...bind('comment')} />
      <div className="contact-form-acts">
        <Button size="small" look="primary" type="submit" isBusy={form.isBusy}>
          {text.save}
        </Button>
        <Button size="small" look="quiet" onClick={onDone}>
          {text.cancel}
        </Button>
      </div>
    </form>
  )
}
