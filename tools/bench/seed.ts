/**
 * Fills a home with conversations as they would be after a year: sealed, keyed and indexed as the program does it, by
 * COPY from several threads, with the secondary indexes built afterwards. Leaves `measured.json` in the home, which says
 * what is in it; a home that is filled already is taken as it is.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type pg from 'pg'
import { withClient } from '../../server/src/postgres/address.ts'
import { type Bed, makeBed } from './bed.ts'
import type { FillWorkerData } from './fill-worker.ts'
import { furnish, kernelOn, type Shape } from './furnish.ts'
import { eventsIn, MONTHS_OF_HISTORY, type Slice, slicesOf, type WorkspacePlan } from './plan.ts'

export type Seeded = {
  readonly schema: 1
  readonly filledAt: string
  readonly small: WorkspacePlan
  readonly large: WorkspacePlan
  /** Small workspaces that write at once. */
  readonly crowd: readonly WorkspacePlan[]
}

export type SeedSizes = {
  readonly small: number
  readonly large: number
  /** One message a conversation in the large one, but for its deep thread. */
  readonly isLargeThin: boolean
  readonly crowd: number
  readonly crowdConversations: number
}

const MEMBERS = 20
const DEEP_MESSAGES = 5_000
/** Only while it is filled: what is measured runs with the program's own settings. */
const FILLING = { max_wal_size: '16GB', checkpoint_timeout: '30min', maintenance_work_mem: '512MB' }

export async function seed(home: string, sizes: SeedSizes, say: (sentence: string) => void): Promise<Seeded> {
  const file = join(home, 'measured.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Seeded
  const begun_ms = performance.now()
  const bed = await makeBed({ home, settings: FILLING })
  try {
    const { small, large, crowd } = await furnishAll(bed, sizes, say)
    const now_ms = Date.now()
    const plans = [small, large, ...crowd]
    const slices = plans.flatMap((plan) => slicesOf(plan, now_ms))
    await withClient(bed.superuser, async (client) => {
      await makePastMonths(client, now_ms)
      const indexes = await dropSecondaryIndexes(client)
      await fill(bed, slices, say)
      await setCounters(client, plans)
      say(`building ${indexes.length} indexes`)
      for (const definition of indexes) await client.query(definition)
      await client.query('vacuum analyze')
      await client.query('checkpoint')
    })
    const seeded: Seeded = { schema: 1, filledAt: new Date(now_ms).toISOString(), small, large, crowd }
    writeFileSync(file, JSON.stringify(seeded), { mode: 0o600 })
    say(`filled in ${Math.round((performance.now() - begun_ms) / 1000)} s`)
    return seeded
  } finally {
    await bed.stop()
  }
}

async function furnishAll(bed: Bed, sizes: SeedSizes, say: (sentence: string) => void) {
  const foundation = await bed.foundation()
  try {
    const kernel = kernelOn(foundation)
    const rich = { deepMessages: DEEP_MESSAGES, isThin: false, members: MEMBERS, inboxes: 2 }
    const thin = { deepMessages: 1, isThin: true, members: 1, inboxes: 1 }
    const make = (shape: Shape) => furnish(kernel, bed.superuser, shape)
    const small = await make({ ...rich, name: 'Small', conversations: sizes.small, seed: 1 })
    const isThin = sizes.isLargeThin
    const large = await make({ ...rich, name: 'Large', conversations: sizes.large, isThin, seed: 2 })
    const crowd: WorkspacePlan[] = []
    for (let at = 0; at < sizes.crowd; at++) {
      const conversations = sizes.crowdConversations
      crowd.push(await make({ ...thin, name: `Shop ${at + 1}`, conversations, seed: 100 + at }))
    }
    say(`${2 + sizes.crowd} workspaces made`)
    return { small, large, crowd }
  } finally {
    await foundation.close()
  }
}

/** The partitions that would be there, had the desk run for as long: the oldest first, as they would have come. */
async function makePastMonths(client: pg.Client, now_ms: number): Promise<void> {
  for (let month = MONTHS_OF_HISTORY + 7; month >= 0; month--) {
    const then = new Date(now_ms)
    then.setUTCDate(1)
    then.setUTCMonth(then.getUTCMonth() - month)
    await client.query('select app.ensure_month_partitions($1, 1)', [then])
  }
}

/** Those that hold no constraint; answers the statements that make them again. */
async function dropSecondaryIndexes(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index as i join pg_class as c on c.oid = i.indexrelid
     where c.relnamespace = 'desk'::regnamespace and not i.indisunique and not c.relispartition
       and not exists (select from pg_constraint where conindid = i.indexrelid)
     order by 1`,
  )
  for (const { name } of rows) await client.query(`drop index ${name}`)
  return rows.map(({ definition }) => definition.replace(' ON ONLY ', ' ON '))
}

async function fill(bed: Bed, slices: readonly Slice[], say: (sentence: string) => void): Promise<void> {
  const { password, ...address } = bed.superuser
  const data: FillWorkerData = { home: bed.home, address, password: password() }
  const all = slices.reduce((sum, { from, to }) => sum + to - from, 0)
  const waiting = [...slices]
  let done = 0
  let told = 0
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./fill-worker.ts', import.meta.url), { workerData: data })
      worker.on('error', reject)
      worker.on('exit', () => resolve())
      worker.on('message', (made: number) => {
        done += made
        if (done - told >= all / 10) {
          told = done
          say(`${done} of ${all} conversations`)
        }
        worker.postMessage(waiting.shift() ?? null)
      })
    })
  await Promise.all(Array.from({ length: availableParallelism() }, work))
}

async function setCounters(client: pg.Client, plans: readonly WorkspacePlan[]): Promise<void> {
  for (const plan of plans) {
    await client.query(
      'update desk.workspace_counter set event_number = $2, shown_number = $2, conversation_number = $3 where workspace_id = $1',
      [plan.workspaceId, eventsIn(plan), plan.conversations],
    )
    await client.query(
      `update desk.inbox_ledger as ledger set received = counted.n, stored = counted.n
       from (select inbox_id, count(*) as n from desk.inbound_event where workspace_id = $1 group by 1) as counted
       where ledger.workspace_id = $1 and ledger.inbox_id = counted.inbox_id`,
      [plan.workspaceId],
    )
  }
}
