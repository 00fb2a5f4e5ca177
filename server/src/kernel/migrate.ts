/**
 * Applies `server/db/migrations/NNNN_name.sql`, forward only, each once, in the order of their numbers. The database
 * keeps name, SHA-256 and time of each in `app.migration`. Two programs that start at once are safe: one works, the
 * other waits. A file is one transaction, or, when its first line is `-- no-transaction`, a single statement that can
 * be run again (its crash leaves no record). Refuses, and changes nothing, when an applied file has changed, when a
 * file was squeezed in before an applied one, and when the database knows a migration that this program does not.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { StartRefusal } from './start-refusal.ts'

export type Migration = { readonly name: string; readonly sha256: string; readonly text: string }
type Applied = { name: string; sha256: string }
type Log = (sentence: string) => void

const NAME = /^(\d{4})_[a-z0-9_]+\.sql$/
const NO_TRANSACTION = '-- no-transaction'
/** An arbitrary number that only start-up work takes, so that it never waits for anything else. */
const START_LOCK = 7421
const START_LOCK_LIMIT_MS = 10 * 60_000
const START_LOCK_POLL_MS = 100
const LOCK_TIMEOUT_MS = 5_000
const LOCK_NOT_AVAILABLE = '55P03'

const MAKE_RECORD = `
create schema if not exists app;
create table if not exists app.migration (
  name text primary key,
  sha256 text not null,
  applied_at timestamptz not null default now()
)`

/** The migrations of a folder, in order. Throws when a file is misnamed or two bear one number: that is our own fault. */
export function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'))
  const numbers = new Set<string>()
  for (const name of names) {
    const number = NAME.exec(name)?.[1]
    if (!number || numbers.has(number)) throw new Error(`${name} must be NNNN_name.sql with a number of its own`)
    numbers.add(number)
  }
  return names.sort().map((name) => {
    const text = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n')
    return { name, text, sha256: createHash('sha256').update(text).digest('hex') }
  })
}

async function readApplied(client: pg.ClientBase): Promise<Applied[]> {
  const found = await client.query<{ is_there: boolean }>(
    "select to_regclass('app.migration') is not null and has_schema_privilege('app', 'usage') as is_there",
  )
  if (!found.rows[0]?.is_there) return []
  return (await client.query<Applied>('select name, sha256 from app.migration order by name')).rows
}

/** What is left to apply. Refuses when database and program do not belong together. */
export function pendingOf(migrations: readonly Migration[], applied: readonly Applied[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  for (const { name, sha256 } of applied) {
    const migration = known.get(name)
    if (!migration) {
      throw new StartRefusal(
        `The database holds the migration ${name}, which this program does not know: a newer version has used it. ` +
          'Start that version.',
      )
    }
    if (migration.sha256 !== sha256) {
      throw new StartRefusal(
        `The migration ${name} has changed since this database applied it: put the file back and write a new one.`,
      )
    }
  }
  const done = new Set(applied.map(({ name }) => name))
  const last = applied.at(-1)?.name ?? ''
  const pending = migrations.filter(({ name }) => !done.has(name))
  const early = pending.find(({ name }) => name < last)
  if (early) {
    throw new StartRefusal(
      `The migration ${early.name} comes before ${last}, which is applied: give it a higher number.`,
    )
  }
  return pending
}

/** Names of the migrations that the database still lacks; refuses as `migrate` does. For the readiness check. */
export async function pendingMigrations(client: pg.ClientBase, folder: string): Promise<string[]> {
  return pendingOf(readMigrations(folder), await readApplied(client)).map(({ name }) => name)
}

/** Does `work` while no other start-up on this database does its own. */
export async function underStartLock<T>(client: pg.ClientBase, log: Log, work: () => Promise<T>): Promise<T> {
  // Asking again and again instead of waiting in the server: a waiting statement holds a snapshot, and
  // CREATE INDEX CONCURRENTLY in the program that works would wait for it, for ever.
  for (let waited_ms = 0; ; waited_ms += START_LOCK_POLL_MS) {
    const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [START_LOCK])
    if (rows[0]?.got) break
    if (waited_ms === 0) log('Another process prepares the database; waiting for it.')
    if (waited_ms >= START_LOCK_LIMIT_MS)
      throw new StartRefusal('Another process has prepared the database for too long.')
    await pause(START_LOCK_POLL_MS)
  }
  try {
    return await work()
  } finally {
    await client.query('select pg_advisory_unlock($1)', [START_LOCK]).catch(() => {})
  }
}

/** Applies what is pending and gives the names. Call it under the start lock. */
export async function migrate(client: pg.ClientBase, folder: string, log: Log): Promise<string[]> {
  const pending = pendingOf(readMigrations(folder), await readApplied(client))
  if (pending.length === 0) return []
  await client.query(MAKE_RECORD)
  for (const migration of pending) {
    log(`Applying the migration ${migration.name} ...`)
    await (migration.text.startsWith(NO_TRANSACTION) ? applyAlone(client, migration) : applyWhole(client, migration))
  }
  return pending.map(({ name }) => name)
}

async function setLimits(client: pg.ClientBase, isLocal: boolean): Promise<void> {
  const limits = [String(LOCK_TIMEOUT_MS), isLocal]
  await client.query("select set_config('lock_timeout', $1, $2), set_config('statement_timeout', '0', $2)", limits)
}

async function remember(client: pg.ClientBase, { name, sha256 }: Migration): Promise<void> {
  await client.query('insert into app.migration (name, sha256) values ($1, $2)', [name, sha256])
}

async function applyWhole(client: pg.ClientBase, migration: Migration): Promise<void> {
  await client.query('begin')
  try {
    await setLimits(client, true)
    const before = await transactionId(client)
    await client.query(migration.text)
    if ((await transactionId(client)) !== before) throw new Error('the file ends its own transaction')
    await remember(client, migration)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw failure(migration, error)
  }
}

async function transactionId(client: pg.ClientBase): Promise<string | undefined> {
  return (await client.query<{ id: string }>('select pg_current_xact_id()::text as id')).rows[0]?.id
}

async function applyAlone(client: pg.ClientBase, migration: Migration): Promise<void> {
  try {
    await setLimits(client, false)
    await client.query(migration.text)
    await remember(client, migration)
  } catch (error) {
    throw failure(migration, error)
  } finally {
    await client.query('reset lock_timeout; reset statement_timeout')
  }
}

function failure({ name }: Migration, error: unknown): Error {
  if ((error as { code?: string }).code === LOCK_NOT_AVAILABLE) {
    const limit_s = LOCK_TIMEOUT_MS / 1000
    return new StartRefusal(
      `The migration ${name} waited ${limit_s} s for a lock on a table in use; start again later.`,
    )
  }
  return new Error(`The migration ${name} failed: ${(error as Error).message}`, { cause: error })
}
