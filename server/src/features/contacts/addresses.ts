/** E-mails and phones of contacts in the one form by which they are found. What is none gives null. */
import type { WorkspaceKeys } from '../../kernel/vault/index.ts'

const EMAIL = /^[^\s@]+@[^\s@]+$/

export const EMAIL_PURPOSE = 'contact-email'
export const PHONE_PURPOSE = 'contact-phone'
/** As intake keys the addresses that it stores. */
export const ADDRESS_PURPOSE = 'contact-address'

export function normaliseContactEmail(text: string): string | null {
  const email = text.normalize('NFC').trim().toLowerCase()
  return EMAIL.test(email) ? email : null
}

/** The keys that a contact with this e-mail or phone may stand under, while a re-index runs under every version. */
export function keysOf(keys: WorkspaceKeys, purpose: string, normal: string | null): Buffer[] {
  return normal === null ? [] : keys.lookupAll(purpose, normal)
}
