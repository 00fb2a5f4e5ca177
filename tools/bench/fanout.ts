/**
 * From the call of a shop's program to the screens: five agents look at each of the small workspaces, messages come at
 * shares of what the desk can store, and each is timed from the moment it was due to be sent, however slow the answers
 * before it were.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { type Bench, takeRounds } from './bench.ts'
import { type Result, resultOf } from './document.ts'
import { percentile, Rounds } from './figures.ts'
import { kernelOn, openSessions } from './furnish.ts'
import { hookRequest, incoming, incomingSource, manyHooks } from './hooks.ts'
import { getRequest, Line, load } from './http-load.ts'
import { personOf } from './plan.ts'
import { workspacePath } from './reading-cases.ts'
import { BenchRefusal } from './refusal.ts'
import { marked, StreamReader } from './stream-reader.ts'

const AGENTS = 5
const CAPACITY_CONNECTIONS = 64
const SHARES = { quick: [0.7], standard: [0.3, 0.7], full: [0.3, 0.7, 0.9] } as const
const ARRIVAL_LIMIT_MS = 20_000
const LOOK_MS = 20

type Arrivals = Map<number, number[]>

export async function measureFanout(bench: Bench): Promise<Result[]> {
  const { bed, seeded, port, sizes, mode } = bench
  const foundation = await bed.foundation()
  const kernel = kernelOn(foundation)
  const cookies: string[] = []
  for (const { userIds } of seeded.crowd) cookies.push(...(await openSessions(kernel, bed.superuser, userIds, 1)))
  await foundation.close()
  const desk = await bed.desk(port, 'all')
  const arrivals: Arrivals = new Map()
  const readers = seeded.crowd.flatMap((plan, at) => {
    const request = getRequest(port, `${workspacePath(plan)}/events`, cookies[at] ?? '')
    const told = (marker: number) => arrivals.get(marker)?.push(performance.now())
    return Array.from({ length: AGENTS }, () => new StreamReader(port, request, told))
  })
  try {
    await Promise.all(readers.map(({ ready }) => ready))
    const rounds = new Rounds()
    const capacity = await capacityOf(bench)
    await takeRounds(bench, async (round, isCounted) => {
      for (const share of SHARES[mode]) {
        const rate = Math.floor(capacity * share)
        const found = await sendAtPace(
          bench,
          arrivals,
          rate,
          isCounted ? sizes.fanout_ms : 1_000,
          round * 100 + share * 10,
        )
        if (!isCounted) continue
        rounds.note(`${share} p50`, percentile(found.screens_ms, 0.5))
        rounds.note(`${share} p99`, percentile(found.screens_ms, 0.99))
        rounds.note(`${share} behind`, percentile(found.behind_ms, 0.99))
      }
    })
    return SHARES[mode].flatMap((share) => resultsOf(rounds, share, Math.floor(capacity * share)))
  } finally {
    for (const reader of readers) reader.close()
    await desk.stop()
  }
}

function resultsOf(rounds: Rounds, share: number, rate: number): Result[] {
  const name = share === 0.7 ? 'fanout' : `fanout.${share * 100}pct`
  const note = `at ${rate} messages/s (${share * 100} % of what is stored with everybody watching), to ${AGENTS} screens each`
  const target = share === 0.7 ? ({ op: '<=', value: 50 } as const) : null
  return [
    resultOf({ name: `${name}.p50`, unit: 'ms', ours: rounds.of(`${share} p50`), note }),
    resultOf({ name: `${name}.p99`, unit: 'ms', ours: rounds.of(`${share} p99`), target, note }),
    resultOf({
      ...{ name: `${name}.behind`, unit: 'ms', ours: rounds.of(`${share} behind`) },
      note: 'p99 from the answer to the sender to the screen: step 2 lies between them',
    }),
  ]
}

/** What comes through while all agents look, in messages a second. */
async function capacityOf({ port, seeded, sizes }: Bench): Promise<number> {
  const requests = () => manyHooks(incomingSource(seeded.crowd, 31), port, sizes.single)
  await load(port, CAPACITY_CONNECTIONS, requests())
  await pause(1_000)
  const done = await load(port, CAPACITY_CONNECTIONS, requests())
  if (done.refused > 0) throw new BenchRefusal(`${done.refused} calls were refused`)
  return (1000 * done.answers) / done.took_ms
}

type Found = { readonly screens_ms: number[]; readonly behind_ms: number[] }

/** Sends when each is due, however slow the answers are: what waits, waits on the clock. */
async function sendAtPace(
  { port, seeded }: Bench,
  arrivals: Arrivals,
  rate: number,
  lasts_ms: number,
  round: number,
): Promise<Found> {
  const count = Math.floor((rate * lasts_ms) / 1000)
  const calls = Array.from({ length: count }, (_, at) => {
    const plan = seeded.crowd[at % seeded.crowd.length]
    if (!plan) throw new BenchRefusal('there is nobody to write to')
    const marker = Math.round(round * 100_000) + at
    return {
      marker,
      request: hookRequest(incoming(plan, personOf((at * 7) % plan.conversations), marked(marker)), port),
    }
  })
  const free: Line[] = []
  const lines: Line[] = []
  const due = new Map<number, number>()
  const answered = new Map<number, number>()
  const running: Promise<void>[] = []
  arrivals.clear()
  const begun_ms = performance.now() + 50
  for (const [at, { marker, request }] of calls.entries()) {
    const due_ms = begun_ms + (at / count) * lasts_ms
    while (performance.now() < due_ms) await pause(1)
    due.set(marker, due_ms)
    arrivals.set(marker, [])
    const line = free.pop() ?? newLine(lines, port)
    running.push(
      line.call(request).then(() => {
        answered.set(marker, performance.now())
        free.push(line)
      }),
    )
  }
  await Promise.all(running)
  for (const line of lines) line.close()
  await untilAllCame(arrivals, count)
  const from = (since: Map<number, number>) =>
    [...arrivals].flatMap(([marker, came]) => came.map((at_ms) => at_ms - (since.get(marker) ?? Number.NaN)))
  return { screens_ms: from(due), behind_ms: from(answered) }
}

function newLine(lines: Line[], port: number): Line {
  const line = new Line(port)
  lines.push(line)
  return line
}

async function untilAllCame(arrivals: Arrivals, count: number): Promise<void> {
  const until_ms = performance.now() + ARRIVAL_LIMIT_MS
  const missing = () => count * AGENTS - [...arrivals.values()].reduce((sum, came) => sum + came.length, 0)
  while (missing() > 0) {
    if (performance.now() > until_ms) throw new BenchRefusal(`${missing()} of ${count * AGENTS} arrivals are missing`)
    await pause(LOOK_MS)
  }
}
