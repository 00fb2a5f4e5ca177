/**
 * The status of a claim, worked out from what its probes did and from the day it is: never typed. A target that has
 * passed says so by itself.
 */
import type { Claim, ClaimStatus } from './claim.ts'

export type CheckResult = 'pass' | 'fail' | 'error' | 'skipped'
export type Stand = { readonly status: ClaimStatus; readonly reason: string }

/**
 * `results` are those of the probes that ran for this claim, by name; `old` is why they say nothing about now, such as
 * an older program, or null.
 */
export function statusOf(
  { standing }: Pick<Claim, 'standing'>,
  results: ReadonlyMap<string, CheckResult>,
  now: Date,
  old: string | null = null,
): Stand {
  if (standing.by === 'statement') return { status: 'attested', reason: standing.reason }
  if (standing.by === 'nothing yet') return { status: 'not_in_force', reason: standing.reason }
  if (standing.by === 'plan') {
    const isOver = now >= new Date(`${standing.until}T00:00:00Z`)
    return { status: 'planned', reason: isOver ? `Overdue: ${standing.reason} It is not attained.` : standing.reason }
  }
  if (old !== null) return { status: 'stale', reason: old }
  const broken = standing.probes.filter((name) => results.get(name) === 'fail')
  const unclear = standing.probes.filter((name) => results.get(name) === 'error')
  const absent = standing.probes.filter((name) => (results.get(name) ?? 'skipped') === 'skipped')
  if (broken.length > 0) return { status: 'failing', reason: `Broken through: ${broken.join(', ')}.` }
  if (unclear.length > 0) return { status: 'failing', reason: `Could not be shown: ${unclear.join(', ')}.` }
  if (absent.length > 0) return { status: 'stale', reason: `Not tried: ${absent.join(', ')}.` }
  if (standing.butNot !== undefined) return { status: 'not_in_force', reason: standing.butNot }
  return { status: 'proven', reason: 'Every attack was tried and held.' }
}
