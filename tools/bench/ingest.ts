/**
 * What arrives: a message counts when it is stored, not when its sender heard yes. From 64 connections and from 256, each
 * round beside pgbench calling the same functions on the same database, one message a call and fifty, and beside a server
 * that only checks signatures. Refuses to compare runs that write differently for a message.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { asLogin, type DatabaseAddress, withClient } from '../../server/src/postgres/address.ts'
import type { Foundation } from '../../server/src/foundation.ts'
import type { RunningDesk } from './bed.ts'
import { type Bench, takeRounds } from './bench.ts'
import { captureCalls, type IntakeCall, knownIn, merged } from './capture.ts'
import { type Result, resultOf } from './document.ts'
import { median, percentile, Rounds } from './figures.ts'
import { kernelOn } from './furnish.ts'
import { incomingSource, manyHooks } from './hooks.ts'
import { load } from './http-load.ts'
import { findPgbench, loadCalls, prepareLimit, refuseUnlessDurable, runPgbench } from './pgbench.ts'
import { cpu_us, FamilyClock, rss_kb } from './processes.ts'
import { BenchRefusal } from './refusal.ts'
import { withStub } from './stub.ts'
import { differences, logPlace, type Writes, writesOf } from './writes.ts'

const CONNECTIONS = { single: 64, group: 256 } as const
/** What was quickest on two cores: more clients only wait for each other. */
const CLIENTS = 8
const TOGETHER = 50
const BATCH_CLIENTS = 4
const LOOK_MS = 10
const WARM_UP = 1_000
const STORE_LIMIT_MS = 60_000
const PENDING = "select exists (select from desk.inbound_event where state = 'pending') as waits"
const UNINDEXED = 'select exists (select from desk.search_backlog) as waits'

type Limit = {
  readonly program: string
  readonly address: DatabaseAddress
  /** So many messages for each client. A workspace is the same client's always, as the desk's own batches never share one. */
  readonly calls: (clients: number, each: number) => Promise<IntakeCall[]>
}
type Place = {
  readonly bench: Bench
  readonly desk: RunningDesk
  readonly client: pg.Client
  readonly rounds: Rounds
  readonly writes: Record<'single' | 'group' | 'limit' | 'batch', Writes[]>
}

export async function measureIngest(bench: Bench): Promise<Result[]> {
  const foundation = await bench.bed.foundation()
  const desk = await bench.bed.desk(bench.port, 'all')
  try {
    const limit = await prepare(bench, foundation)
    return await withClient(bench.bed.superuser, async (client) => {
      const writes = { single: [], group: [], limit: [], batch: [] }
      const place: Place = { bench, desk, client, rounds: new Rounds(), writes }
      // Keys, routes and plans are there before anything is counted.
      await arrive(place, 'single', WARM_UP, 0, false)
      await takeRounds(bench, (round, isCounted) => oneRound(place, limit, round, isCounted))
      if (limit) refuseDifferent(place)
      return resultsOf(place, limit !== null)
    })
  } finally {
    await desk.stop()
    await foundation.close()
  }
}

/** Null when the generator is not on this machine. */
async function prepare({ bed, seeded }: Bench, foundation: Foundation): Promise<Limit | null> {
  const program = findPgbench()
  const password = (foundation.parts.pools.desk_ingest as unknown as { options: { password: () => string } }).options
  const address = asLogin(bed.superuser, 'desk_ingest', password.password())
  await withClient(address, refuseUnlessDurable)
  if (!program) return null
  await withClient(bed.superuser, prepareLimit)
  const known = await knownIn(bed.superuser, seeded.crowd)
  const kernel = kernelOn(foundation)
  let seed = 4_711
  const calls = async (clients: number, each: number) => {
    const incoming = Array.from({ length: clients }, (_, client) => {
      const plans = seeded.crowd.filter((_plan, at) => at % clients === client)
      return Array.from({ length: each }, incomingSource(plans, seed++))
    })
    return captureCalls(kernel, known, incoming.flat())
  }
  return { program, address, calls }
}

