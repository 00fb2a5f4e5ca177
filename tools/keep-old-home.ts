/**
 * Keeps a home as this commit makes it, for the test that brings it up under later ones: a workspace with one of
 * everything, its rows by table as PostgreSQL spells them in JSON, its key files and its sealed files.
 *   node tools/keep-old-home.ts server/test/fixtures/home-at-NNNN.json
 * The keys in such a file are its own and open nothing else. Refuses to overwrite: an old home is never made anew.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type pg from 'pg'
import { asLogin, withClient } from '../server/src/postgres/address.ts'
import { openRunning } from '../server/src/postgres/embedded.ts'
import { startProgram } from '../server/test/support/program.ts'
import { PASSWORD } from '../server/test/support/people.ts'
import { makeStage } from '../server/test/support/stage.ts'

const MARKER = 'আমার সোনার বাংলা'
const FOLDERS = ['keys', 'files']
const OWN_TABLES = `
select format('%I.%I', n.nspname, c.relname) as name
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('desk', 'app') and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'migration'
order by 1`

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesBelow(path) : [path]
  })
}

async function rowsOf(client: pg.Client): Promise<Record<string, unknown[]>> {
  const tables = await client.query<{ name: string }>(OWN_TABLES)
  const rows: Record<string, unknown[]> = {}
  for (const { name } of tables.rows) {
    const found = await client.query<{ row: string }>(`select to_jsonb(t)::text as row from ${name} t`)
    // Kept as text: a number of eight bytes does not survive being read here.
    if (found.rows.length > 0) rows[name] = found.rows.map(({ row }) => row)
  }
  return rows
}

const out = process.argv[2]
if (!out) throw new Error('say where to: node tools/keep-old-home.ts FILE')
const place = mkdtempSync(join(tmpdir(), 'central-desk-old-'))
const home = join(place, 'home')
const program = await startProgram({ home })
const stage = await makeStage(program.desk, 'Shapla Crafts', MARKER)
const owner = openRunning(home)
if (!owner) throw new Error('the program does not run')
const superuser = asLogin(
  owner,
  'desk_superuser',
  readFileSync(join(home, 'keys', 'postgres-superuser'), 'utf8').trim(),
)
const rows = await withClient(superuser, rowsOf)
await program.end()
const paths = FOLDERS.flatMap((folder) => filesBelow(join(home, folder)))
const files = Object.fromEntries(paths.map((path) => [relative(home, path), readFileSync(path).toString('base64')]))
const { owner: rahima, ids, apiInbox, webchatInbox } = stage
const known = { email: rahima.email, password: PASSWORD, marker: MARKER, ids, apiInbox, webchatInbox }
const migrations = readdirSync(new URL('../server/db/migrations', import.meta.url)).sort()
writeFileSync(out, `${JSON.stringify({ migrations, known, files, rows }, null, 1)}\n`, { flag: 'wx' })
rmSync(place, { recursive: true, force: true })
