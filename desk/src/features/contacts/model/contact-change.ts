/** What a form changed of a contact, as the server takes it: only what differs, and nothing where a field was emptied. Pure. */
import type { Contact } from '@central-desk/contract/contacts.ts'

export interface ContactFields {
  name: string
  phone: string
  email: string
  comment: string
}
export type ContactChange = Partial<Record<keyof ContactFields, string | null>>

export function fieldsOf(contact: Pick<Contact, keyof ContactFields>): ContactFields {
  return {
    name: contact.name ?? '',
    phone: contact.phone ?? '',
    email: contact.email ?? '',
    comment: contact.comment ?? '',
  }
}

export function changeOf(contact: Pick<Contact, keyof ContactFields>, fields: ContactFields): ContactChange {
  const saved = fieldsOf(contact)
  const names = Object.keys(saved) as (keyof ContactFields)[]
  const changed = names.filter((name) => fields[name].trim() !== saved[name].trim())
  return Object.fromEntries(changed.map((name) => [name, fields[name].trim() || null]))
}

/** What to call somebody on the screen: the name, or the first address that says something; null when nothing does. */
export function callOf(contact: Pick<Contact, 'name' | 'addresses'>): string | null {
  return contact.name ?? contact.addresses[0]?.label ?? null
}
