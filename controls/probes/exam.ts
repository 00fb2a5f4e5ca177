/** The score of one run of a probe: how many attacks there were, which broke through, and whether it could see at all. */
import type { Exam } from './probe.ts'

export type Score = {
  readonly result: 'pass' | 'fail' | 'error'
  readonly attempts: number
  /** What broke through, or why nothing can be said; at a pass what was tried. */
  readonly detail: string
}

const TOLD_MAX = 5

export function createExam(): Exam & { score(): Score } {
  const broken: string[] = []
  const blind: string[] = []
  let attempts = 0
  let controls = 0
  return {
    attempt(what, held) {
      attempts += 1
      if (!held) broken.push(what)
    },
    control(what, worked) {
      controls += 1
      if (!worked) blind.push(what)
    },
    isBroken: () => broken.length > 0,
    score() {
      if (blind.length > 0) return { result: 'error', attempts, detail: `could not see: ${listed(blind)}` }
      if (attempts === 0) return { result: 'error', attempts, detail: 'nothing was attempted' }
      if (controls === 0) return { result: 'error', attempts, detail: 'no allowed act was tried, so nothing is shown' }
      if (broken.length > 0) return { result: 'fail', attempts, detail: `broke through: ${listed(broken)}` }
      return { result: 'pass', attempts, detail: `${attempts} attempts held; ${controls} allowed acts went well` }
    },
  }
}

function listed(all: readonly string[]): string {
  const told = all.slice(0, TOLD_MAX).join('; ')
  return all.length > TOLD_MAX ? `${told}; and ${all.length - TOLD_MAX} more` : told
}
