/**
 * The security page as a registry: every sentence of it, in its order, with what makes it true and how it stands. The
 * page at /security, its JSON and `npm run prove` are all made from this.
 */
import { accessControl } from './access-control.ts'
import { applicationSecurity } from './application-security.ts'
import { backups } from './backups.ts'
import type { Claim, Section } from './claim.ts'
import { compliance } from './compliance.ts'
import { disclosure } from './disclosure.ts'
import { encryption } from './encryption.ts'
import { head } from './head.ts'
import { infrastructure } from './infrastructure.ts'
import { questions, securityReview, subProcessors } from './others.ts'
import { personnel } from './personnel.ts'

export type { Claim, ClaimKind, ClaimStatus, Section, Standing } from './claim.ts'
export { ATTACKS } from './attacks.ts'
export { type CheckResult, statusOf } from './status.ts'

export const SECTIONS: readonly Section[] = [
  head,
  infrastructure,
  encryption,
  accessControl,
  applicationSecurity,
  backups,
  personnel,
  compliance,
  disclosure,
  subProcessors,
  securityReview,
  questions,
]

export const CLAIMS: readonly Claim[] = SECTIONS.flatMap(({ claims }) => claims)
