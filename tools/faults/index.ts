/** All faults that are planted, in the order of the claims. */
import { applicationFaults } from './application.ts'
import type { Fault } from './fault.ts'

export const FAULTS: readonly Fault[] = [...applicationFaults]
