/**
 * Attacks on the walls between workspaces, generated from the catalog: two workspaces with a row in every table, and for
 * every role and every right it has, the same act tried on one's own rows (which must succeed, or the attack shows
 * nothing) and on the neighbour's (which must fail). Attacks commit, so that whatever gets through stays to be seen.
 */
import type pg from 'pg'
import { connect } from './connections.ts'
import type { FreshDatabase } from './database.ts'
import { insertOf, type Row, RowMaker, uuidAt } from './row-maker.ts'
import { scopeFor, setScope } from './sign-scope.ts'
import type { Table } from './tenant-tables.ts'

export const ATTACKED_ROLES = ['desk_app', 'desk_auth', 'desk_worker', 'desk_ingest', 'desk_rekey'] as const
export type AttackedRole = (typeof ATTACKED_ROLES)[number]

export type Rights = { table: string; reads: string[]; inserts: string[]; updates: string[]; deletes: boolean }

export type World = {
  readonly admin: pg.Client
  readonly maker: RowMaker
  /** Whose scope the attacker has. */
  readonly own: string
  readonly neighbour: string
  readonly clients: ReadonlyMap<AttackedRole, pg.Client>
  readonly rights: ReadonlyMap<AttackedRole, readonly Rights[]>
  /** `role command table` for each policy that looks across workspaces. */
  readonly across: ReadonlySet<string>
}

type Outcome = {
  readonly code: string | null
  readonly constraint: string | null
  readonly rows: Row[]
  readonly count: number
}

const NOT_ALLOWED = '42501'
const NO_SUCH_PARENT = '23503'
const ALREADY_THERE = '23505'

const RIGHTS = `
select t.relname as table,
  coalesce(array_agg(a.attname::text order by a.attnum) filter (where has_column_privilege($1, t.oid, a.attnum, 'SELECT')), '{}') as reads,
  coalesce(array_agg(a.attname::text order by a.attnum) filter (where has_column_privilege($1, t.oid, a.attnum, 'INSERT')), '{}') as inserts,
  coalesce(array_agg(a.attname::text order by a.attnum) filter (where has_column_privilege($1, t.oid, a.attnum, 'UPDATE')), '{}') as updates,
  has_table_privilege($1, t.oid, 'DELETE') as deletes
from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
where t.relnamespace = 'desk'::regnamespace and t.relkind in ('r', 'p') and not t.relispartition
  and exists (select from pg_attribute w where w.attrelid = t.oid and w.attname = 'workspace_id')
group by t.oid, t.relname order by t.oid`

/** Policies that do not simply compare the row's workspace with the verified one of the caller (or of intake's functions). */
const ACROSS = `
select r.rolname || ' ' || case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end
  || ' ' || c.relname as act
from pg_policy p join pg_class c on c.oid = p.polrelid join pg_roles r on r.oid = any (p.polroles)
where c.relnamespace = 'desk'::regnamespace and exists (
  select from unnest(array[pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)]) as e
  where e not in (
    '(workspace_id = ( SELECT app.current_workspace() AS current_workspace))',
    '(workspace_id = ANY (( SELECT app.ingest_workspaces() AS ingest_workspaces)::uuid[]))',
    '(id = ( SELECT app.current_workspace() AS current_workspace))'))
order by 1`

export async function actsAcross(admin: pg.ClientBase): Promise<string[]> {
  await admin.query("set search_path = ''")
  return (await admin.query<{ act: string }>(ACROSS)).rows.map(({ act }) => act)
}

export async function openWorld(database: FreshDatabase): Promise<World> {
  const admin = await connect(database.superuser)
  const maker = await RowMaker.on(admin)
  const [own, neighbour] = [uuidAt(), uuidAt()]
  for (const workspaceId of [own, neighbour]) await maker.makeAll(workspaceId)
  const clients = new Map<AttackedRole, pg.Client>()
  const rights = new Map<AttackedRole, Rights[]>()
  for (const role of ATTACKED_ROLES) {
    clients.set(role, await connect(database.as(role)))
    rights.set(role, (await admin.query<Rights>(RIGHTS, [role])).rows)
  }
  return { admin, maker, own, neighbour, clients, rights, across: new Set(await actsAcross(admin)) }
}

export function clientOf(world: World, role: AttackedRole): pg.Client {
  const client = world.clients.get(role)
  if (!client) throw new Error(`nobody is connected as ${role}`)
  return client
}

