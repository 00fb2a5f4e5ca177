/**
 * Measures what arrives: step 1 (kept and answered) at 64 and 256 connections by a desk that does nothing else, then
 * step 2 (stored) and the index, each in a process of its own on what step 1 left behind. Processor time a message is
 * told apart for our process and for PostgreSQL; it holds when neighbours take the cores.
 */
import { withClient } from '../../server/src/postgres/address.ts'
import type { Bed } from './bed.ts'
import { type Figure, percentile, Sheet } from './figures.ts'
import { hookSource, manyHooks } from './hooks.ts'
import { load } from './http-load.ts'
import { cpu_us, FamilyClock } from './processes.ts'
import type { Seeded } from './seed.ts'

export type IntakeOptions = { readonly port: number; readonly rounds: number; readonly messages: number }

export async function measureIntake(bed: Bed, seeded: Seeded, options: IntakeOptions): Promise<Figure[]> {
  const sheet = new Sheet()
  for (let round = 0; round < options.rounds; round++) {
    await keepRound(bed, seeded, options, round, sheet)
    await stageRound(bed, 'store', 'step 2', sheet)
    await stageRound(bed, 'index', 'index', sheet)
  }
  return sheet.figures()
}

async function keepRound(
  bed: Bed,
  { crowd }: Seeded,
  options: IntakeOptions,
  round: number,
  sheet: Sheet,
): Promise<void> {
  const { port, messages } = options
  const desk = await bed.desk(port, 'web')
  try {
    const source = hookSource(crowd, port, round + 1)
    // Keys, routes and plans are there before anything is counted.
    await load(port, 64, manyHooks(source, crowd.length * 10))
    const order = round % 2 === 0 ? [64, 256] : [256, 64]
    for (const connections of order) {
      const requests = manyHooks(source, messages)
      const before_us = cpu_us(desk.pid)
      const database = new FamilyClock(bed.postmasterPid)
      const done = await load(port, connections, requests)
      if (done.refused > 0) throw new Error(`${done.refused} calls were refused`)
      const name = `step 1, ${connections} connections`
      sheet.note({ name: `${name}: rate`, unit: 'messages/s', samples: [(1000 * done.answers) / done.took_ms] })
      sheet.note({ name: `${name}: answer p50`, unit: 'ms', samples: [percentile(done.latencies_ms, 0.5)] })
      sheet.note({ name: `${name}: answer p99`, unit: 'ms', samples: [percentile(done.latencies_ms, 0.99)] })
      sheet.note({
        name: `${name}: desk`,
        unit: 'us CPU/message',
        samples: [(cpu_us(desk.pid) - before_us) / done.answers],
      })
      sheet.note({ name: `${name}: PostgreSQL`, unit: 'us CPU/message', samples: [database.lap_us() / done.answers] })
    }
  } finally {
    await desk.stop()
  }
}

const WAITING = {
  store: "select count(*)::int as n from desk.inbound_event where state = 'pending'",
  index: 'select count(*)::int as n from desk.search_backlog',
} as const

async function stageRound(bed: Bed, stage: keyof typeof WAITING, name: string, sheet: Sheet): Promise<void> {
  const count = async () =>
    withClient(bed.superuser, async (client) => Number((await client.query(WAITING[stage])).rows[0]?.n))
  const waiting = await count()
  const database = new FamilyClock(bed.postmasterPid)
  const { took_ms, cpu_us: ours_us } = await bed.stage(stage)
  const theirs_us = database.lap_us()
  const left = await count()
  if (left > 0) throw new Error(`${left} were left by the stage ${stage}`)
  sheet.note({ name: `${name}: rate`, unit: 'messages/s', samples: [(1000 * waiting) / took_ms] })
  sheet.note({ name: `${name}: desk`, unit: 'us CPU/message', samples: [ours_us / waiting] })
  sheet.note({ name: `${name}: PostgreSQL`, unit: 'us CPU/message', samples: [theirs_us / waiting] })
}
