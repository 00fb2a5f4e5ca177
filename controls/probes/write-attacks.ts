/**
 * Writing as a hostile login: changing, moving, taking over, deleting and inserting rows of the neighbour, hanging one's
 * own rows on theirs, and becoming somebody who may. Each act is tried on one's own rows first and rolled back.
 */
import { foreignKeys, type Rights } from './catalog.ts'
import type { Ground } from './isolation-in-sql.ts'
import { rowsOf } from './rows.ts'
import { type Attacker, forgeries, ownScope } from './scopes.ts'
import { refusalOf, type SqlClient } from './sql.ts'

const NOT_ALLOWED = '42501'
const NO_SUCH_PARENT = '23503'
const ALREADY_THERE = '23505'
const KEYS_MIN = 25
/** Names of members are copied to all workspaces they are in; their roles are not. */
const UPDATES_ACROSS: Readonly<Record<string, readonly string[]>> = { desk_auth: ['desk.member'] }

type Outcome = { readonly code: string | null; readonly count: number }

/** One statement in a transaction of its own under that scope, rolled back. */
async function tried(client: SqlClient, scope: string, statement: string, values: unknown[] = []): Promise<Outcome> {
  await client.query('begin')
  try {
    await client.query("select set_config('app.scope', $1, true)", [scope])
    const { rowCount } = await client.query(statement, values)
    await client.query('set constraints all immediate')
    return { code: null, count: rowCount ?? 0 }
  } catch (error) {
    return { code: (error as { code?: string }).code ?? 'unknown', count: 0 }
  } finally {
    await client.query('rollback')
  }
}

export async function attackByWriting(ground: Ground, attacker: Attacker, rights: readonly Rights[]): Promise<void> {
  const { exam } = ground
  for (const relation of rights.filter(({ key }) => key !== null)) {
    exam.attempt(`${attacker.login} may empty or trap ${relation.name}`, !relation.more)
    await attackByUpdating(ground, attacker, relation)
    await attackByDeleting(ground, attacker, relation)
    await attackByInserting(ground, attacker, relation)
  }
}

async function attackByUpdating(ground: Ground, attacker: Attacker, relation: Rights): Promise<void> {
  const { exam, superuser, key, own, neighbour } = ground
  const { client, login } = attacker
  const { name, updates, key: whose } = relation
  const column = updates.find((one) => one !== whose) ?? updates[0]
  // Without the right to read the column it cannot be set to itself.
  if (!column || !relation.reads.includes(column)) return
  const scope = ownScope(key, attacker)
  const touch = `update ${name} set ${column} = ${column}`
  if (!UPDATES_ACROSS[login]?.includes(name)) {
    const { count, code } = await tried(client, scope, touch)
    const mine = await rowsOf(superuser, relation, own)
    exam.control(`${login} changes its own rows of ${name} (${code})`, count > 0)
    exam.attempt(`${login} changes ${count - mine} rows of others in ${name}`, count <= mine)
    for (const forgery of forgeries(key, attacker)) {
      const outcome = await tried(client, forgery.scope, touch)
      exam.attempt(`${login} changes rows of ${name} with a scope that is: ${forgery.what}`, outcome.count === 0)
    }
  }
  if (!whose || !updates.includes(whose)) return
  const move = `update ${name} set ${whose} = $1 where ${whose} = $2`
  const moved = await tried(client, scope, move, [neighbour, own])
  exam.attempt(`${login} moves its rows of ${name} next door: ${moved.code}`, moved.code === NOT_ALLOWED)
  const stolen = await tried(client, scope, move, [own, neighbour])
  exam.attempt(`${login} takes over ${stolen.count} rows of ${name}`, stolen.count === 0)
}

async function attackByDeleting(ground: Ground, attacker: Attacker, relation: Rights): Promise<void> {
  const { exam, superuser, key, own } = ground
  const { client, login } = attacker
  if (!relation.deletes) return
  const { name } = relation
  const mine = await rowsOf(superuser, relation, own)
  const { count, code } = await tried(client, ownScope(key, attacker), `delete from ${name}`)
  exam.control(`${login} deletes its own rows of ${name} (${code})`, count > 0 || code === NO_SUCH_PARENT)
  exam.attempt(`${login} deletes ${count - mine} rows of others in ${name}`, count <= mine)
  for (const forgery of forgeries(key, attacker)) {
    const outcome = await tried(client, forgery.scope, `delete from ${name}`)
    exam.attempt(`${login} deletes rows of ${name} with a scope that is: ${forgery.what}`, outcome.count === 0)
  }
}

