/**
 * Migrations run once, whole, in order, and never on a database they do not fit. The fixtures are small folders of
 * SQL made for each test; the database is real.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type pg from 'pg'
import { freshDatabase, TEST_SCOPE_KEY, testPasswordOf } from '#test/support/database.ts'
import { asLogin, type DatabaseAddress, inDatabase, tryLogin, withClient } from '../postgres/address.ts'
import { setRolePassword } from '../postgres/role-password.ts'
import { migrate, pendingMigrations, readMigrations, underStartLock } from './migrate.ts'
import { MIGRATIONS_FOLDER, prepareDatabase } from './prepare-database.ts'

const quiet = () => {}
const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'central-desk-migrations-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

/** A database of its own, emptied of our own migrations, so that fixtures are all it knows. */
async function bareDatabase(): Promise<DatabaseAddress> {
  const { owner } = await freshDatabase()
  await withClient(owner, (client) => client.query('drop schema desk, app cascade'))
  return owner
}

const one = { '0001_first.sql': 'create table first (id int);' }
const two = { ...one, '0002_second.sql': 'create table second (id int);' }

async function exists(client: pg.Client, table: string): Promise<boolean> {
  return (await client.query('select to_regclass($1) as found', [table])).rows[0].found !== null
}

test('pending migrations are applied in order, once, and are remembered with checksum and time', async () => {
  await withClient(await bareDatabase(), async (client) => {
    assert.deepEqual(await pendingMigrations(client, folderOf(two)), ['0001_first.sql', '0002_second.sql'])
    assert.deepEqual(await migrate(client, folderOf(one), quiet), ['0001_first.sql'])
    assert.deepEqual(await migrate(client, folderOf(two), quiet), ['0002_second.sql'])
    assert.deepEqual(await migrate(client, folderOf(two), quiet), [])
    const { rows } = await client.query(
      'select name, sha256, applied_at is not null as timed from app.migration order by 1',
    )
    const expected = readMigrations(folderOf(two)).map(({ name, sha256 }) => ({ name, sha256, timed: true }))
    assert.deepEqual(rows, expected)
  })
})

test('a migration that fails leaves nothing of itself, and says which one it was', async () => {
  const files = { ...one, '0002_broken.sql': 'create table half (id int); select 1 / 0;' }
  await withClient(await bareDatabase(), async (client) => {
    await assert.rejects(migrate(client, folderOf(files), quiet), /0002_broken\.sql failed: division by zero/)
    assert.deepEqual([await exists(client, 'first'), await exists(client, 'half')], [true, false])
    assert.deepEqual(await migrate(client, folderOf(two), quiet), ['0002_second.sql'])
  })
})

test('a file that ends its own transaction is an error', async () => {
  await withClient(await bareDatabase(), async (client) => {
    const files = { '0001_sly.sql': 'create table sly (id int); commit; begin;' }
    await assert.rejects(migrate(client, folderOf(files), quiet), /ends its own transaction/)
  })
})

test('an applied file that has changed is refused, and nothing is applied', async () => {
  await withClient(await bareDatabase(), async (client) => {
    await migrate(client, folderOf(one), quiet)
    const changed = folderOf({ ...two, '0001_first.sql': 'create table first (id bigint);' })
    await assert.rejects(migrate(client, changed, quiet), {
      name: 'StartRefusal',
      message: /0001_first\.sql has changed/,
    })
    assert.equal(await exists(client, 'second'), false)
  })
})

test('line ends of another system are no change', async () => {
  await withClient(await bareDatabase(), async (client) => {
    await migrate(client, folderOf({ '0001_lines.sql': 'select 1;\nselect 2;\n' }), quiet)
    assert.deepEqual(await pendingMigrations(client, folderOf({ '0001_lines.sql': 'select 1;\r\nselect 2;\r\n' })), [])
  })
})

test('a database that a newer program has used is refused', async () => {
  await withClient(await bareDatabase(), async (client) => {
    await migrate(client, folderOf(two), quiet)
    const refusal = { name: 'StartRefusal', message: /0002_second\.sql, which this program does not know/ }
    await assert.rejects(migrate(client, folderOf(one), quiet), refusal)
    await assert.rejects(pendingMigrations(client, folderOf(one)), refusal)
  })
})

