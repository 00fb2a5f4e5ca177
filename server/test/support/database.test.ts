/**
 * The ground that all database tests stand on: a fresh database is migrated, empty, apart from its neighbours, open
 * to each role with the password of the run, and verifies what is signed with the key of the run.
 */
import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { LOGIN_ROLES } from '#src/kernel/database-roles.ts'
import { MIGRATIONS_FOLDER } from '#src/kernel/prepare-database.ts'
import { pendingMigrations } from '#src/kernel/migrate.ts'
import { tryLogin, withClient } from '#src/postgres/address.ts'
import { freshDatabase, TEST_SCOPE_KEY } from './database.ts'

test('a fresh database has all migrations, and each role may log in', async () => {
  const database = await freshDatabase()
  assert.deepEqual(await withClient(database.owner, (client) => pendingMigrations(client, MIGRATIONS_FOLDER)), [])
  for (const role of LOGIN_ROLES) assert.equal(await tryLogin(database.as(role)), null, role)
})

test('two fresh databases know nothing of each other, and a dropped one is gone', async () => {
  const [one, other] = await Promise.all([freshDatabase(), freshDatabase()])
  assert.notEqual(one.name, other.name)
  await withClient(one.owner, (client) => client.query('create table desk.planted (id int)'))
  const found = await withClient(other.owner, (client) => client.query("select to_regclass('desk.planted') as it"))
  assert.equal(found.rows[0].it, null)
  await one.drop()
  assert.equal(await tryLogin(one.owner), '3D000')
})

test('a scope signed with the key of the run holds, and one signed with another key does not', async () => {
  const database = await freshDatabase()
  await withClient(database.as('desk_app'), async (client) => {
    const workspaceId = randomUUID()
    const { rows } = await client.query('select pg_backend_pid() as pid')
    const expiry = Math.floor(Date.now() / 1000) + 60
    const scopeOf = async (key: Buffer) => {
      const signed = `v1|desk_app|${workspaceId}|${rows[0].pid}|${expiry}`
      const mac = createHmac('sha256', key).update(signed).digest('hex')
      const scope = `v1.${workspaceId}.${rows[0].pid}.${expiry}.${mac}`
      await client.query('begin')
      await client.query("select set_config('app.scope', $1, true)", [scope])
      const found = await client.query('select app.current_workspace() as id')
      await client.query('rollback')
      return found.rows[0].id
    }
    assert.equal(await scopeOf(TEST_SCOPE_KEY), workspaceId)
    assert.equal(await scopeOf(Buffer.alloc(32, 7)), null)
  })
})
