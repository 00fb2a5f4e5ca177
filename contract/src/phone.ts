/**
 * Phone numbers in one form. A Bangladeshi mobile number is written with or without country code, with spaces or
 * hyphens, in Bangla or Latin digits; all of it is `+8801XXXXXXXXX`. Other numbers are taken only when they carry a
 * country code. What is no number is refused (null), never guessed at.
 */
import { fold } from './fold.ts'

const PUNCTUATION = /[\s().-]/g
const BANGLADESH_MOBILE = /^(?:\+?880|00880)?0?(1[3-9]\d{8})$/
/** E.164: a country code and at most fifteen digits in all. */
const INTERNATIONAL = /^(?:\+|00)([1-9]\d{7,14})$/

/** `+8801712345678`, or null. */
export function normalisePhone(text: string): string | null {
  const compact = fold(text).replace(PUNCTUATION, '')
  const mobile = BANGLADESH_MOBILE.exec(compact)?.[1]
  if (mobile) return `+880${mobile}`
  const international = INTERNATIONAL.exec(compact)?.[1]
  return international && !international.startsWith('880') ? `+${international}` : null
}

/** `01712345678` for a Bangladeshi mobile number in its one form; any other number as it is. */
export function nationalPhone(phone: string): string {
  return phone.startsWith('+8801') ? phone.slice('+88'.length) : phone
}
