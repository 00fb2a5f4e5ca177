/** The routes of the contacts room: contract and one call each. */
import {
  getContact,
  listContacts as listContract,
  updateContact as updateContract,
} from '@central-desk/contract/contacts.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { Routes } from '../../kernel/web/routes.ts'
import { type ContactsParts, listContacts } from './list.ts'
import { openContact } from './open.ts'
import { type ContactInside, contactView } from './present.ts'
import { addressesOf } from './queries.ts'
import { updateContact } from './update.ts'

export function mountContacts(routes: Routes, parts: ContactsParts): void {
  const read = async (tx: WorkspaceTx, contactId: string): Promise<ContactInside> => {
    const row = await openContact(tx, contactId)
    return contactView(row, await addressesOf(tx, [contactId]), tx.keys, parts.readAddress)
  }
  routes.workspace(listContract, { limit: 'read' }, (tx, { query }) => listContacts(tx, parts, query))
  routes.workspace(getContact, { limit: 'read' }, (tx, { params }) => read(tx, params.contactId))
  routes.workspace(updateContract, { limit: 'write' }, async (tx, { params, body }) => {
    await updateContact(tx, params.contactId, body)
    return read(tx, params.contactId)
  })
}