type Act = { readonly text: string; readonly values?: unknown[] }

/** One transaction under that scope (null: none at all); kept when it goes through and `keeps` says so. */
async function act(
  client: pg.Client,
  scope: string | null,
  { text, values = [] }: Act,
  keeps: boolean,
): Promise<Outcome> {
  await client.query('begin')
  try {
    if (scope !== null) await setScope(client, scope)
    const { rows, rowCount } = await client.query<Row>(text, values)
    if (!keeps) await client.query('set constraints all immediate')
    await client.query(keeps ? 'commit' : 'rollback')
    return { code: null, constraint: null, rows, count: rowCount ?? 0 }
  } catch (error) {
    await client.query('rollback')
    const { code = 'unknown', constraint = null } = error as { code?: string; constraint?: string }
    return { code, constraint, rows: [], count: 0 }
  }
}

/** The neighbour's and one's own rows of a table, as one word that changes with any of them. */
export async function fingerprint({ admin, own, neighbour }: World, table: string): Promise<string> {
  const statement = `select md5(coalesce(string_agg(t::text, ' ' order by t::text), '')) as it from desk.${table} t where workspace_id in ($1, $2)`
  return (await admin.query(statement, [own, neighbour])).rows[0].it
}

/** What an attacker brings along: who it is, under which scope, and the notes it takes. */
type Attacker = {
  readonly world: World
  readonly role: AttackedRole
  readonly rights: Rights
  readonly faults: string[]
  attacks: number
  /** The neighbour's rows, or none of the scope at all (null); what goes through is kept. */
  tries(made: Act, under?: 'own scope' | 'no scope'): Promise<Outcome>
  /** The same on one's own rows, which shows that the act is a real one. */
  may(made: Act): Promise<Outcome>
  expect(what: string, isAsItShould: boolean): void
}

async function attackerOf(world: World, role: AttackedRole, rights: Rights): Promise<Attacker> {
  const client = clientOf(world, role)
  const scope = await scopeFor(client, world.own)
  const attacker: Attacker = {
    world,
    role,
    rights,
    faults: [],
    attacks: 0,
    tries(made, under = 'own scope') {
      attacker.attacks += 1
      return act(client, under === 'own scope' ? scope : null, made, true)
    },
    may: (made) => act(client, scope, made, false),
    expect(what, isAsItShould) {
      if (!isAsItShould) attacker.faults.push(`${role} ${rights.table}: ${what}`)
    },
  }
  return attacker
}

function looksAcross({ world, role, rights }: Attacker, command: string): boolean {
  return world.across.has(`${role} ${command} ${rights.table}`)
}

async function attackByReading(attacker: Attacker): Promise<void> {
  const { world, rights, tries, expect } = attacker
  if (rights.reads.length === 0) return
  const look = { text: `select distinct workspace_id from desk.${rights.table}` }
  const seen = (await tries(look)).rows.map((row) => row.workspace_id)
  expect('own rows are not seen', seen.includes(world.own))
  expect("the neighbour's rows are seen", seen.includes(world.neighbour) === looksAcross(attacker, 'select'))
  const blind = await tries(look, 'no scope')
  expect('rows are seen without a scope', blind.code === null && blind.count > 0 === looksAcross(attacker, 'select'))
}

async function attackByUpdating(attacker: Attacker): Promise<void> {
  const { world, rights, tries, may, expect } = attacker
  const { table, updates } = rights
  const column = updates.find((name) => !isKey(world.maker.table(table), name)) ?? updates[0]
  if (!column) return
  const touch = (id: string) => ({
    text: `update desk.${table} set "${column}" = "${column}" where workspace_id = $1`,
    values: [id],
  })
  expect('own rows cannot be updated', (await may(touch(world.own))).count > 0)
  if (!looksAcross(attacker, 'update')) {
    expect("the neighbour's rows are updated", (await tries(touch(world.neighbour))).count === 0)
    expect('rows are updated without a scope', (await tries(touch(world.own), 'no scope')).count === 0)
  }
  const move = `update desk.${table} set workspace_id = $1 where workspace_id = $2`
  const moved = await tries({ text: move, values: [world.neighbour, world.own] })
  expect('own rows are moved to the neighbour', moved.code === NOT_ALLOWED)
  const stolen = await tries({ text: move, values: [world.own, world.neighbour] })
  expect("the neighbour's rows are taken over", stolen.count === 0)
}

