/**
 * `npm run bench`: holds the figures of a desk against a limit measured in the same run. Fills a throw-away home with
 * sealed conversations, measures in rounds that take turns, throws all of it away.
 *   npm run -s bench -- [--quick|--full] [--only NAME]… --json FILE
 * `--quick` takes about two minutes, `--full` a million messages; without either, the sizes of `--quick` with more
 * rounds. NAME is a result or the beginning of its name, such as `ingest` or `search.rare`.
 * Ends with 0 when all is met, 1 when a target is missed, 2 when something could not be measured, 3 when the machine
 * was too noisy to say.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { killDesks, makeBed, throwAwayHome } from './bed.ts'
import { type Bench, type Group, SIZES } from './bench.ts'
import { measureBundles } from './bundles.ts'
import { type BenchDocument, EXIT, exitCodeOf, type Mode, type Result, tableOf } from './document.ts'
import { measureFanout } from './fanout.ts'
import { measureIngest } from './ingest.ts'
import { NoiseGuard } from './noise.ts'
import { measureLists, measureSearches, measureThreads } from './reads.ts'
import { BenchRefusal } from './refusal.ts'
import { measureSearchFunction } from './searches.ts'
import { seed } from './seed.ts'
import { measureStarts } from './starts.ts'
import { measureStreamMemory } from './stream-memory.ts'

type Entry = { readonly gives: readonly string[]; readonly measure: Group; readonly stands: 'on' | 'off' }
/** What each group gives, and whether it needs the database of the bed. Reads come first: writes make the rest grow. */
const GROUPS: readonly Entry[] = [
  { gives: ['list'], measure: measureLists, stands: 'on' },
  { gives: ['open'], measure: measureThreads, stands: 'on' },
  { gives: ['search'], measure: measureSearches, stands: 'on' },
  { gives: ['search.rls'], measure: measureSearchFunction, stands: 'on' },
  { gives: ['memory.stream'], measure: measureStreamMemory, stands: 'on' },
  { gives: ['ingest', 'index', 'memory.load'], measure: measureIngest, stands: 'on' },
  { gives: ['fanout'], measure: measureFanout, stands: 'on' },
  { gives: ['start', 'memory.idle'], measure: measureStarts, stands: 'off' },
]
const PORT = 7600

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
    port: { type: 'string', default: String(PORT) },
    home: { type: 'string' },
  },
})
const mode: Mode = values.full ? 'full' : values.quick ? 'quick' : 'standard'
const begun_ms = performance.now()
const say = (sentence: string) =>
  void process.stderr.write(`${((performance.now() - begun_ms) / 1000).toFixed(0).padStart(4)} s  ${sentence}\n`)

const isWanted = (name: string) => values.only.length === 0 || values.only.some((only) => name.startsWith(only))
const isAsked = (gives: string) => isWanted(gives) || values.only.some((only) => only.startsWith(gives))

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return 'unknown'
  }
}

/** Groups that refused: the others are measured all the same, and the run ends as not measured. */
const refusals: string[] = []

async function resultsOf(group: Entry, bench: Bench): Promise<Result[]> {
  try {
    return await group.measure(bench)
  } catch (error) {
    if (!(error instanceof BenchRefusal)) throw error
    refusals.push(`${group.gives.join(', ')}: ${error.message}`)
    return []
  }
}

async function measureOnBed(home: string, noise: NoiseGuard): Promise<Result[]> {
  const groups = GROUPS.filter(({ gives }) => gives.some(isAsked))
  if (groups.length === 0) return []
  const sizes = SIZES[mode]
  const seeded = await seed(home, sizes.seed, say)
  const bed = await makeBed({ home })
  const bench: Bench = { mode, sizes, bed, seeded, port: Number(values.port), noise, say }
  const results: Result[] = []
  const measure = async (stands: Entry['stands']) => {
    for (const group of groups.filter((one) => one.stands === stands)) {
      say(`measuring ${group.gives.join(', ')}`)
      results.push(...(await resultsOf(group, bench)))
    }
  }
  try {
    await measure('on')
  } finally {
    await bed.stop()
  }
  await measure('off')
  return results
}

async function measureAll(home: string): Promise<BenchDocument> {
  const noise = new NoiseGuard()
  const bundles = isAsked('bundle') ? measureBundles() : []
  const results = [...bundles, ...(await measureOnBed(home, noise))].filter(({ name }) => isWanted(name))
  const [cpu] = cpus()
  const machine = {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  }
  return { schema: 1, commit: commit(), mode, machine, noise: noise.verdict, results }
}

async function run(): Promise<number> {
  if (values.quick && values.full) throw new BenchRefusal('--quick or --full, not both')
  const throwAway = throwAwayHome()
  // The database ends by itself when its launcher is gone.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      killDesks()
      throwAway.remove()
      process.exit(EXIT.notMeasured)
    })
  }
  try {
    const measured = await measureAll(values.home ?? throwAway.home)
    const { noise, results } = measured
    if (values.json) writeFileSync(values.json, `${JSON.stringify(measured, null, 2)}\n`)
    process.stdout.write(`${tableOf(results)}\n\n`)
    if (results.length === 0) say('nothing is called like this')
    if (noise.noisy) say(`too noisy: the same work took ${noise.driftPct} % longer at one time than at another`)
    for (const refusal of refusals) say(`not measured: ${refusal}`)
    say('done')
    return refusals.length > 0 ? EXIT.notMeasured : exitCodeOf(measured)
  } catch (error) {
    if (!(error instanceof BenchRefusal)) throw error
    say(`not measured: ${error.message}`)
    return EXIT.notMeasured
  } finally {
    throwAway.remove()
  }
}

process.exit(
  await run().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    return EXIT.notMeasured
  }),
)
