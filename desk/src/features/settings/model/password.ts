/** What can be said of a new password before it is sent: its length as typed and its size in bytes. Pure. */
import { LIMITS } from '@central-desk/contract/limits.ts'

export interface PasswordFacts {
  isLongEnough: boolean
  /** Within the byte limit; a Bangla letter takes three bytes. */
  fits: boolean
}

const bytes = new TextEncoder()

export function factsOf(password: string): PasswordFacts {
  const text = password.normalize('NFC')
  return {
    isLongEnough: [...text].length >= LIMITS.passwordCharactersMin,
    fits: bytes.encode(text).byteLength <= LIMITS.passwordBytes,
  }
}

/** The code the server would refuse it with for these two; null when it may be sent. */
export function ownProblemOf(password: string): 'password_too_short' | 'password_too_long' | null {
  const { isLongEnough, fits } = factsOf(password)
  if (!isLongEnough) return 'password_too_short'
  return fits ? null : 'password_too_long'
}
