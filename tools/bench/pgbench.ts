/**
 * The limit of intake: PostgreSQL's own load generator, calling the same functions with captured arguments, as the same
 * login, on the same database. It signs its scopes itself, once for each workspace and connection, because a scope
 * belongs to a connection; what it needs for that is made in a schema of its own and thrown away with the database.
 */
import { execFile } from 'node:child_process'
import { accessSync, constants, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import type pg from 'pg'
import type { DatabaseAddress } from '../../server/src/postgres/address.ts'
import type { IntakeCall } from './capture.ts'
import { BenchRefusal } from './refusal.ts'

const DEBIAN = '/usr/lib/postgresql'
const RUN_LIMIT_MS = 120_000
const ROWS_AT_ONCE = 500
const SCRIPT = [
  '\\set turn :turn + 1',
  '\\set n :base + :client_id * :each + :turn',
  `select count(*) from bench.call as c, app.ingest_keep(bench.scopes(c.workspaces), c.keep::jsonb) where c.n = :n;`,
  `select count(*) from bench.call as c,
     app.ingest_store(bench.scopes(c.workspaces), c.store::jsonb, c.done::jsonb, clock_timestamp()) where c.n = :n;`,
]
const SCHEMA = [
  'drop schema if exists bench cascade',
  'create schema bench',
  `create unlogged table bench.call (
     n int primary key, workspaces uuid[] not null, keep text not null, store text not null, done text not null)`,
  `create function bench.scopes(p_workspaces uuid[]) returns text[]
     language plpgsql security definer set search_path = pg_catalog, pg_temp
   as $$
   declare
     scopes text[] := array_fill(null::text, array[cardinality(p_workspaces)]);
     place text;
     scope text;
     expiry bigint := extract(epoch from clock_timestamp())::bigint + 120;
     key app.scope_key;
   begin
     for turn in 1..cardinality(p_workspaces) loop
       place := 'bench.w' || replace(p_workspaces[turn]::text, '-', '');
       scope := current_setting(place, true);
       if coalesce(scope, '') = '' then
         select * into key from app.scope_key order by version desc limit 1;
         scope := p_workspaces[turn] || '|' || pg_backend_pid() || '|' || expiry;
         scope := 'v1.' || replace(scope, '|', '.') || '.' || encode(sha256(key.outer_pad || sha256(
           key.inner_pad || convert_to('v1|' || session_user || '|' || scope, 'UTF8'))), 'hex');
         perform set_config(place, scope, false);
       end if;
       scopes[turn] := scope;
     end loop;
     return scopes;
   end
   $$`,
  'grant usage on schema bench to desk_ingest',
  'grant select on bench.call to desk_ingest',
]

/** Where the generator is: a folder that is named, Debian's own places, the path. Null when it is nowhere. */
export function findPgbench(environment: NodeJS.ProcessEnv = process.env): string | null {
  const { TEST_POSTGRES_BIN = '', PATH = '' } = environment
  const folders = [...(TEST_POSTGRES_BIN ? [TEST_POSTGRES_BIN] : []), ...debianFolders(), ...PATH.split(delimiter)]
  return folders.map((folder) => join(folder, 'pgbench')).find(isProgram) ?? null
}

function debianFolders(): string[] {
  try {
    const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a))
    return versions.map((version) => join(DEBIAN, version, 'bin'))
  } catch {
    return []
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export async function prepareLimit(client: pg.Client): Promise<void> {
  for (const statement of SCHEMA) await client.query(statement)
}

type Setting = { readonly name: string; readonly setting: string }

/** Durability is what is measured: without it every figure is a different one. In words what is missing, or null. */
export function lackOfDurability(settings: readonly Setting[]): string | null {
  const lax = settings.filter(({ setting }) => setting === 'off' || setting === 'local')
  return lax.length === 0
    ? null
    : `${lax.map(({ name, setting }) => `${name} is ${setting}`).join(', ')}: nothing is durable`
}

export async function refuseUnlessDurable(client: pg.Client): Promise<void> {
  const { rows } = await client.query<Setting>(
    "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')",
  )
  const lack = lackOfDurability(rows)
  if (lack) throw new BenchRefusal(lack)
}

/** Puts calls where the generator finds them; the number of the one before the first. */
export async function loadCalls(client: pg.Client, calls: readonly IntakeCall[]): Promise<number> {
  const { rows } = await client.query<{ base: number }>('select coalesce(max(n), 0)::int as base from bench.call')
  const base = rows[0]?.base ?? 0
  for (let at = 0; at < calls.length; at += ROWS_AT_ONCE) {
    const some = calls.slice(at, at + ROWS_AT_ONCE)
    await client.query(
      `insert into bench.call
       select $1 + c.place, string_to_array(c.workspaces, ',')::uuid[], c.keep, c.store, c.done
       from unnest($2::text[], $3::text[], $4::text[], $5::text[]) with ordinality
         as c(workspaces, keep, store, done, place)`,
      [
        base + at,
        some.map(({ workspaces }) => workspaces.join(',')),
        ...(['keep', 'store', 'done'] as const).map((part) => some.map((call) => call[part])),
      ],
    )
  }
  return base
}

export type PgbenchRun = {
  readonly program: string
  readonly address: DatabaseAddress
  readonly clients: number
  /** Calls of each client. */
  readonly each: number
  /** The number before the first call. */
  readonly base: number
}

/** Calls a second, of all clients together, without the time it takes to connect. */
export async function runPgbench({ program, address, clients, each, base }: PgbenchRun): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'central-desk-pgbench-'))
  const script = join(folder, 'intake.sql')
  writeFileSync(script, `${SCRIPT.join('\n')}\n`)
  const { PATH = '' } = process.env
  const options = {
    env: { PATH, PGPASSWORD: address.password(), PGOPTIONS: '-c search_path=desk,app -c timezone=UTC' },
    timeout: RUN_LIMIT_MS,
  }
  const words = [
    ...['--no-vacuum', '--protocol=prepared', '--jobs=2', `--client=${clients}`, `--transactions=${each}`],
    ...['--define=turn=0', `--define=each=${each}`, `--define=base=${base}`, `--file=${script}`],
    ...[`--host=${address.host}`, `--port=${address.port}`, `--username=${address.user}`, address.database],
  ]
  try {
    const { stdout } = await promisify(execFile)(program, words, options)
    return rateIn(stdout, clients * each)
  } catch (error) {
    throw error instanceof BenchRefusal ? error : new BenchRefusal(`pgbench: ${(error as Error).message}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Reads what the generator prints; refuses a run in which anything was left out or failed. */
export function rateIn(printed: string, expected: number): number {
  const done = /number of transactions actually processed: (\d+)\/(\d+)/.exec(printed)
  const failed = /number of failed transactions: (\d+)/.exec(printed)?.[1] ?? '0'
  const rate = Number(/^tps = ([\d.]+)/m.exec(printed)?.[1] ?? Number.NaN)
  if (!done || Number(done[1]) !== expected || failed !== '0' || !Number.isFinite(rate)) {
    throw new BenchRefusal(
      `pgbench did not do its ${expected} calls: ${printed.trim().split('\n').slice(-6).join('; ')}`,
    )
  }
  return rate
}