async function oneRound(place: Place, limit: Limit | null, round: number, isCounted: boolean): Promise<void> {
  const { single, group } = place.bench.sizes
  const steps = [
    () => arrive(place, 'single', single, round, isCounted),
    () => limit && generate(place, limit, 'limit', isCounted),
    () => arrive(place, 'group', group, round, isCounted),
    () => limit && generate(place, limit, 'batch', isCounted),
    () => stub(place, round, isCounted),
  ]
  // There and back, so that what drifts falls on both sides alike.
  for (const step of round % 2 === 0 ? steps : steps.reverse()) await step()
}

async function arrive(place: Place, kind: 'single' | 'group', count: number, round: number, isCounted: boolean) {
  const { bench, desk, client, rounds, writes } = place
  const requests = manyHooks(incomingSource(bench.seeded.crowd, round * 10 + kind.length), bench.port, count)
  const from = await logPlace(client)
  const ours_us = cpu_us(desk.pid)
  const database = new FamilyClock(bench.bed.postmasterPid)
  const begun_ms = performance.now()
  const done = await load(bench.port, CONNECTIONS[kind], requests)
  if (done.refused > 0) throw new BenchRefusal(`${done.refused} of ${count} calls were refused`)
  await untilNone(client, PENDING)
  const stored_ms = performance.now() - begun_ms
  await untilNone(client, UNINDEXED)
  const indexed_ms = performance.now() - begun_ms
  if (!isCounted) return
  rounds.note(`${kind} rate`, (1000 * count) / stored_ms)
  rounds.note(`${kind} answered rate`, (1000 * count) / done.took_ms)
  rounds.note(`${kind} p50`, percentile(done.latencies_ms, 0.5))
  rounds.note(`${kind} p99`, percentile(done.latencies_ms, 0.99))
  rounds.note(`${kind} lag`, (indexed_ms - stored_ms) / 1000)
  rounds.note(`${kind} desk`, (cpu_us(desk.pid) - ours_us) / count)
  rounds.note(`${kind} database`, database.lap_us() / count)
  rounds.note('memory', rss_kb(desk.pid) / 1024)
  writes[kind].push(await writesOf(client, from, count))
}

async function untilNone(client: pg.Client, question: string): Promise<void> {
  const until_ms = performance.now() + STORE_LIMIT_MS
  while ((await client.query<{ waits: boolean }>(question)).rows[0]?.waits) {
    if (performance.now() > until_ms) throw new BenchRefusal('what arrived was not worked off within a minute')
    await pause(LOOK_MS)
  }
}

async function generate(place: Place, limit: Limit, kind: 'limit' | 'batch', isCounted: boolean) {
  const { bench, client, rounds, writes } = place
  const { bed, sizes } = bench
  const isBatch = kind === 'batch'
  const [clients, together] = isBatch ? [BATCH_CLIENTS, TOGETHER] : [CLIENTS, 1]
  const each = Math.floor((isBatch ? sizes.group : sizes.single) / together / clients)
  // Captured just before they are sent: what has been overtaken by newer messages would be stored in another way.
  const calls = merged(await limit.calls(clients, each * together), together)
  const base = await loadCalls(client, calls)
  const from = await logPlace(client)
  const database = new FamilyClock(bed.postmasterPid)
  const rate = await runPgbench({ program: limit.program, address: limit.address, clients, each, base })
  const database_us = database.lap_us() / (calls.length * together)
  // The desk indexes what pgbench stored, too.
  await untilNone(client, UNINDEXED)
  if (!isCounted) return
  writes[kind].push(await writesOf(client, from, calls.length * together))
  rounds.note(kind, rate * together)
  rounds.note(`${kind} database`, database_us)
}

