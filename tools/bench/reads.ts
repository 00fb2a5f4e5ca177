/**
 * Reading over HTTP, with session, membership and rate limit as an agent's browser has them: each case in a workspace of
 * ten thousand conversations and in one of a hundred thousand, in turn. What must hold is that the large one costs what
 * the small one costs.
 */
import type pg from 'pg'
import { withClient } from '../../server/src/postgres/address.ts'
import { type Bench, takeRounds } from './bench.ts'
import { type Result, resultOf, type Target } from './document.ts'
import { median, percentile, Rounds, timed } from './figures.ts'
import { kernelOn, openSessions } from './furnish.ts'
import { getRequest, Line } from './http-load.ts'
import { messagesIn, type WorkspacePlan } from './plan.ts'
import { cpu_us, FamilyClock } from './processes.ts'
import {
  listCases,
  type ReadIn,
  type ReadingCase,
  readerIn,
  searchCases,
  threadCases,
  workspacePath,
} from './reading-cases.ts'

/** A session may read 1,200 times a minute. */
const SESSIONS = 40
const FIRST_CALLS = 5

type CasesOf = (plan: WorkspacePlan, readIn: ReadIn, client: pg.Client) => Promise<ReadingCase[]>
type Calls = { readonly key: string; readonly call: (turn: number) => Promise<unknown> }
type Size = 'small' | 'large'

/** Each case at each size that is asked for, in rounds; the figures by `<case> <size> p50`, `… p99` and `… cpu`. */
async function readInRounds(bench: Bench, sizes: readonly Size[], casesOf: CasesOf): Promise<Rounds> {
  const { bed, seeded, port } = bench
  const foundation = await bed.foundation()
  const desk = await bed.desk(port, 'web')
  const line = new Line(port)
  const rounds = new Rounds()
  try {
    const kernel = kernelOn(foundation)
    const cases: Calls[] = []
    for (const size of sizes) {
      const plan = seeded[size]
      const readIn = readerIn(kernel.doors, plan)
      const cookies = await openSessions(kernel, bed.superuser, plan.userIds, SESSIONS)
      const reading = await withClient(bed.superuser, (client) => casesOf(plan, readIn, client))
      for (const { name, path } of reading) {
        const requests = cookies.map((cookie) => getRequest(port, workspacePath(plan) + path, cookie))
        const call = (turn: number) => line.call(requests[turn % requests.length] as Buffer)
        cases.push({ key: `${name} ${size}`, call })
      }
    }
    await takeRounds(bench, async (_, isCounted) => {
      for (const { key, call } of cases) {
        if (!isCounted) await timed(FIRST_CALLS, call)
        else await oneCase(bench, desk.pid, rounds, key, call)
      }
    })
    return rounds
  } finally {
    line.close()
    await desk.stop()
    await foundation.close()
  }
}

async function oneCase({ bed, sizes }: Bench, pid: number, rounds: Rounds, key: string, call: Calls['call']) {
  const before_us = cpu_us(pid)
  const database = new FamilyClock(bed.postmasterPid)
  const took_ms = await timed(sizes.reads, call)
  rounds.note(`${key} p50`, median(took_ms))
  rounds.note(`${key} p99`, percentile(took_ms, 0.99))
  rounds.note(`${key} cpu`, (cpu_us(pid) - before_us + database.lap_us()) / sizes.reads / 1000)
}

const said = (rounds: Rounds, name: string) => median(rounds.of(name)).toFixed(1)
const within = (value: number): Target => ({ op: '<=', value })

function absolute(rounds: Rounds, name: string, key: string, target: Target, about: string): Result {
  const note = `p99 of a call over HTTP, ${about}; p50 ${said(rounds, `${key} p50`)} ms, ${said(rounds, `${key} cpu`)} ms of processor`
  return resultOf({ name, unit: 'ms', ours: rounds.of(`${key} p99`), target, note })
}

function growth(rounds: Rounds, name: string, key: string, target: Target, limit: string): Result {
  const small = { name: limit, rounds: rounds.of(`${key} small p50`) }
  return resultOf({
    name,
    unit: 'ms',
    ours: rounds.of(`${key} large p50`),
    limit: small,
    target,
    note: 'p50 of a call',
  })
}

const BOTH: readonly Size[] = ['small', 'large']
const CALL_TARGET = within(5)
const GROWTH_TARGET = within(1.2)

export async function measureLists(bench: Bench): Promise<Result[]> {
  const rounds = await readInRounds(bench, BOTH, async (plan, _, client) => listCases(client, plan))
  return [
    absolute(rounds, 'list.10k', 'first small', CALL_TARGET, '10,000 conversations'),
    absolute(rounds, 'list.100k', 'first large', CALL_TARGET, '100,000 conversations'),
    growth(rounds, 'list.ratio', 'first', GROWTH_TARGET, 'at 10,000'),
    ...['deep', 'mine', 'unassigned', 'inbox', 'tag', 'seldom-tag', 'counts'].map((name) =>
      growth(rounds, `list.${name}.ratio`, name, GROWTH_TARGET, 'at 10,000'),
    ),
  ]
}

export async function measureThreads(bench: Bench): Promise<Result[]> {
  const rounds = await readInRounds(bench, BOTH, async (plan, readIn, client) => threadCases(client, plan, readIn))
  return [
    absolute(rounds, 'open.10k', 'newest small', CALL_TARGET, 'the newest 50 of 5,000 messages'),
    absolute(rounds, 'open.100k', 'newest large', CALL_TARGET, 'the newest 50 of 5,000 messages'),
    growth(rounds, 'open.ratio', 'newest', GROWTH_TARGET, 'at 10,000'),
    growth(rounds, 'open.page.ratio', 'page', GROWTH_TARGET, 'at 10,000'),
    growth(rounds, 'open.ordinary.ratio', 'ordinary', GROWTH_TARGET, 'at 10,000'),
  ]
}

const SEARCH_TARGET = within(50)
/** A common word has more to show the more there is. */
const SEARCH_GROWTH: Readonly<Record<string, number>> = { rare: 1.3, two: 1.3, bangla: 1.3, common: 3, banglish: 1.3 }

export async function measureSearches(bench: Bench): Promise<Result[]> {
  const { seeded, mode } = bench
  const isFull = mode === 'full'
  const rounds = await readInRounds(bench, isFull ? BOTH : ['small'], async () => searchCases())
  const about = (plan: WorkspacePlan) => `${messagesIn(plan).toLocaleString('en')} sealed messages`
  return Object.entries(SEARCH_GROWTH).flatMap(([name, value]) => [
    absolute(rounds, `search.${name}`, `${name} small`, SEARCH_TARGET, about(seeded.small)),
    ...(isFull
      ? [
          absolute(rounds, `search.${name}.1m`, `${name} large`, SEARCH_TARGET, about(seeded.large)),
          growth(rounds, `search.${name}.ratio`, name, within(value), 'at a tenth of the messages'),
        ]
      : []),
  ])
}
