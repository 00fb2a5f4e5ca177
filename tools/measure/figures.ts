/**
 * Figures and how sure we are of them: medians of interleaved rounds with the least and the greatest, percentiles over
 * all samples, and a fixed piece of work beside them that tells how much of the processor the neighbours left us.
 */
import { createHash } from 'node:crypto'

export type Figure = {
  readonly name: string
  readonly unit: string
  /** Of the medians of the rounds. */
  readonly median: number
  readonly min: number
  readonly max: number
  readonly rounds: number
  /** Over all samples of all rounds; null where a round is one sample. */
  readonly p99: number | null
  readonly note?: string
}

export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const median = (samples: readonly number[]) => percentile(samples, 0.5)

export function figureOf(name: string, unit: string, rounds: readonly (readonly number[])[], note?: string): Figure {
  const medians = rounds.map(median)
  const isSampled = rounds.some((samples) => samples.length > 1)
  return {
    ...{ name, unit, rounds: rounds.length, note },
    median: median(medians),
    min: Math.min(...medians),
    max: Math.max(...medians),
    p99: isSampled ? percentile(rounds.flat(), 0.99) : null,
  }
}

/** What one run of a case found, for one of its figures. */
export type Finding = { readonly name: string; readonly unit: string; readonly samples: readonly number[] }
export type Case = () => Promise<readonly Finding[]>

/** Findings gathered over rounds, in the order in which their names first came. */
export class Sheet {
  readonly #rounds = new Map<string, { unit: string; samples: (readonly number[])[] }>()

  note(...findings: readonly Finding[]): void {
    for (const { name, unit, samples } of findings) {
      const known = this.#rounds.get(name) ?? { unit, samples: [] }
      known.samples.push(samples)
      this.#rounds.set(name, known)
    }
  }

  figures(): Figure[] {
    return [...this.#rounds].map(([name, { unit, samples }]) => figureOf(name, unit, samples))
  }
}

/** Each round runs every case once, so that a busy minute of the machine falls on all alike. The first is thrown away. */
export async function interleave(cases: readonly Case[], rounds: number): Promise<Figure[]> {
  const sheet = new Sheet()
  for (let round = 0; round <= rounds; round++) {
    for (const run of cases) {
      const findings = await run()
      if (round > 0) sheet.note(...findings)
    }
  }
  return sheet.figures()
}

/** Runs something a number of times and answers how long each took, in milliseconds. */
export async function timed(times: number, work: (turn: number) => Promise<unknown>): Promise<number[]> {
  const samples: number[] = []
  for (let turn = 0; turn < times; turn++) {
    const begun_ms = performance.now()
    await work(turn)
    samples.push(performance.now() - begun_ms)
  }
  return samples
}

const SPIN_BYTES = Buffer.alloc(1024 * 1024)
const SPIN_TIMES = 40

type Spin = { readonly took_ms: number; readonly cpu_ms: number }

/** The same hashing at any time: on a quiet machine it takes as long as it costs. */
function spin(): Spin {
  const begun_ms = performance.now()
  const before = process.cpuUsage()
  for (let turn = 0; turn < SPIN_TIMES; turn++) createHash('sha256').update(SPIN_BYTES).digest()
  const { user, system } = process.cpuUsage(before)
  return { took_ms: performance.now() - begun_ms, cpu_ms: (user + system) / 1000 }
}

export class NoiseGuard {
  readonly #spins: Spin[] = []

  look(): void {
    this.#spins.push(spin())
  }

  /** How much longer the slowest spin took than the quickest, in percent. */
  get drift_pct(): number {
    const took = this.#spins.map(({ took_ms }) => took_ms)
    const quickest = Math.min(...took)
    return Math.round((100 * (Math.max(...took) - quickest)) / quickest)
  }

  /** How many times as long as it costs a piece of work took, at the median: 1 when the processor was ours alone. */
  get crowding(): number {
    return Number(median(this.#spins.map(({ took_ms, cpu_ms }) => took_ms / cpu_ms)).toFixed(1))
  }
}

export function tableOf(figures: readonly Figure[]): string {
  const spelled = (value: number) =>
    value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
  const rows = figures.map(({ name, unit, median: middle, min, max, p99, rounds, note }) => [
    ...[name, unit, spelled(middle), `${spelled(min)} to ${spelled(max)}`],
    ...[p99 === null ? '' : spelled(p99), String(rounds), note ?? ''],
  ])
  const head = ['What', 'Unit', 'Median', 'Rounds from to', 'p99', 'Rounds', 'Note']
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
