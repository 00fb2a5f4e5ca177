/**
 * What the bench says: one document with every figure beside its limit and its target, and the exit code that follows
 * from it. A target is held against the ratio to the limit where there is one, else against our own figure. A figure
 * that could not be taken is never a pass.
 */
import { median } from './figures.ts'

export type Spread = { readonly median: number; readonly min: number; readonly max: number }
export type Target = { readonly op: '<=' | '>='; readonly value: number }
export type Mode = 'quick' | 'standard' | 'full'

export type Result = {
  readonly name: string
  readonly unit: string
  readonly ours: Spread & { readonly rounds: number }
  readonly limit: (Spread & { readonly name: string }) | null
  readonly ratio: Spread | null
  readonly target: Target | null
  readonly pass: boolean | null
  readonly note: string
}
export type BenchDocument = {
  readonly schema: 1
  readonly commit: string
  readonly mode: Mode
  readonly machine: Readonly<Record<string, unknown>>
  readonly noise: { readonly driftPct: number; readonly noisy: boolean }
  readonly results: readonly Result[]
}

/** What the rounds of one figure gave; `limit` has as many rounds, taken in turn with ours. */
export type Taken = {
  readonly name: string
  readonly unit: string
  readonly ours: readonly number[]
  readonly limit?: { readonly name: string; readonly rounds: readonly number[] } | null
  readonly target?: Target | null
  readonly note?: string
}

export const EXIT = { clean: 0, missed: 1, notMeasured: 2, noisy: 3 } as const
/** How much longer the same work may take at one time than at another before nothing is believed. */
export const DRIFT_MAX_PCT = 15

export function spreadOf(rounds: readonly number[]): Spread {
  const rounded = (value: number) => Number(value.toPrecision(4))
  return {
    median: rounded(median(rounds)),
    min: rounded(Math.min(...rounds)),
    max: rounded(Math.max(...rounds)),
  }
}

/** Round by round: neighbours that slow down one round slow down both sides of its ratio. */
export function ratiosOf(ours: readonly number[], limit: readonly number[]): number[] {
  if (ours.length !== limit.length) throw new Error(`${ours.length} rounds beside ${limit.length} are no pairs`)
  return ours.map((value, round) => value / (limit[round] ?? Number.NaN))
}

export function verdictOf(value: number, target: Target): boolean | null {
  if (!Number.isFinite(value)) return null
  return target.op === '<=' ? value <= target.value : value >= target.value
}

export function resultOf({ name, unit, ours, limit, target = null, note = '' }: Taken): Result {
  const ratio = limit ? spreadOf(ratiosOf(ours, limit.rounds)) : null
  const spread = spreadOf(ours)
  // A target about a limit says nothing about a figure without one.
  const isUnmeasured = limit === null
  const judged = ratio ? ratio.median : spread.median
  return {
    ...{ name, unit, target, note },
    ours: { ...spread, rounds: ours.length },
    limit: limit ? { name: limit.name, ...spreadOf(limit.rounds) } : null,
    ratio,
    pass: target && !isUnmeasured ? verdictOf(judged, target) : null,
  }
}

/** A noisy run proves neither a pass nor a miss; a miss weighs more than what was not measured. */
export function exitCodeOf({ noise, results }: Pick<BenchDocument, 'noise' | 'results'>): number {
  if (results.length === 0) return EXIT.notMeasured
  if (noise.noisy) return EXIT.noisy
  if (results.some(({ pass }) => pass === false)) return EXIT.missed
  if (results.some(({ target, pass }) => target !== null && pass === null)) return EXIT.notMeasured
  return EXIT.clean
}

const spelled = (value: number) =>
  Number.isFinite(value) ? (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)) : '–'
const VERDICTS = { true: 'met', false: 'MISSED', null: '' } as const

/** The same as a table for people, in Markdown. */
export function tableOf(results: readonly Result[]): string {
  const rows = results.map(({ name, unit, ours, limit, ratio, target, pass, note }) => [
    ...[name, unit, `${spelled(ours.median)} (${spelled(ours.min)} to ${spelled(ours.max)})`],
    limit ? `${limit.name}: ${spelled(limit.median)}` : '',
    ratio ? `${spelled(ratio.median)} (${spelled(ratio.min)} to ${spelled(ratio.max)})` : '',
    target ? `${target.op} ${target.value}` : '',
    VERDICTS[`${pass}`] || (target ? 'not measured' : ''),
    note,
  ])
  const head = ['What', 'Unit', 'Ours', 'Limit', 'Ratio', 'Target', 'Verdict', 'Note']
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