async function attackByDeleting({ world, rights, tries, may, expect }: Attacker): Promise<void> {
  if (!rights.deletes) return
  const remove = (id: string) => ({ text: `delete from desk.${rights.table} where workspace_id = $1`, values: [id] })
  const reached = await may(remove(world.own))
  expect('own rows cannot be deleted', reached.count > 0 || reached.code === NO_SUCH_PARENT)
  expect("the neighbour's rows are deleted", (await tries(remove(world.neighbour))).count === 0)
  expect('rows are deleted without a scope', (await tries(remove(world.own), 'no scope')).count === 0)
}

async function attackByInserting({ world, rights, tries, may, expect }: Attacker): Promise<void> {
  const { table, inserts } = rights
  if (inserts.length === 0) return
  const row = (id: string, given: Row = {}) => insertOf(table, only(inserts, world.maker.build(table, id, given)))
  const made = await may(row(world.own))
  expect(`own rows cannot be inserted (${made.code})`, made.code === null || made.code === ALREADY_THERE)
  expect('rows are inserted for the neighbour', (await tries(row(world.neighbour))).code === NOT_ALLOWED)
  expect('rows are inserted without a scope', (await tries(row(world.own), 'no scope')).code === NOT_ALLOWED)
  if (made.code === ALREADY_THERE) return
  for (const { name, given } of foreignParents(world, table, inserts)) {
    const hung = await tries(row(world.own, given))
    expect(`own rows hang on the neighbour's (${name}: ${hung.code})`, hung.code === NO_SUCH_PARENT)
  }
}

/** Tries everything one role may do to one table. Gives what went wrong, and how many attacks were made. */
export async function attack(
  world: World,
  role: AttackedRole,
  rights: Rights,
): Promise<{ faults: string[]; attacks: number }> {
  const before = await fingerprint(world, rights.table)
  const attacker = await attackerOf(world, role, rights)
  await attackByReading(attacker)
  await attackByUpdating(attacker)
  await attackByDeleting(attacker)
  await attackByInserting(attacker)
  attacker.expect('rows of the two workspaces have changed', (await fingerprint(world, rights.table)) === before)
  return attacker
}

function isKey(table: Table, column: string): boolean {
  return column === 'workspace_id' || table.primary_key.includes(column)
}

function only(columns: readonly string[], row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name)))
}

/** What must be empty where another column is not. */
const INSTEAD: Readonly<Record<string, Row>> = { 'attachment.note_id': { message_id: null } }

/** For each foreign key to a table of workspaces: the column that could name the neighbour's row, naming it. */
function foreignParents(
  { maker, neighbour }: World,
  name: string,
  writable: readonly string[],
): { name: string; given: Row }[] {
  return maker.table(name).foreign_keys.flatMap((key) => {
    const column = key.columns.at(-1) ?? ''
    if (!maker.table(key.target).is_tenant || !writable.includes(column)) return []
    const parent = maker.newest(key.target, neighbour)
    const given = { [column]: parent[key.target_columns.at(-1) ?? ''], ...INSTEAD[`${name}.${column}`] }
    return [{ name: key.name, given }]
  })
}

/**
 * Every foreign key of every table, whoever writes: a row of one's own that names the neighbour's parent is refused by
 * that very key. Written as a superuser, whom only keys and checks stop.
 */
export async function attackKeys(world: World): Promise<{ faults: string[]; attacks: number }> {
  const faults: string[] = []
  let attacks = 0
  for (const { name, columns } of world.maker.tables.filter((table) => table.is_tenant)) {
    for (const key of foreignParents(
      world,
      name,
      columns.map((column) => column.name),
    )) {
      attacks += 1
      // The row that stands there would be in the way of one with the same key.
      await world.admin.query('begin; set local session_replication_role = replica')
      await world.admin.query(`delete from desk.${name} where workspace_id = $1`, [world.own])
      await world.admin.query('set local session_replication_role = origin; set constraints all immediate')
      const { text, values } = insertOf(name, world.maker.build(name, world.own, key.given))
      const refusal = await world.admin.query(text, values).then(
        () => 'taken',
        (error) => `${error.code} ${error.constraint}`,
      )
      await world.admin.query('rollback')
      if (refusal !== `${NO_SUCH_PARENT} ${key.name}`) faults.push(`${name}.${key.name}: ${refusal}`)
    }
  }
  return { faults, attacks }
}
