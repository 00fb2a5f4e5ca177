/**
 * Measures reading: each case at both sizes over HTTP, with the processor time of a call, and its SQL alone, with and
 * without row-level security.
 */
import type pg from 'pg'
import { asLogin, withClient } from '../../server/src/postgres/address.ts'
import type { Statement } from '../../server/test/support/query-count.ts'
import type { Bed, RunningDesk } from './bed.ts'
import { type Case, type Figure, type Finding, interleave, timed } from './figures.ts'
import { kernelOn, openSessions } from './furnish.ts'
import { getRequest, Line } from './http-load.ts'
import type { WorkspacePlan } from './plan.ts'
import { cpu_us, FamilyClock } from './processes.ts'
import { type ReadIn, type ReadingCase, readerIn, workspacePath } from './reading-cases.ts'
import { Replayer, statementsOf } from './replay.ts'
import type { Seeded } from './seed.ts'

export type ReadOptions = {
  readonly port: number
  readonly rounds: number
  /** Calls of one case in one round. */
  readonly times: number
  readonly cases: (plan: WorkspacePlan, readIn: ReadIn, client: pg.Client) => Promise<ReadingCase[]>
}

/** A session may read 1,200 times a minute. */
const SESSIONS = 40

export async function measureReads(bed: Bed, seeded: Seeded, options: ReadOptions): Promise<Figure[]> {
  const foundation = await bed.foundation()
  const desk = await bed.desk(options.port, 'web')
  try {
    const kernel = kernelOn(foundation)
    const { scopeKey, pools } = foundation.parts
    const app = await Replayer.on(appAddress(bed, pools.desk_app), scopeKey)
    const superuser = await Replayer.on(bed.superuser, scopeKey)
    const line = new Line(options.port)
    const cases: Case[] = []
    for (const [size, plan] of [
      ['small', seeded.small],
      ['large', seeded.large],
    ] as const) {
      const readIn = readerIn(kernel.doors, plan)
      const cookies = await openSessions(kernel, bed.superuser, plan.userIds, SESSIONS)
      const reading = await withClient(bed.superuser, (client) => options.cases(plan, readIn, client))
      for (const one of reading) {
        const statements = await statementsOf(() => readIn(one.run))
        const path = workspacePath(plan) + one.path
        const requests = cookies.map((cookie) => getRequest(options.port, path, cookie))
        const call = (turn: number) => line.call(requests[turn % requests.length] as Buffer)
        const name = `${one.name}, ${size}`
        const place = { workspaceId: plan.workspaceId, statements, times: options.times }
        cases.push(
          () => httpFindings(name, { desk, bed, times: options.times, call }),
          () => sqlFindings(`${name}: SQL (${statements.length})`, app, place),
          () => sqlFindings(`${name}: SQL without RLS`, superuser, place),
        )
      }
    }
    const figures = await interleave(cases, options.rounds)
    line.close()
    await Promise.all([app.end(), superuser.end()])
    return figures
  } finally {
    await desk.stop()
    await foundation.close()
  }
}

type Calls = {
  readonly desk: RunningDesk
  readonly bed: Bed
  readonly times: number
  readonly call: (turn: number) => Promise<unknown>
}

async function httpFindings(name: string, { desk, bed, times, call }: Calls): Promise<Finding[]> {
  const before_us = cpu_us(desk.pid)
  const database = new FamilyClock(bed.postmasterPid)
  const samples = await timed(times, call)
  const perCall = (us: number) => [us / times / 1000]
  return [
    { name: `${name}: HTTP`, unit: 'ms', samples },
    { name: `${name}: desk`, unit: 'ms CPU/call', samples: perCall(cpu_us(desk.pid) - before_us) },
    { name: `${name}: PostgreSQL`, unit: 'ms CPU/call', samples: perCall(database.lap_us()) },
  ]
}

type Replayed = { readonly workspaceId: string; readonly statements: readonly Statement[]; readonly times: number }

async function sqlFindings(
  name: string,
  by: Replayer,
  { workspaceId, statements, times }: Replayed,
): Promise<Finding[]> {
  const samples: number[] = []
  for (let turn = 0; turn < times; turn++) {
    const took_ms = await by.replay(workspaceId, statements)
    samples.push(took_ms.reduce((sum, ms) => sum + ms, 0))
  }
  return [{ name, unit: 'ms', samples }]
}

type WithOptions = { options: { password: () => string } }

function appAddress(bed: Bed, pool: unknown) {
  return asLogin(bed.superuser, 'desk_app', (pool as WithOptions).options.password())
}
