/**
 * Measures a desk at real sizes and prints a table. Everything happens in a home of its own, which is filled once and
 * thrown away afterwards unless it is named.
 *   node tools/measure/run.ts [reads] [searches] [index] [intake] [latency] [memory] [start]
 *     [--home FOLDER] [--scale 1] [--rounds 5] [--port 4250] [--messages 10000] [--json FILE]
 * Without names it measures all. `--scale 0.1` is a tenth of the sizes, for a first look.
 */
import { writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { type Bed, makeBed, throwAwayHome } from './bed.ts'
import { type Figure, NoiseGuard, tableOf } from './figures.ts'
import { measureIntake } from './intake.ts'
import { messagesIn } from './plan.ts'
import { measureReads } from './reads.ts'
import { listCases, searchCases, threadCases } from './reading-cases.ts'
import { measureSearchFunction } from './searches.ts'
import { type Seeded, seed } from './seed.ts'
import { measureStart } from './starts.ts'
import { measureLatency, measureStreamMemory } from './streams.ts'

const STREAMS = 2_000
const LATENCY = { streams: 50, watched_rate: 50, other_rate: 150, lasts_ms: 8_000 }
const TIMES = 15

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    home: { type: 'string' },
    scale: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    port: { type: 'string', default: '4250' },
    messages: { type: 'string', default: '10000' },
    json: { type: 'string' },
  },
})
const [rounds, port, messages] = [Number(values.rounds), Number(values.port), Number(values.messages)]
const say = (sentence: string) => void process.stderr.write(`${sentence}\n`)

type Measure = (bed: Bed, seeded: Seeded) => Promise<Figure[]>
const reading = { port, rounds, times: TIMES }
const MEASURES: Readonly<Record<string, Measure>> = {
  reads: (bed, seeded) =>
    measureReads(bed, seeded, {
      ...reading,
      cases: async (plan, readIn, client) => [
        ...(await listCases(client, plan)),
        ...(await threadCases(client, plan, readIn)),
      ],
    }),
  searches: (bed, seeded) => measureReads(bed, seeded, { ...reading, cases: async () => searchCases() }),
  index: (bed, seeded) => measureSearchFunction(bed, seeded, rounds, TIMES),
  intake: (bed, seeded) => measureIntake(bed, seeded, { port, rounds, messages }),
  latency: (bed, seeded) => measureLatency(bed, seeded, { port, rounds, ...LATENCY }),
  memory: (bed, seeded) => measureStreamMemory(bed, seeded, port, STREAMS),
}

function wanted(): string[] {
  const known = [...Object.keys(MEASURES), 'start']
  const unknown = positionals.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: known are ${known.join(', ')}`)
  return positionals.length > 0 ? positionals : known
}

async function measureAll(home: string): Promise<{ seeded: Seeded; figures: Figure[]; noise: NoiseGuard }> {
  const names = wanted()
  const seeded = await seed(home, Number(values.scale), say)
  const noise = new NoiseGuard()
  const figures: Figure[] = []
  noise.look()
  const bed = await makeBed({ home })
  const { dataFolder } = bed
  try {
    for (const name of names) {
      const measure = MEASURES[name]
      if (!measure) continue
      say(`measuring ${name}`)
      figures.push(...(await measure(bed, seeded)))
      noise.look()
    }
  } finally {
    await bed.stop()
  }
  if (names.includes('start')) {
    say('measuring start')
    figures.push(...(await measureStart(home, dataFolder, port, rounds)))
    noise.look()
  }
  return { seeded, figures, noise }
}

const throwAway = values.home ? null : throwAwayHome()
try {
  const { seeded, figures, noise } = await measureAll(values.home ?? throwAway?.home ?? '')
  const { small, large } = seeded
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
  }
  const sizes = Object.fromEntries(
    Object.entries({ small, large }).map(([name, plan]) => [
      name,
      { conversations: plan.conversations, messages: messagesIn(plan), longestThread: plan.deepMessages },
    ]),
  )
  const noisy = {
    drift_pct: noise.drift_pct,
    crowding: noise.crowding,
    load: loadavg().map((load) => Number(load.toFixed(1))),
  }
  process.stdout.write(`${tableOf(figures)}\n\n${JSON.stringify({ machine, sizes, noise: noisy })}\n`)
  if (values.json)
    writeFileSync(values.json, JSON.stringify({ schema: 1, machine, sizes, noise: noisy, figures }, null, 2))
} finally {
  throwAway?.remove()
}
process.exit(0)
