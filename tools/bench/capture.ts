/**
 * The arguments with which the program calls its own intake functions, one message a call: its keeper and its storer run
 * on doors that write down what they would have sent, answer as the database would, and send nothing. So the limit is
 * measured with envelopes, keys and JSON as they really are.
 */
import {
  type CompiledQuery,
  type Dialect,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import { createKeeper } from '../../server/src/features/intake/keeper.ts'
import { createStorer } from '../../server/src/features/intake/storer.ts'
import type { Kernel } from '../../server/src/kernel/kernel.ts'
import type { Doors } from '../../server/src/kernel/scope.ts'
import type { DatabaseAddress } from '../../server/src/postgres/address.ts'
import { withClient } from '../../server/src/postgres/address.ts'
import { BenchRefusal } from './refusal.ts'
import type { WorkspacePlan } from './plan.ts'

/** Of one message, or of several merged. Items as JSON texts, in the form the program sends. */
export type IntakeCall = {
  readonly workspaces: readonly string[]
  readonly keep: string
  readonly store: string
  readonly done: string
}
export type Incoming = { readonly plan: WorkspacePlan; readonly id: string; readonly body: string }
export type Known = ReadonlyMap<string, { readonly contact_id: string; readonly has_name: boolean }>

type Row = Record<string, unknown>
type Answer = (statement: CompiledQuery) => Row[]

/** A database that is asked and never there. */
function answering(answer: Answer): Kysely<never> {
  const connection = {
    executeQuery: async (statement: CompiledQuery) => ({ rows: answer(statement) }),
    streamQuery: () => {
      throw new Error('nothing streams here')
    },
  }
  const driver = {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: async () => {},
    commitTransaction: async () => {},
    rollbackTransaction: async () => {},
    releaseConnection: async () => {},
    destroy: async () => {},
  }
  const dialect = {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => driver,
    createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
  return new Kysely<never>({ dialect: dialect as unknown as Dialect })
}

/** Who is known in these workspaces, by inbox and address key: what `app.ingest_resolve` would answer. */
export async function knownIn(superuser: DatabaseAddress, plans: readonly WorkspacePlan[]): Promise<Known> {
  return withClient(superuser, async (client) => {
    const { rows } = await client.query<{ place: string; contact_id: string; has_name: boolean }>(
      `select a.inbox_id || '|' || a.external_key::bytea::text as place, a.contact_id,
              c.name_sealed is not null as has_name
       from desk.contact_address as a
       join desk.contact as c on c.workspace_id = a.workspace_id and c.id = a.contact_id
       where a.workspace_id = any ($1)`,
      [plans.map(({ workspaceId }) => workspaceId)],
    )
    return new Map(rows.map(({ place, ...person }) => [place, person]))
  })
}

export async function captureCalls(kernel: Kernel, known: Known, incoming: readonly Incoming[]): Promise<IntakeCall[]> {
  const calls: IntakeCall[] = []
  let kept: { workspaceId: string; item: Row; text: string } | null = null
  const answer: Answer = ({ sql, parameters }) => {
    if (sql.includes('app.ingest_keep')) {
      const [[workspaceId = ''] = [], text = ''] = parameters as [string[], string]
      const [item] = JSON.parse(text) as Row[]
      kept = { workspaceId, item: item ?? {}, text }
      return [{ id: item?.id, is_new: true }]
    }
    if (!kept) throw new BenchRefusal('the program no longer keeps a message before it stores it')
    if (sql.includes('app.take_pending')) return [pendingRow(kept)]
    if (sql.includes('app.ingest_resolve')) return (JSON.parse(String(parameters[1])) as Row[]).flatMap(personOf)
    if (sql.includes('app.ingest_store')) {
      const [workspaces, store, done] = parameters as [string[], string, string]
      calls.push({ workspaces, keep: kept.text, store, done })
      return [{ event_number: 1 }]
    }
    throw new BenchRefusal(`intake asks something that the limit does not know: ${sql.slice(0, 80)}`)
  }
  const personOf = ({ inbox_id, address_key }: Row) => {
    const person = known.get(`${inbox_id}|${address_key}`)
    return person ? [{ inbox_id, address_key: bytesOf(address_key), ...person }] : []
  }
  const capturing = { ...kernel, doors: doorsOn(kernel, answering(answer)) }
  const keeper = createKeeper(capturing)
  const storer = createStorer(capturing, async () => {
    throw new BenchRefusal('what is measured brings no files')
  })
  for (const { plan, id, body } of incoming) {
    const [inbox] = plan.inboxes
    const raw = Buffer.from(body)
    await keeper.keep({ workspaceId: plan.workspaceId, inboxId: inbox?.id ?? '', eventKey: id, raw })
    await storer.round()
  }
  if (calls.length !== incoming.length) {
    throw new BenchRefusal(`${calls.length} calls were captured of ${incoming.length} messages`)
  }
  return calls
}

function doorsOn({ clock, mint }: Kernel, db: Kysely<never>): Doors {
  const tx = {
    db,
    get now() {
      return clock.now()
    },
    nextId: () => mint.next(),
    // Signed by whoever sends it: a scope belongs to a connection.
    scopeFor: (workspaceId: string) => workspaceId,
  }
  return {
    inSystem: (_guest: unknown, _door: unknown, work: (given: unknown) => unknown) => work(tx),
  } as unknown as Doors
}

function pendingRow({ workspaceId, item }: { workspaceId: string; item: Row }): Row {
  const { id, inbox_id, raw_sealed, received_at } = item
  const received = new Date(String(received_at))
  return {
    workspace_id: workspaceId,
    id,
    inbox_id,
    channel: 'api',
    raw_sealed: bytesOf(raw_sealed),
    received_at: received,
  }
}

function bytesOf(hex: unknown): Buffer {
  return Buffer.from(String(hex).slice(2), 'hex')
}

/** Calls of one message each as calls of several, as group commit makes them. */
export function merged(calls: readonly IntakeCall[], together: number): IntakeCall[] {
  const merge = (texts: readonly string[]) => `[${texts.map((text) => text.slice(1, -1)).join(',')}]`
  const groups = Array.from({ length: Math.floor(calls.length / together) }, (_, at) =>
    calls.slice(at * together, (at + 1) * together),
  )
  return groups.map((group) => ({
    workspaces: [...new Set(group.flatMap(({ workspaces }) => workspaces))],
    keep: merge(group.map(({ keep }) => keep)),
    store: merge(group.map(({ store }) => store)),
    done: merge(group.map(({ done }) => done)),
  }))
}
