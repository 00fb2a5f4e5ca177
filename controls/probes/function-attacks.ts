/**
 * Functions that run with other rights than the caller's are doors of their own: every one that takes signed scopes is
 * called with each false one, intake is asked to keep an event for the neighbour, and the search index to find their
 * words. A function of that kind that nobody has thought of here is told by a control.
 */
import { randomUUID } from 'node:crypto'
import type { Ground } from './isolation-in-sql.ts'
import { type Attacker, forgeries, ownScope, signScope } from './scopes.ts'
import type { SqlClient } from './sql.ts'

/** They look across workspaces and give ids, numbers and what is sealed, or look at the scope themselves. */
const WITHOUT_SCOPES = [
  'abandoned_deliveries',
  'claim_deliveries',
  'current_workspace',
  'due_snoozes',
  'ensure_month_partitions',
  'event_numbers',
  'next_delivery_at',
  'search_backlog_of',
  'search_contacts',
  'search_is_complete',
  'search_messages',
  'take_pending',
  'unused_attachments',
  'workspace_of_unreadable',
]

type Definer = { readonly name: string; readonly types: readonly string[]; readonly takes: string | null }

async function definersFor(superuser: SqlClient, login: string): Promise<Definer[]> {
  const { rows } = await superuser.query<Definer>(
    `select p.proname as name, p.proargnames[1] as takes,
       array(select format_type(t, null) from unnest(p.proargtypes) with ordinality as u(t, n) order by n) as types
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname not in ('pg_catalog', 'information_schema') and p.prosecdef
       and has_schema_privilege($1, n.oid, 'USAGE') and has_function_privilege($1, p.oid, 'EXECUTE')`,
    [login],
  )
  return rows
}

export async function attackFunctions(ground: Ground, attacker: Attacker): Promise<void> {
  const { exam, superuser } = ground
  for (const definer of await definersFor(superuser, attacker.login)) {
    const isScoped = /^p_scopes?$/.test(definer.takes ?? '')
    exam.control(`${definer.name} is known here`, isScoped || WITHOUT_SCOPES.includes(definer.name))
    if (isScoped) await attackByScope(ground, attacker, definer)
  }
  if (attacker.login === 'desk_ingest') await keepForTheNeighbour(ground, attacker)
  if (attacker.login === 'desk_app') await searchNextDoor(ground, attacker)
}

const NO_SCOPE = 'DK003'

/** Rows of a call in a transaction that is rolled back, or the code of its refusal. */
async function called(client: SqlClient, statement: string, values: unknown[], before?: [string, string]) {
  await client.query('begin')
  try {
    if (before) await client.query('select set_config($1, $2, true)', before)
    return { rows: (await client.query(statement, values)).rows, code: null }
  } catch (error) {
    return { rows: [], code: (error as { code?: string }).code ?? 'unknown' }
  } finally {
    await client.query('rollback')
  }
}

async function attackByScope({ exam, key }: Ground, attacker: Attacker, { name, types }: Definer): Promise<void> {
  const isList = types[0] === 'text[]'
  const rest = types.slice(1).map((type) => `, null::${type}`)
  const statement = `select * from app.${name}($1${rest.join('')})`
  const withScope = (scope: string) => called(attacker.client, statement, [isList ? [scope] : scope])
  const true_ = await withScope(ownScope(key, attacker))
  exam.control(`${name} takes a true scope (${true_.code})`, true_.code !== NO_SCOPE)
  for (const { what, scope } of forgeries(key, attacker)) {
    const { code } = await withScope(scope)
    exam.attempt(`${name} takes a scope that is: ${what} (${code})`, code === NO_SCOPE)
  }
}

/** An event like the neighbour's last one, under no scope, one's own, and a setting that only intake itself may make. */
async function keepForTheNeighbour(
  { exam, superuser, key, own, neighbour }: Ground,
  attacker: Attacker,
): Promise<void> {
  const itemFor = async (workspace: string) => {
    const { rows } = await superuser.query(
      `select jsonb_build_array(to_jsonb(e) || jsonb_build_object('id', $2::uuid, 'event_key',
         '\\x' || encode(sha256(convert_to($2::text, 'UTF8')), 'hex'))) as items
       from desk.inbound_event e where workspace_id = $1 limit 1`,
      [workspace, randomUUID()],
    )
    return JSON.stringify(rows[0].items)
  }
  const keep = (scopes: string[], items: string, before?: [string, string]) =>
    called(attacker.client, 'select is_new from app.ingest_keep($1, $2)', [scopes, items], before)
  const scope = ownScope(key, attacker)
  const kept = await keep([scope], await itemFor(own))
  exam.control(`intake keeps an event of one's own (${kept.code})`, kept.rows[0]?.is_new === true)
  const theirs = await itemFor(neighbour)
  const setting: [string, string] = ['app.ingest_workspaces', `{${neighbour}}`]
  for (const [what, scopes, before] of [
    ['no scope', [], undefined],
    ["one's own scope", [scope], undefined],
    ['no scope and a setting', [], setting],
    ["one's own scope and a setting", [scope], setting],
  ] as const) {
    const outcome = await keep([...scopes], theirs, before && [...before])
    const isKept = outcome.rows.some(({ is_new: isNew }: { is_new: boolean }) => isNew)
    exam.attempt(`intake keeps an event for the neighbour with ${what}`, !isKept)
  }
}

/** With the very tokens of the neighbour's messages and contacts. */
async function searchNextDoor({ exam, superuser, key, neighbour }: Ground, attacker: Attacker): Promise<void> {
  const tokensIn = async (table: 'search_entry' | 'contact_search_entry') => {
    const { rows } = await superuser.query(
      `select t.token from desk.${table} as e cross join unnest(e.tokens) as t(token) where e.workspace_id = $1 limit 1`,
      [neighbour],
    )
    return [rows[0]?.token]
  }
  const finds = [
    { statement: 'select * from app.search_messages($1, null, 100)', tokens: await tokensIn('search_entry') },
    { statement: 'select * from app.search_contacts($1, 100)', tokens: await tokensIn('contact_search_entry') },
  ]
  for (const { statement, tokens } of finds) {
    const find = (scope: string) => called(attacker.client, statement, [tokens], ['app.scope', scope])
    const there = await find(signScope(key, { login: attacker.login, workspace: neighbour, pid: attacker.pid }))
    exam.control(`who is in that workspace finds by the token (${there.code})`, there.rows.length > 0)
    const here = await find(ownScope(key, attacker))
    exam.attempt(`${statement} finds ${here.rows.length} things next door`, here.rows.length === 0)
    for (const { what, scope } of forgeries(key, attacker)) {
      const { rows } = await find(scope)
      exam.attempt(`${statement} finds things with a scope that is: ${what}`, rows.length === 0)
    }
  }
}
