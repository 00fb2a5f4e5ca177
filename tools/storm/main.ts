/**
 * The storm: `npm run -s storm -- [--seed N] [--events N] [--kills N] [--short] [--rotate] [--port N] --json FILE`.
 * Thousands of messages pour into a throw-away desk from several processes while its own processes and its database are
 * killed; then what was acknowledged is looked for from outside, one by one. Ends with 0 when nothing is amiss, with 1
 * when something is, with 2 when it could not run; leaves no process and no file behind but the one it was asked for.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { decodeId } from '@central-desk/contract/ids.ts'
import { ForwardWatch } from './check.ts'
import { layGround, type Ground } from './ground.ts'
import { measureNeighbours, type Neighbours } from './neighbours.ts'
import { Operator, ROTATION_LASTS_MS } from './rotation.ts'
import { DESKS, planStorm, type StormPlan } from './plan.ts'
import { Receivers } from './receivers.ts'
import { judgeAll, killFindings, promisesOf, readAll, twoNames, visitorFindings } from './report.ts'
import { furnishStorm } from './stage.ts'
import { runStorm, untilRows } from './storm.ts'
import { RowWatch, StreamWatch } from './watch.ts'

const FULL = { events: 10_000, kills: 24, rounds: 5 }
const SHORT = { events: 1_500, kills: 8, rounds: 1 }
/**
 * How many times its own quiet figure a neighbour's delay may be beside a flood. A single round proves nothing, nor do
 * many on a machine that others use.
 */
const RATIO_MAX = 3
const DEFAULT_PORT = 7650
/** Messages tell of what happened a while ago, so that no clock of the desk moves their times. */
const STORY_MS = 3 * 3_600_000
const LONGEST_MS = 20 * 60_000
const STORED_LIMIT_MS = 90_000
/** A worker's lease is a minute, and a try that was cut short twice waits its turn. */
const DELIVERED_LIMIT_MS = 7 * 60_000

const say = (sentence: string) => void process.stderr.write(`${sentence}\n`)

function usage(): never {
  say('Usage: npm run -s storm -- [--seed N] [--events N] [--kills N] [--short] [--rotate] [--port N] --json FILE')
  process.exit(2)
}

function readFlags() {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const options = { seed: text, events: text, kills: text, port: text, json: text, short: flag, rotate: flag }
  try {
    const { values } = parseArgs({ options })
    const size = values.short ? SHORT : FULL
    const number = (given: string | undefined, usual: number) => {
      const value = given === undefined ? usual : Number(given)
      return Number.isSafeInteger(value) && value > 0 ? value : usage()
    }
    return {
      seed: number(values.seed, 1),
      events: number(values.events, size.events),
      kills: number(values.kills, size.kills),
      port: number(values.port, DEFAULT_PORT),
      json: values.json ?? usage(),
      isShort: values.short,
      isRotating: values.rotate,
    }
  } catch {
    return usage()
  }
}

type Flags = ReturnType<typeof readFlags>

/** Whatever was begun, in the order in which it is to end. */
const ends: (() => Promise<unknown>)[] = []

let ending: Promise<void> | null = null

/** Once, however often it is asked for: one Ctrl-C comes twice, from the keyboard and from the script above us. */
function endAll(): Promise<void> {
  ending ??= (async () => {
    for (const end of ends.reverse()) await end().catch((error) => say(String(error)))
  })()
  return ending
}

function endWhateverHappens(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      say('Stopping ...')
      void endAll().then(() => process.exit(2))
    })
  }
  // A fault of the storm's own leaves nothing behind either.
  process.on('uncaughtException', (error) => {
    say(error.stack ?? error.message)
    void endAll().then(() => process.exit(2))
  })
}

