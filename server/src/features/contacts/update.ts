/** Changes what the team knows of a contact, and by what the contact is found, in one transaction. */
import { normalisePhone } from '@central-desk/contract/phone.ts'
import { refuseField } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { EMAIL_PURPOSE, normaliseContactEmail, PHONE_PURPOSE } from './addresses.ts'
import { openContact } from './open.ts'
import { type ContactChange, removeNameTokens, storeContact, storeNameTokens } from './queries.ts'

export interface ContactUpdate {
  readonly name?: string | null
  readonly email?: string | null
  readonly phone?: string | null
  readonly comment?: string | null
}

export async function updateContact(tx: WorkspaceTx, contactId: string, update: ContactUpdate): Promise<void> {
  await openContact(tx, contactId, 'forUpdate')
  const change: ContactChange = {
    ...plainChange(tx, contactId, update),
    ...emailChange(tx, contactId, update.email),
    ...phoneChange(tx, contactId, update.phone),
  }
  if (Object.keys(change).length === 0) return
  await storeContact(tx, contactId, change)
  if (update.name !== undefined) await indexName(tx, contactId, said(update.name))
  tx.publish({ kind: 'contact.changed', contactId })
}

/** What stands in a field: nothing when there is only white space in it. */
function said(text: string | null): string | null {
  return text?.trim() || null
}

type SealedField = 'name' | 'email' | 'phone' | 'comment'

function sealed(tx: WorkspaceTx, contactId: string, field: SealedField, text: string | null): Buffer | null {
  return text === null ? null : tx.keys.seal({ table: 'contact', row: contactId, field }, text)
}

function plainChange(tx: WorkspaceTx, contactId: string, { name, comment }: ContactUpdate): ContactChange {
  const change: ContactChange = {}
  if (name !== undefined) change.name_sealed = sealed(tx, contactId, 'name', said(name))
  if (comment !== undefined) change.comment_sealed = sealed(tx, contactId, 'comment', said(comment))
  return change
}

function emailChange(tx: WorkspaceTx, contactId: string, given: string | null | undefined): ContactChange {
  if (given === undefined) return {}
  const text = said(given)
  const normal = text === null ? null : normaliseContactEmail(text)
  if (text !== null && normal === null) throw refuseField('email', 'wrong_form')
  return {
    email_sealed: sealed(tx, contactId, 'email', text),
    email_key: normal === null ? null : tx.keys.lookup(EMAIL_PURPOSE, normal),
  }
}

function phoneChange(tx: WorkspaceTx, contactId: string, given: string | null | undefined): ContactChange {
  if (given === undefined) return {}
  const text = said(given)
  const normal = text === null ? null : normalisePhone(text)
  if (text !== null && normal === null) throw refuseField('phone', 'wrong_form')
  return {
    phone_sealed: sealed(tx, contactId, 'phone', text),
    phone_key: normal === null ? null : tx.keys.lookup(PHONE_PURPOSE, normal),
  }
}

async function indexName(tx: WorkspaceTx, contactId: string, name: string | null): Promise<void> {
  const tokens = name === null ? [] : tx.keys.searchTokens(name)
  if (tokens.length === 0) await removeNameTokens(tx, contactId)
  else await storeNameTokens(tx, contactId, tokens)
}
