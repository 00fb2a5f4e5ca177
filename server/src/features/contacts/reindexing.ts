/**
 * The re-index of contacts: by which e-mail, phone and address they are found, and the words of their names, computed
 * anew under the newest keys from what is sealed beside them. Until it is done both versions are queried everywhere.
 */
import { normalisePhone } from '@central-desk/contract/phone.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { type IndexWalk, pageOf } from '../../kernel/walk.ts'
import { ADDRESS_PURPOSE, EMAIL_PURPOSE, normaliseContactEmail, PHONE_PURPOSE } from './addresses.ts'
import { contactText } from './present.ts'
import {
  addressesAfter,
  contactsAfter,
  type IndexedName,
  type KeyedAddress,
  type KeyedContact,
  keepIntakeOut,
  namesAfter,
  replaceNameTokens,
  storeAddressKey,
  storeKeys,
} from './reindexing-queries.ts'

const PAGE_ROWS = 200

function isSame(one: Buffer | null, other: Buffer | null): boolean {
  return one === other || (one !== null && other !== null && one.equals(other))
}

function keysOf(tx: WorkspaceTx, row: KeyedContact) {
  const email = contactText(tx.keys, row.id, 'email', row.email_sealed)
  const phone = contactText(tx.keys, row.id, 'phone', row.phone_sealed)
  const under = (purpose: string, normal: string | null) => (normal === null ? null : tx.keys.lookup(purpose, normal))
  return {
    email_key: under(EMAIL_PURPOSE, email && normaliseContactEmail(email)),
    phone_key: under(PHONE_PURPOSE, phone && normalisePhone(phone)),
  }
}

const contacts: IndexWalk = {
  table: 'contact',
  family: 'lookup',
  columns: ['contact.email_key', 'contact.phone_key'],
  async page(tx, after, mode) {
    const rows: KeyedContact[] = await contactsAfter(tx, after, PAGE_ROWS, mode === 'write')
    const idOf = ({ id }: KeyedContact) => id
    const deedFor = (row: KeyedContact) => {
      const keys = keysOf(tx, row)
      if (isSame(row.email_key, keys.email_key) && isSame(row.phone_key, keys.phone_key)) return null
      return () => storeKeys(tx, row.id, keys)
    }
    return pageOf(rows, { limit: PAGE_ROWS, mode, idOf, deedFor })
  },
}

const addresses: IndexWalk = {
  table: 'contact_address',
  family: 'lookup',
  columns: ['contact_address.external_key'],
  async page(tx, after, mode) {
    if (mode === 'write') await keepIntakeOut(tx)
    const rows: KeyedAddress[] = await addressesAfter(tx, after, PAGE_ROWS)
    const idOf = ({ id }: KeyedAddress) => id
    const deedFor = ({ id, external_sealed, external_key }: KeyedAddress) => {
      const externalId = tx.keys.unsealText({ table: 'contact_address', row: id, field: 'external' }, external_sealed)
      const key = tx.keys.lookup(ADDRESS_PURPOSE, externalId)
      return key.equals(external_key) ? null : () => storeAddressKey(tx, id, key)
    }
    return pageOf(rows, { limit: PAGE_ROWS, mode, idOf, deedFor })
  },
}

const names: IndexWalk = {
  table: 'contact_search_entry',
  family: 'search',
  columns: [],
  async page(tx, after, mode) {
    const rows: IndexedName[] = await namesAfter(tx, after, PAGE_ROWS, mode === 'write')
    const idOf = ({ contact_id }: IndexedName) => contact_id
    const deedFor = ({ contact_id, tokens, name_sealed }: IndexedName) => {
      const wanted = tx.keys.searchTokens(contactText(tx.keys, contact_id, 'name', name_sealed) ?? '')
      return `{${wanted.join()}}` === tokens ? null : () => replaceNameTokens(tx, contact_id, wanted)
    }
    return pageOf(rows, { limit: PAGE_ROWS, mode, idOf, deedFor })
  },
}

export const contactWalks: readonly IndexWalk[] = [contacts, addresses, names]
