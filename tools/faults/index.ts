/** All faults that are planted, in the order of the claims. */
import { applicationFaults } from './application.ts'
import type { Fault } from './fault.ts'
import { pageFaults } from './page.ts'

export const FAULTS: readonly Fault[] = [...pageFaults, ...applicationFaults]