async function stub({ bench, rounds }: Place, round: number, isCounted: boolean): Promise<void> {
  const { port, seeded, sizes } = bench
  const rate = await withStub(port + 1, seeded.crowd, async () => {
    const requests = manyHooks(incomingSource(seeded.crowd, round * 10 + 9), port + 1, sizes.group)
    const done = await load(port + 1, CONNECTIONS.group, requests)
    if (done.refused > 0) throw new BenchRefusal(`the server without a database refused ${done.refused} calls`)
    return (1000 * done.answers) / done.took_ms
  })
  if (isCounted) rounds.note('stub', rate)
}

function middle(writes: readonly Writes[]): Writes {
  const of = (key: keyof Writes) => median(writes.map((one) => one[key]))
  return { rows: of('rows'), entries: of('entries'), bytes: of('bytes') }
}

function refuseDifferent({ writes }: Place): void {
  for (const [ours, limit] of [
    ['single', 'limit'],
    ['group', 'batch'],
    ['group', 'limit'],
  ] as const) {
    const found = differences(middle(writes[ours]), middle(writes[limit]))
    if (found.length > 0) {
      throw new BenchRefusal(`pgbench does not do what the desk does, so they are not compared. ${found.join('; ')}`)
    }
  }
}

function resultsOf({ rounds, writes }: Place, hasLimit: boolean): Result[] {
  const sum = (names: readonly string[]) =>
    rounds.of(names[0] ?? '').map((_, round) => names.reduce((all, name) => all + (rounds.of(name)[round] ?? 0), 0))
  const limit = (name: string, key: string) => (hasLimit ? { name, rounds: rounds.of(key) } : null)
  const missing = hasLimit ? '' : 'not measured: no pgbench'
  const said = (name: string) => Math.round(median(rounds.of(name)))
  const one = limit('pgbench, one message a call', 'limit')
  const written = middle(writes.group)
  const each = `${written.rows.toFixed(1)} rows, ${written.entries.toFixed(1)} index entries, ${Math.round(written.bytes)} bytes of log a message`
  const rate = (name: string, key: string, other: typeof one | undefined, value: number, note: string) =>
    resultOf({
      ...{ name, unit: 'messages/s', ours: rounds.of(`${key} rate`), limit: other, target: { op: '>=', value } },
      note: other === null ? missing : note,
    })
  return [
    rate(
      'ingest.single',
      'single',
      one,
      0.85,
      `64 connections; answered in ${said('single p50')} ms, p99 ${said('single p99')} ms`,
    ),
    rate(
      'ingest.group',
      'group',
      one,
      2,
      `256 connections; answered in ${said('group p50')} ms, p99 ${said('group p99')} ms; ${each}`,
    ),
    rate('ingest.group.batch', 'group', limit('pgbench, 50 messages a call', 'batch'), 0.6, ''),
    rate(
      'ingest.group.stub',
      'group',
      { name: 'signatures checked, nothing kept', rounds: rounds.of('stub') },
      0.6,
      '',
    ),
    resultOf({
      ...{ name: 'ingest.answered', unit: 'messages/s', ours: rounds.of('group answered rate') },
      note: 'step 1 alone: kept on disk and answered',
    }),
    resultOf({
      ...{ name: 'ingest.cpu', unit: 'us CPU/message', ours: sum(['group desk', 'group database']) },
      target: { op: '<=', value: 200 },
      note: `desk ${said('group desk')}, PostgreSQL ${said('group database')}: HTTP, sealing, both steps and the search index`,
    }),
    resultOf({
      ...{ name: 'ingest.cpu.postgres', unit: 'us CPU/message', ours: rounds.of('group database') },
      limit: limit('pgbench, 50 messages a call', 'batch database'),
      note: 'PostgreSQL alone; it fills the search index for us, and nothing beside it for pgbench',
    }),
    resultOf({
      ...{ name: 'index.lag', unit: 's', ours: rounds.of('group lag'), target: { op: '<=', value: 5 } },
      note: 'from the last message stored to the last one found',
    }),
    resultOf({
      ...{ name: 'memory.load', unit: 'MB', ours: rounds.of('memory'), target: { op: '<=', value: 300 } },
      note: 'the desk, resident, after each burst',
    }),
  ]
}
