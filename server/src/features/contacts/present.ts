/** How a contact is shown: unsealed, with a name to call an unnamed one by. */
import type { Contact } from '@central-desk/contract/contacts.ts'
import type { Channel } from '@central-desk/contract/inboxes.ts'
import type { WorkspaceKeys } from '../../kernel/vault/index.ts'
import type { AddressRow, ContactRow } from './queries.ts'

/** What a person may read of an address; null when it says nothing to anybody. */
export type ReadAddress = (channel: Channel, externalId: string) => string | null

const LABEL_DIGITS = 4

/** The name, or for somebody who has said none a word that stays the same: `Visitor 4F2A`. */
export function contactLabel(contactId: string, name: string | null): string {
  return name ?? `Visitor ${contactId.slice(-LABEL_DIGITS).toUpperCase()}`
}

/** A sealed column of a contact as text. */
export function contactText(
  keys: WorkspaceKeys,
  contactId: string,
  field: 'name' | 'email' | 'phone' | 'comment',
  sealed: Buffer | null,
): string | null {
  return sealed === null ? null : keys.unsealText({ table: 'contact', row: contactId, field }, sealed)
}

/** A contact with Dates where the wire has text. */
export type ContactInside = Omit<Contact, 'createdAt' | 'lastSeenAt' | 'blockedAt'> & {
  createdAt: Date
  lastSeenAt: Date
  blockedAt: Date | null
}

export function contactView(
  row: ContactRow,
  addresses: readonly AddressRow[],
  keys: WorkspaceKeys,
  readAddress: ReadAddress,
): ContactInside {
  const text = (field: 'name' | 'email' | 'phone' | 'comment') =>
    contactText(keys, row.id, field, row[`${field}_sealed`])
  return {
    id: row.id,
    name: text('name'),
    email: text('email'),
    phone: text('phone'),
    comment: text('comment'),
    addresses: addresses.map((address) => addressView(address, keys, readAddress)),
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    blockedAt: row.blocked_at,
    blockedByMemberId: row.blocked_by_member_id,
  }
}

function addressView(address: AddressRow, keys: WorkspaceKeys, readAddress: ReadAddress): Contact['addresses'][number] {
  const place = { table: 'contact_address', row: address.id, field: 'external' }
  const channel = address.channel as Channel
  const readable = readAddress(channel, keys.unsealText(place, address.external_sealed))
  return {
    id: address.id,
    inboxId: address.inbox_id,
    channel,
    label: readable ?? contactLabel(address.contact_id, null),
    isVerified: address.is_verified,
  }
}
