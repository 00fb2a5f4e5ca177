/** What every group of figures is handed: the bed it stands on, how much of everything, and how a round is taken. */
import type { Bed } from './bed.ts'
import type { Mode, Result } from './document.ts'
import type { NoiseGuard } from './noise.ts'
import type { Seeded, SeedSizes } from './seed.ts'

export type Sizes = {
  readonly rounds: number
  readonly seed: SeedSizes
  /** Messages of one round of intake, from 64 and from 256 connections. */
  readonly single: number
  readonly group: number
  /** Calls of one case in one round. */
  readonly reads: number
  readonly streams: number
  readonly fanout_ms: number
}

const CONVERSATIONS = { small: 10_000, large: 100_000 } as const
export const SIZES: Readonly<Record<Mode, Sizes>> = {
  quick: {
    ...{ rounds: 3, single: 1_600, group: 3_000, reads: 20, streams: 800, fanout_ms: 3_000 },
    seed: { ...CONVERSATIONS, isLargeThin: true, crowd: 100, crowdConversations: 100 },
  },
  standard: {
    ...{ rounds: 5, single: 3_000, group: 6_000, reads: 60, streams: 1_500, fanout_ms: 5_000 },
    seed: { ...CONVERSATIONS, isLargeThin: true, crowd: 100, crowdConversations: 1_000 },
  },
  full: {
    ...{ rounds: 7, single: 4_000, group: 10_000, reads: 100, streams: 2_000, fanout_ms: 8_000 },
    seed: { ...CONVERSATIONS, isLargeThin: false, crowd: 100, crowdConversations: 1_000 },
  },
}

export type Bench = {
  readonly mode: Mode
  readonly sizes: Sizes
  readonly bed: Bed
  readonly seeded: Seeded
  readonly port: number
  readonly noise: NoiseGuard
  say(sentence: string): void
}
export type Group = (bench: Bench) => Promise<Result[]>

/** Takes rounds one after another, with a look at the machine before and after each. The first is thrown away. */
export async function takeRounds(
  { sizes, noise }: Pick<Bench, 'sizes' | 'noise'>,
  work: (round: number, isCounted: boolean) => Promise<void>,
): Promise<void> {
  for (let round = 0; round <= sizes.rounds; round++) {
    if (round > 0) noise.look()
    await work(round, round > 0)
    if (round > 0) noise.look()
  }
}
