/** All faults that are planted, in the order of the claims. */
import { identityFaults } from './identity.ts'
import { applicationFaults } from './application.ts'
import { encryptionFaults } from './encryption.ts'
import type { Fault } from './fault.ts'
import { isolationFaults } from './isolation.ts'
import { roleFaults } from './roles.ts'
import { pageFaults } from './page.ts'
import { secondFactorFaults } from './second-factor.ts'

export const FAULTS: readonly Fault[] = [
  ...pageFaults,
  ...encryptionFaults,
  ...roleFaults,
  ...isolationFaults,
  ...secondFactorFaults,
  ...applicationFaults,
  ...identityFaults,
]
