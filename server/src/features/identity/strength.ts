/** The one gate for new passwords: judged before anything is hashed or stored, on every path that sets one. */
import { refuse } from '../../kernel/refusal.ts'
import type { StoredPassword } from './passwords.ts'
import { checkPasswordStrength } from './password-strength.ts'
import type { IdentityParts } from './parts.ts'

export type Whose = { readonly name: string; readonly email: string; readonly workspaceNames: readonly string[] }

/** How many of a user's workspaces are held against a password; more would only cost time. */
const WORKSPACES_JUDGED_MAX = 5

export const BUSY = { retryAfterSeconds: 2 } as const

/** Refuses a weak password with the field it came in, then hashes it. */
export async function hashStrong(
  parts: IdentityParts,
  password: string,
  field: string,
  whose: Whose,
): Promise<StoredPassword> {
  const { name, email } = whose
  const names = whose.workspaceNames.slice(0, WORKSPACES_JUDGED_MAX)
  for (const workspaceName of names.length > 0 ? names : ['']) {
    const verdict = await checkPasswordStrength(password, { name, email, workspaceName })
    if (!verdict.isStrong) throw refuse('weak_password', { fields: [{ field, code: verdict.code }] })
  }
  const stored = await parts.passwords.hashPassword(password)
  if (stored === 'busy') throw refuse('busy', BUSY)
  return stored
}
