/**
 * One normal form of an e-mail address: trimmed, NFC, lower case. Users, invitations and sign-in counters all go by it,
 * so that another spelling of an address is neither another user nor another five tries.
 */
import { refuseField } from '../../kernel/refusal.ts'

/** What can be kept and written into a link or a list without quoting; the contract's format lets quoted forms pass. */
const PLAIN = /^[\x21\x23-\x7e]+$/

export function normaliseEmail(text: string): string {
  return text.normalize('NFC').trim().toLowerCase().normalize('NFC')
}

/** The normal form of an address that is about to be kept. */
export function emailToKeep(text: string, field: string): string {
  const email = normaliseEmail(text)
  if (!PLAIN.test(email)) throw refuseField(field, 'wrong_form')
  return email
}
