/** All probes, in the order of the page. */
import { canaryAtRest } from './canary-at-rest.ts'
import { credentialsSealed } from './credentials-sealed.ts'
import { everySentence } from './every-sentence.ts'
import { keysDestroyed } from './keys-destroyed.ts'
import { lockout } from './lockout.ts'
import { ownPortTls } from './own-port-tls.ts'
import { passwordRules } from './password-rules.ts'
import { passwordsHashed } from './passwords-hashed.ts'
import { isolationInSql } from './isolation-in-sql.ts'
import { isolationOverHttp } from './isolation-over-http.ts'
import { roles } from './roles.ts'
import { rolesOverTime } from './roles-over-time.ts'
import { csrf } from './csrf.ts'
import { rateLimits } from './rate-limits.ts'
import { secondFactor } from './second-factor.ts'
import { securityHeaders } from './security-headers.ts'
import { sqlInjection } from './sql-injection.ts'
import { xss } from './xss.ts'
import type { Probe } from './probe.ts'
import { sessionExpiry } from './session-expiry.ts'

export const PROBES: readonly Probe[] = [
  everySentence,
  ownPortTls,
  canaryAtRest,
  credentialsSealed,
  keysDestroyed,
  roles,
  rolesOverTime,
  isolationOverHttp,
  isolationInSql,
  secondFactor,
  passwordsHashed,
  csrf,
  sqlInjection,
  xss,
  rateLimits,
  securityHeaders,
  sessionExpiry,
  passwordRules,
  lockout,
]