test('a migration squeezed in before an applied one is refused', async () => {
  await withClient(await bareDatabase(), async (client) => {
    await migrate(client, folderOf({ '0002_second.sql': two['0002_second.sql'] }), quiet)
    await assert.rejects(migrate(client, folderOf(two), quiet), { name: 'StartRefusal', message: /higher number/ })
  })
})

test('misnamed files and a number used twice are our own fault', () => {
  for (const name of ['1_short.sql', '0001-dash.sql', '0001_Upper.sql']) {
    assert.throws(() => readMigrations(folderOf({ [name]: '' })), /must be NNNN_name/, name)
  }
  assert.throws(() => readMigrations(folderOf({ ...one, '0001_again.sql': '' })), /number of its own/)
})

test('two programs that start at once apply each migration once', async () => {
  const owner = await bareDatabase()
  const slow = folderOf({ ...one, '0002_slow.sql': 'select pg_sleep(0.3); create table slow (id int);' })
  const start = () => withClient(owner, (client) => underStartLock(client, quiet, () => migrate(client, slow, quiet)))
  const applied = await Promise.all([start(), start(), start()])
  assert.deepEqual(applied.flat().sort(), ['0001_first.sql', '0002_slow.sql'])
})

test('what cannot run in a transaction runs alone, also while another program waits to start', async () => {
  const owner = await bareDatabase()
  const index = '-- no-transaction\ncreate index concurrently if not exists first_id on first (id)'
  const files = folderOf({ ...one, '0002_index.sql': index })
  const start = () => withClient(owner, (client) => underStartLock(client, quiet, () => migrate(client, files, quiet)))
  const applied = await Promise.all([start(), start()])
  assert.deepEqual(applied.flat().sort(), ['0001_first.sql', '0002_index.sql'])
  await withClient(owner, async (client) => assert.equal(await exists(client, 'first_id'), true))
})

test('preparing a database twice, or twice at once, changes nothing; a lost role password is set again', async () => {
  const { owner, as, superuser } = await freshDatabase()
  const preparation = { owner, passwordOf: testPasswordOf, scopeKey: TEST_SCOPE_KEY, log: quiet }
  const passwords = 'select rolname, rolpassword from pg_authid where rolpassword is not null order by 1'
  await withClient(superuser, async (client) => {
    const before = (await client.query(passwords)).rows
    await Promise.all([prepareDatabase(preparation), prepareDatabase(preparation)])
    assert.deepEqual((await client.query(passwords)).rows, before)
  })
  assert.equal(await tryLogin(as('desk_app')), null)
  assert.deepEqual(await withClient(owner, (client) => pendingMigrations(client, MIGRATIONS_FOLDER)), [])
})

test('a database under another master key is refused before anything is changed', async () => {
  const { owner, as } = await freshDatabase()
  const other = { owner, passwordOf: () => 'another-password', scopeKey: Buffer.alloc(32, 1), log: quiet }
  await assert.rejects(prepareDatabase(other), { name: 'StartRefusal', message: /another master key/ })
  assert.equal(await tryLogin(as('desk_app')), null, 'its password is the old one')
})

test('a database that cannot be used as it is given is refused with a sentence that says why', async () => {
  const { owner, superuser } = await freshDatabase()
  const preparation = { passwordOf: testPasswordOf, scopeKey: TEST_SCOPE_KEY, log: quiet }
  await withClient(superuser, async (client) => {
    await client.query('create role test_plain login')
    await setRolePassword(client, 'test_plain', 'plain-password')
    await client.query('grant desk_app to test_plain')
  })
  const cases: [DatabaseAddress, RegExp][] = [
    [asLogin(owner, 'desk_owner', 'wrong'), /refuses the password; the login was desk_owner/],
    [inDatabase(owner, 'nowhere'), /nowhere .* does not exist/],
    [{ ...owner, host: '/nonexistent' }, /does not answer/],
    [asLogin(owner, 'test_plain', 'plain-password'), /must own the database and have CREATEROLE/],
  ]
  for (const [address, words] of cases) {
    await assert.rejects(prepareDatabase({ ...preparation, owner: address }), { name: 'StartRefusal', message: words })
  }
  await withClient(superuser, (client) => client.query('drop role test_plain'))
})