/** A row like one that is there: the neighbour's is refused by the policy, one's own only because it is there already. */
async function attackByInserting(ground: Ground, attacker: Attacker, relation: Rights): Promise<void> {
  const { exam, superuser, key, own, neighbour } = ground
  const { client, login } = attacker
  const { name, inserts, key: whose } = relation
  if (inserts.length === 0) return
  const columns = inserts.join(', ')
  const insert = `insert into ${name} (${columns}) select ${columns} from jsonb_populate_record(null::${name}, $1)`
  const rowOf = async (workspace: string) =>
    (await superuser.query(`select to_jsonb(t) as row from ${name} t where ${whose} = $1 limit 1`, [workspace])).rows[0]
      .row
  const [mine, theirs] = [await rowOf(own), await rowOf(neighbour)]
  const scope = ownScope(key, attacker)
  const kept = await tried(client, scope, insert, [mine])
  exam.control(
    `${login} writes its own rows of ${name} (${kept.code})`,
    kept.code === null || kept.code === ALREADY_THERE,
  )
  for (const { what, scope: false_ } of [{ what: "one's own", scope }, ...forgeries(key, attacker)]) {
    const { code } = await tried(client, false_, insert, [theirs])
    exam.attempt(`${login} writes to ${name} next door, scope: ${what}: ${code}`, code === NOT_ALLOWED)
  }
}

/**
 * As the superuser, whom no policy stops: a row of one's own that names something of the neighbour's is refused by the
 * key itself. Rows that may not change at all are out of reach anyway.
 */
export async function attackKeys({ exam, superuser, own, neighbour }: Ground): Promise<void> {
  const keys = await foreignKeys(superuser)
  let reached = 0
  for (const { child, column, parent, to } of keys) {
    const parents = await superuser.query(`select ${to} as id from ${parent} where workspace_id = $1 limit 1`, [
      neighbour,
    ])
    const hang = `update ${child} set ${column} = $1 where (tableoid, ctid) = (
      select tableoid, ctid from ${child} where workspace_id = $2 and ${column} is not null limit 1)`
    const { code, count } = await tried(superuser, '', hang, [parents.rows[0]?.id ?? null, own])
    if (code === NO_SUCH_PARENT) reached += 1
    exam.attempt(`${child}.${column} hangs on the neighbour's ${parent}`, code !== null || count === 0)
  }
  exam.control(`keys that bind rows to a workspace: ${reached}`, reached >= KEYS_MIN)
}

/** Ways for a login to become, or to make itself, somebody whom no policy holds. */
export async function breakOut({ exam }: Ground, { client, login, neighbour }: Attacker): Promise<void> {
  const ways = [
    'set role desk_owner',
    'set role desk_superuser',
    'set session authorization desk_superuser',
    'set session_replication_role = replica',
    `alter role ${login} bypassrls`,
    `alter role ${login} superuser`,
    `grant desk_owner to ${login}`,
    'alter table desk.message disable row level security',
    'alter table desk.message no force row level security',
    'drop policy in_workspace on desk.message',
    `create policy mine on desk.message to ${login} using (true)`,
    'truncate desk.message',
    'select inner_pad, outer_pad from app.scope_key',
    `insert into app.scope_key values (99, decode(repeat('36', 64), 'hex'), decode(repeat('5c', 64), 'hex'))`,
    `create or replace function app.current_workspace() returns uuid language sql as $$ select '${neighbour}'::uuid $$`,
    'create function app.mine() returns int language sql security definer as $$ select 1 $$',
    'create table desk.mine (id int)',
    'create view public.mine as select 1 as one',
    'create schema mine',
    `select pg_read_file('PG_VERSION')`,
    `copy (select 1) to program 'true'`,
    `copy (select 1) to '/tmp/mine'`,
    "select lo_from_bytea(0, pg_read_binary_file('PG_VERSION'))",
    'create extension dblink',
    'alter system set row_security = off',
    'set row_security = off; select count(*) from desk.message',
  ]
  for (const way of ways) {
    await client.query('begin')
    const code = await refusalOf(client, way)
    await client.query('rollback')
    exam.attempt(`${login} breaks out: ${way.slice(0, 60)}`, code !== null)
  }
}
