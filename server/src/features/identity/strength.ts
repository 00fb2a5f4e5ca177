/** The one gate for new passwords: judged before anything is hashed or stored, on every path that sets one. */
import { refuse } from '../../kernel/refusal.ts'
import type { StoredPassword } from './passwords.ts'
import { checkPasswordStrength } from './password-strength.ts'
import type { IdentityParts } from './parts.ts'

export type Whose = { readonly name: string; readonly email: string; readonly workspaceNames: readonly string[] }

/** How many of a user's workspaces are held against a password; more would only cost time. */
const WORKSPACES_JUDGED_MAX = 5

export const BUSY = { retryAfterSeconds: 2 } as const

/** Refuses a weak password, naming the field it came in. */
export async function requireStrong(password: string, field: string, whose: Whose): Promise<void> {
  const { name, email } = whose
  const workspaceNames = whose.workspaceNames.slice(0, WORKSPACES_JUDGED_MAX)
  const verdict = await checkPasswordStrength(password, { name, email, workspaceNames })
  if (!verdict.isStrong) throw refuse('weak_password', { fields: [{ field, code: verdict.code }] })
}

/** Hashes a password that was found strong. */
export async function hashed(parts: IdentityParts, password: string): Promise<StoredPassword> {
  const stored = await parts.passwords.hashPassword(password)
  if (stored === 'busy') throw refuse('busy', BUSY)
  return stored
}
