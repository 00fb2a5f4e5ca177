/** What a run of the probes found, as one document, and as a table for people. */
import { CLAIMS, type Claim, type ClaimStatus, statusOf } from '../../controls/claims/index.ts'
import type { Check, FaultResult } from './run-probes.ts'

export type ProofDocument = {
  readonly schema: 1
  readonly mode: 'throw-away' | 'throw-away with faults' | 'url'
  readonly target: {
    readonly url: string
    readonly version: string | null
    readonly commit: string | null
    /** Hash of the source that ran; null for a desk reached by its address. */
    readonly program: string | null
  }
  readonly startedAt: string
  readonly finishedAt: string
  readonly claims: readonly {
    readonly id: string
    readonly sentence: string
    readonly kind: Claim['kind']
    readonly status: ClaimStatus
    readonly reason: string
    readonly checks: readonly Check[]
    readonly faults: readonly Omit<FaultResult, 'claim'>[]
  }[]
  readonly totals: {
    readonly claims: number
    readonly byStatus: Readonly<Record<string, number>>
    readonly checks: Readonly<Record<Check['result'], number>>
    readonly faults: Readonly<Record<FaultResult['result'], number>>
  }
}

type Found = Omit<ProofDocument, 'schema' | 'claims' | 'totals' | 'finishedAt'> & {
  readonly claims?: readonly Claim[]
  readonly checks: readonly Check[]
  readonly faults: readonly FaultResult[]
}

export function documentOf({ claims = CLAIMS, checks, faults, ...run }: Found, now: Date): ProofDocument {
  const byProbe = new Map(checks.map((check) => [check.probe, check]))
  const results = new Map(checks.map(({ probe, result }) => [probe, result]))
  const shown = claims.map((claim) => {
    const probes = claim.standing.by === 'probes' ? claim.standing.probes : []
    return {
      id: claim.id,
      sentence: claim.sentence,
      kind: claim.kind,
      ...statusOf(claim, results, now),
      checks: probes.flatMap((name) => byProbe.get(name) ?? []),
      faults: faults.filter(({ claim: id }) => id === claim.id).map(({ claim: _id, ...fault }) => fault),
    }
  })
  return {
    schema: 1,
    mode: run.mode,
    target: run.target,
    startedAt: run.startedAt,
    finishedAt: now.toISOString(),
    claims: shown,
    totals: {
      claims: shown.length,
      byStatus: tally(shown.map(({ status }) => status)),
      checks: { pass: 0, fail: 0, error: 0, skipped: 0, ...tally(checks.map(({ result }) => result)) },
      faults: { caught: 0, missed: 0, not_run: 0, ...tally(faults.map(({ result }) => result)) },
    },
  }
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

/** 0: clean. 1: a claim fails or a fault was missed. 2: something could not be run, so nothing can be said of it. */
export function exitCodeOf({ claims, totals }: ProofDocument): 0 | 1 | 2 {
  if (totals.checks.fail > 0 || totals.faults.missed > 0) return 1
  if (totals.checks.error > 0 || totals.faults.not_run > 0) return 2
  return claims.some(({ status }) => status === 'failing') ? 1 : 0
}

const MARKS: Readonly<Record<ClaimStatus, string>> = {
  proven: 'PROVEN',
  attested: 'attested',
  stale: 'stale',
  failing: 'FAILING',
  not_in_force: 'not in force',
  planned: 'planned',
}
const MARK_WIDTH = 13
const SENTENCE_WIDTH = 100

export function tableOf(document: ProofDocument): string {
  const lines = document.claims.flatMap(({ id, status, sentence, reason, checks, faults }) => [
    `${id.padEnd(5)}${MARKS[status].padEnd(MARK_WIDTH)}${short(sentence)}`,
    ...(status === 'proven' ? [] : [`${' '.repeat(5 + MARK_WIDTH)}${reason}`]),
    ...checks.map(
      ({ probe, result, attempts, ms, detail }) =>
        `     ${result.padEnd(MARK_WIDTH)}${probe}: ${attempts} attempts, ${ms} ms${result === 'pass' ? '' : `; ${detail}`}`,
    ),
    ...faults.map(
      ({ name, result, detail }) =>
        `     ${result.padEnd(MARK_WIDTH)}fault: ${name}${result === 'caught' ? '' : `; ${detail}`}`,
    ),
  ])
  const { byStatus, faults } = document.totals
  const statuses = Object.entries(byStatus).map(([status, count]) => `${count} ${MARKS[status as ClaimStatus]}`)
  const planted = faults.caught + faults.missed + faults.not_run
  const ofFaults = planted > 0 ? ` ${faults.caught} of ${planted} planted faults were caught.` : ''
  return [...lines, '', `${document.totals.claims} sentences: ${statuses.join(', ')}.${ofFaults}`].join('\n')
}

function short(sentence: string): string {
  return sentence.length > SENTENCE_WIDTH ? `${sentence.slice(0, SENTENCE_WIDTH - 1)}…` : sentence
}
