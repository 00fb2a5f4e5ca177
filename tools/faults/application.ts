/** Faults against what the page says of the application's security (P1 to P7). */
import type { Fault } from './fault.ts'

export const applicationFaults: readonly Fault[] = []
