/** What the verbs of this room are handed: the kernel, and what only this room holds. */
import type { Kernel } from '../../kernel/kernel.ts'
import type { CookieJar } from '../../kernel/web/cookies.ts'
import type { Csrf } from '../../kernel/web/csrf.ts'
import type { Lanes } from './lockout.ts'
import type { Passwords } from './passwords.ts'
import type { SecondFactorKeys } from './second-factor-codes.ts'

export type IdentityParts = Kernel & {
  readonly csrf: Csrf
  readonly cookies: CookieJar
  readonly passwords: Passwords
  readonly lanes: Lanes
  readonly secondFactor: SecondFactorKeys
}
