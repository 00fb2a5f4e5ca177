/** The arithmetic of figures: percentiles, and how long something takes when it is done again and again. */

export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Of two in the middle their mean. */
export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2
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

/** Values by name, one a round. */
export class Rounds {
  readonly #rounds = new Map<string, number[]>()

  note(name: string, value: number): void {
    const known = this.#rounds.get(name) ?? []
    known.push(value)
    this.#rounds.set(name, known)
  }

  of(name: string): readonly number[] {
    const known = this.#rounds.get(name)
    if (!known) throw new Error(`nothing was noted as ${name}`)
    return known
  }
}