async function weather(plan: StormPlan, ground: Ground, operator: Operator | null) {
  const begun_ms = Date.now()
  const [begin_ms, deadline_ms] = [begun_ms - STORY_MS, begun_ms + LONGEST_MS]
  const ports = ground.desks.map(({ port }) => port)
  const allPorts = [...ports, ground.straight.port]
  const receivers = new Receivers({ seed: plan.seed, ports: allPorts, deadline_ms })
  ends.push(() => receivers.stop())
  for (const desk of ground.desks) {
    desk.begin()
    await desk.ready()
  }
  const furnished = await furnishStorm(ports[0] as number, plan, receivers)
  const workspaceIds = furnished.sessions.map((session) => decodeId('workspace', session.workspaceId) ?? '')
  const forward = new ForwardWatch()
  const streams = furnished.sessions.map((session) => new StreamWatch(session, allPorts, forward))
  const rowWatch = new RowWatch(() => ground.cluster.superuser(), forward)
  ends.push(() => Promise.all([...streams, rowWatch].map((watch) => watch.stop())))
  say(`Storm ${plan.seed}: ${plan.events.length} events, ${plan.kills.length} kills.`)
  const rotation = operator && { meanwhile: () => operator.rotate(), shortest_ms: ROTATION_LASTS_MS }
  const run = await runStorm({ plan, ground, furnished, receivers, begin_ms, deadline_ms, say, ...rotation })
  await untilRows(ground, workspaceIds, ({ pending }) => pending === 0, STORED_LIMIT_MS)
  await Promise.all(ground.desks.map((desk) => desk.stop()))
  ground.straight.begin()
  await ground.straight.ready()
  return { run, furnished, workspaceIds, forward, streams, receivers, begin_ms }
}

async function storm(flags: Flags) {
  const plan = planStorm(flags)
  const ground = await layGround(DESKS, flags.port)
  ends.push(() => ground.end())
  const operator = flags.isRotating ? new Operator(ground, say) : null
  ends.push(async () => operator?.stop())
  const { run, furnished, workspaceIds, forward, streams, receivers, begin_ms } = await weather(plan, ground, operator)
  // Answers whose worker was killed wait for its lease to run out; meanwhile the street is measured.
  const rounds = flags.isShort ? SHORT.rounds : FULL.rounds
  const neighbours = await measureNeighbours({ ground, rounds, say })
  await untilRows(ground, workspaceIds, ({ underWay }) => underWay === 0, DELIVERED_LIMIT_MS)
  // What was delivered only now is told only now.
  await receivers.quiet()
  const rows = await untilRows(ground, workspaceIds, ({ pending }) => pending === 0, STORED_LIMIT_MS)
  const threads = await readAll(furnished.sessions, ground.straight.port)
  const visits = await visitorFindings(plan, furnished.places, threads, ground.straight.port)
  const alone = [...ground.desks, ground.straight].flatMap(({ endedAlone }) => endedAlone)
  const accepted = receivers.accepted
  const judged = judgeAll({
    ...{ threads, rows, streams, forward },
    promised: promisesOf(plan, begin_ms, run.eventLines, run.replyLines),
    beyond: { accepted, told: receivers.told },
    findings: [
      ...run.findings,
      ...killFindings(plan, run.kills),
      ...twoNames(run.replyLines),
      ...visits,
      ...alone,
      ...(operator?.findings ?? []),
    ],
  })
  const lost = run.eventLines.filter(({ kind }) => kind === 'lost').length
  say(`${lost} calls were lost and made again; ${run.replyLines.length} lines on answers.`)
  if (operator) say(`The operator was interrupted ${operator.interrupted} times.`)
  say(`${accepted.size} answers reached receivers, ${receivers.told.length} pieces of news were acknowledged.`)
  for (const desk of ground.desks) for (const [what, times] of desk.logged) say(`  ${desk.name} ${times}x ${what}`)
  return { plan, run, judged, neighbours }
}

function streetFindings({ lost, ratio, noise }: Neighbours, isShort: boolean): string[] {
  if (noise.noisy) say(`Too noisy to judge neighbours: the same work took ${noise.driftPct} % longer at some time.`)
  const findings = lost > 0 ? [`${lost} messages of neighbours were acknowledged and lost`] : []
  if (!isShort && !noise.noisy && ratio > RATIO_MAX)
    findings.push(`beside a flood neighbours waited ${ratio} times as long`)
  return findings
}

async function main(): Promise<number> {
  const flags = readFlags()
  endWhateverHappens()
  const { plan, run, judged, neighbours } = await storm(flags)
  const { findings: found, ...counts } = judged
  const findings = [...found, ...streetFindings(neighbours, flags.isShort)]
  for (const finding of findings.slice(0, 40)) say(`FOUND: ${finding}`)
  const pass = findings.length === 0
  const head = { schema: 1, seed: plan.seed, events: plan.events.length, kills: run.kills }
  const result = { ...head, ...counts, neighbours, pass }
  writeFileSync(flags.json, `${JSON.stringify(result, null, 2)}\n`)
  say(JSON.stringify({ ...counts, kills: run.kills.length, pass }))
  return pass ? 0 : 1
}

let code = 2
try {
  code = await main()
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error))
} finally {
  await endAll()
}
process.exit(code)
