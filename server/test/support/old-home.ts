/**
 * A home as an earlier commit made it, laid out on disk again from what `tools/keep-old-home.ts` kept: its database at
 * the migrations of then with its rows in it, its keys, its sealed files. What comes back is what the test may know.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type pg from 'pg'
import { systemClock } from '#src/kernel/clock.ts'
import { applyRoles } from '#src/kernel/database-roles.ts'
import { migrate } from '#src/kernel/migrate.ts'
import { MIGRATIONS_FOLDER } from '#src/kernel/prepare-database.ts'
import { inDatabase, withClient } from '#src/postgres/address.ts'
import { startEmbedded } from '#src/postgres/embedded.ts'
import { ROOT } from './source.ts'

export type OldHome = {
  readonly migrations: readonly string[]
  readonly known: {
    readonly email: string
    readonly password: string
    readonly marker: string
    readonly ids: Readonly<Record<string, string>>
    readonly apiInbox: { key: string; signingSecret: string }
    readonly webchatInbox: { key: string; signingSecret: string }
  }
  readonly files: Readonly<Record<string, string>>
  /** Rows by table, each as the text of a JSON object. */
  readonly rows: Readonly<Record<string, readonly string[]>>
}

const MONTHS_OF_THEN = 1
const SECRET_FILE_MODE = 0o600
const COLUMNS = `
select string_agg(format('%I', attname), ', ' order by attnum) as names
from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`

export function readOldHome(name: string): OldHome {
  return JSON.parse(readFileSync(join(ROOT, 'server', 'test', 'fixtures', `${name}.json`), 'utf8')) as OldHome
}

function layFiles(home: string, { files }: OldHome): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true, mode: 0o700 })
    writeFileSync(join(home, path), Buffer.from(content, 'base64'), { mode: SECRET_FILE_MODE })
  }
}

/** The migrations of then, in a folder of their own: the runner applies what is there. */
async function migrateBack(client: pg.Client, { migrations }: OldHome): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'central-desk-migrations-'))
  try {
    for (const name of migrations) cpSync(join(MIGRATIONS_FOLDER, name), join(folder, name))
    await applyRoles(client, readFileSync(join(dirname(MIGRATIONS_FOLDER), 'roles.sql'), 'utf8'))
    await migrate(client, folder, () => {})
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function fillTables(client: pg.Client, { rows }: OldHome): Promise<void> {
  // Rows come as they stood, in any order: what triggers and foreign keys had to say was said when they were written.
  await client.query("set session_replication_role = 'replica'")
  for (const [table, texts] of Object.entries(rows)) {
    const { names } = (await client.query<{ names: string }>(COLUMNS, [table])).rows[0] ?? { names: '' }
    const insert = `insert into ${table} (${names}) select ${names} from jsonb_populate_record(null::${table}, $1)`
    for (const text of texts) await client.query(insert, [text])
  }
}

/** Lays it out in a folder that is not there yet; nothing runs on it afterwards. */
export async function layOldHome(home: string, old: OldHome): Promise<void> {
  mkdirSync(home, { mode: 0o711 })
  layFiles(home, old)
  const embedded = await startEmbedded({ home, log: () => {}, settings: { fsync: 'off', shared_buffers: '128MB' } })
  try {
    await withClient(embedded.owner, async (client) => {
      await migrateBack(client, old)
      await client.query('select app.ensure_month_partitions($1, $2)', [systemClock.now(), MONTHS_OF_THEN])
    })
    const superuser = inDatabase(embedded.superuser, embedded.owner.database)
    await withClient(superuser, (client) => fillTables(client, old))
  } finally {
    await embedded.stop()
  }
}
