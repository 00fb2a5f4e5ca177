/**
 * One storm, from the first call to the last row at rest: senders and agents are started as processes of their own, the
 * plan's kills are carried out as the senders get on, and everything is waited for within bounds. Judges nothing.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { withClient } from '../../server/src/postgres/address.ts'
import { chanceOf } from '../bench/chance.ts'
import type { AgentsJob } from './agents.ts'
import { countRows, type Rows } from './collect.ts'
import type { Ground } from './ground.ts'
import { carryOut, type Kill } from './kills.ts'
import { type EventLine, readLines, type ReplyLine } from './ledger.ts'
import type { StormPlan } from './plan.ts'
import type { Receivers } from './receivers.ts'
import type { SenderJob } from './sender.ts'
import type { Furnished } from './stage.ts'

export type StormRun = {
  readonly kills: readonly Kill[]
  readonly eventLines: readonly EventLine[]
  readonly replyLines: readonly ReplyLine[]
  readonly took_ms: number
  readonly findings: readonly string[]
}
export type StormParts = {
  readonly plan: StormPlan
  readonly ground: Ground
  readonly furnished: Furnished
  readonly receivers: Receivers
  /** When the story that is told in the messages begins. */
  readonly begin_ms: number
  readonly deadline_ms: number
  /** Done once, in the thick of it. */
  readonly meanwhile?: () => Promise<void>
  /** At least so long messages come. */
  readonly shortest_ms?: number
  readonly say: (sentence: string) => void
}

const SENDER = fileURLToPath(new URL('./sender.ts', import.meta.url))
const AGENTS = fileURLToPath(new URL('./agents.ts', import.meta.url))
/** So much of a storm for each kill, so that processes are up again before the next one. */
const TIME_PER_KILL_MS = 4_000
const SHORTEST_MS = 20_000
const AGENTS_PACE_MS = 100
const MEANWHILE_AT = 0.03
const LOOK_MS = 20

/** Children end with us: they have a line to this process and leave when it breaks. */
function begin(file: string, jobFile: string, job: SenderJob | AgentsJob): ChildProcess {
  writeFileSync(jobFile, JSON.stringify(job), { mode: 0o600 })
  return fork(file, [jobFile], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}

async function endOf(name: string, child: ChildProcess): Promise<string[]> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve))
  return child.exitCode === 0 ? [] : [`${name} ended with ${child.exitCode ?? child.signalCode}`]
}

function jobsOf({ plan, ground, furnished, begin_ms, deadline_ms, shortest_ms = SHORTEST_MS }: StormParts) {
  const ports = ground.desks.map(({ port }) => port)
  const lasts_ms = Math.max(shortest_ms, plan.kills.length * TIME_PER_KILL_MS)
  const ledger = (name: string) => join(ground.folder, `${name}.ledger`)
  const senders = plan.sends.map(
    (list, place): SenderJob => ({
      ...{ ports, begin_ms, deadline_ms, places: furnished.places },
      sends: list.map((index) => plan.events[index] as StormPlan['events'][number]),
      pace_ms: lasts_ms / list.length,
      ledgerFile: ledger(`sender-${place + 1}`),
    }),
  )
  const agents: AgentsJob = {
    ...{ seed: plan.seed, ports, deadline_ms, sessions: furnished.sessions },
    pace_ms: AGENTS_PACE_MS,
    ledgerFile: ledger('agents'),
  }
  return { senders, agents }
}

export async function runStorm(parts: StormParts): Promise<StormRun> {
  const { plan, ground, receivers, say } = parts
  const begun_ms = performance.now()
  const jobs = jobsOf(parts)
  const progress = { acked: 0, all: plan.sends.reduce((sum, { length }) => sum + length, 0), isOver: false }
  const senders = jobs.senders.map((job, place) => begin(SENDER, join(ground.folder, `sender-${place + 1}.job`), job))
  const agents = begin(AGENTS, join(ground.folder, 'agents.job'), jobs.agents)
  for (const sender of senders) sender.on('message', () => (progress.acked += 1))
  const sent = Promise.all(senders.map((sender, place) => endOf(`sender ${place + 1}`, sender)))
  const over = sent.finally(() => {
    progress.isOver = true
  })
  const share = () => (progress.isOver ? 1 : progress.acked / progress.all)
  try {
    const meanwhile = parts.meanwhile ? untilShare(share, MEANWHILE_AT).then(parts.meanwhile) : Promise.resolve()
    const [kills] = await Promise.all([killAll(parts, share), over, meanwhile])
    say(`All calls are acknowledged or given up after ${Math.round((performance.now() - begun_ms) / 1000)} s.`)
    agents.send('enough')
    const findings = [...(await over).flat(), ...(await endOf('the agents', agents))]
    await receivers.quiet()
    return {
      ...{ kills, findings, took_ms: performance.now() - begun_ms },
      eventLines: jobs.senders.flatMap(({ ledgerFile }) => readLines<EventLine>(ledgerFile)),
      replyLines: readLines<ReplyLine>(jobs.agents.ledgerFile),
    }
  } finally {
    for (const child of [...senders, agents]) child.kill('SIGKILL')
  }
}

async function untilShare(share: () => number, wanted: number): Promise<void> {
  while (share() < wanted) await pause(LOOK_MS)
}

async function killAll({ plan, ground, receivers, say }: StormParts, share: () => number): Promise<Kill[]> {
  const chance = chanceOf(plan.seed + 2)
  const kills: Kill[] = []
  for (const planned of plan.kills) {
    await untilShare(share, planned.at)
    const done = await carryOut(planned, { ...ground, receivers, chance })
    kills.push(...done)
    for (const { process, between } of done) {
      say(`${(100 * share()).toFixed(0).padStart(3)} %  killed ${process}${between ? `, between ${between}` : ''}`)
    }
  }
  return kills
}

/** Until the rows are as asked, or time runs out; how they were at last. */
export async function untilRows(
  { cluster }: Ground,
  workspaceIds: readonly string[],
  isWanted: (rows: Rows) => boolean,
  limit_ms: number,
): Promise<Rows> {
  const deadline_ms = performance.now() + limit_ms
  for (;;) {
    const rows = await withClient(cluster.superuser(), (client) => countRows(client, workspaceIds))
    if (isWanted(rows) || performance.now() > deadline_ms) return rows
    await pause(LOOK_MS * 10)
  }
}
