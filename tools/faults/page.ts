/** Faults against the page itself (H0b). */
import type { Fault } from './fault.ts'

export const pageFaults: readonly Fault[] = [
  {
    name: 'a sentence is put more kindly than the page puts it',
    claim: 'H0b',
    probe: 'every-sentence',
    plant: {
      kind: 'patch',
      file: 'controls/claims/infrastructure.ts',
      find: 'failover within 60 seconds in case',
      replace: 'failover within moments in case',
    },
  },
  {
    name: 'the last sections of the page are left out',
    claim: 'H0b',
    probe: 'every-sentence',
    plant: {
      kind: 'patch',
      file: 'server/src/features/trust/standing.ts',
      find: 'SECTIONS.flatMap(',
      replace: 'SECTIONS.slice(0, -2).flatMap(',
    },
  },
  {
    name: 'a claim is shown without its status',
    claim: 'H0b',
    probe: 'every-sentence',
    plant: {
      kind: 'patch',
      file: 'controls/claims/status.ts',
      find: "return { status: 'not_in_force', reason: standing.reason }",
      replace: "return { status: 'proven' as never, reason: '' }",
    },
  },
]
