/**
 * A statement smuggled into a query lives on a connection that others use after it. What it may leave behind there must
 * not reach them: not under the name of one of our statements, not as a setting.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { sql } from 'kysely'
import type { WorkspaceTx } from '#src/kernel/scope.ts'
import { inDatabase, withClient } from '#src/postgres/address.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { uuidOf } from '#test/support/inbound.ts'
import { type Person, signUpOwner } from '#test/support/people.ts'

let desk: TestDesk
let rahima: Person
let kabir: Person
before(async () => {
  desk = await bootDesk({ withWorkers: false })
  rahima = await signUpOwner(desk, { name: 'Rahima Begum', email: 'rahima@shapla.example', workspaceName: 'Shapla' })
  kabir = await signUpOwner(desk, { name: 'Kabir Hossain', email: 'kabir@meghna.example', workspaceName: 'Meghna' })
})

/** The connections of desk_app but for the one that listens: all of them are used at one moment. */
const AT_ONCE = 7

async function onEveryConnection<T>(person: Person, work: (tx: WorkspaceTx) => Promise<T>): Promise<T[]> {
  const workspaceId = uuidOf('workspace', person.workspaceId)
  let waiting = AT_ONCE
  const all = Promise.withResolvers<void>()
  return Promise.all(
    Array.from({ length: AT_ONCE }, () =>
      desk.kernel.doors.inWorkspace({ workspaceId, actor: { kind: 'system' } }, async (tx) => {
        waiting -= 1
        if (waiting === 0) all.resolve()
        await all.promise
        return work(tx)
      }),
    ),
  )
}

async function namesSeen(person: Person): Promise<string[]> {
  const seen = await onEveryConnection(person, async ({ db }) => db.selectFrom('workspace').select('name').execute())
  return seen.map((rows) => rows.map(({ name }) => name).join())
}

test('prepared statements that were left on every connection are run by nobody', async () => {
  await onEveryConnection(kabir, async (tx) => {
    const known = await sql<{ name: string }>`select name from pg_prepared_statements`.execute(tx.db)
    for (const name of new Set([...known.rows.map((row) => row.name), 'enter-scope'])) {
      await sql`
        do $$ begin
          if exists (select from pg_prepared_statements where name = 'enter-scope') then
            execute 'deallocate "enter-scope"';
          end if;
          execute 'prepare "enter-scope" (text) as select set_config(''app.scope'', ''stolen'', true)';
        end $$
      `.execute(tx.db)
      assert.equal(name, 'enter-scope', 'the doors prepare no statement of another name, or this test must know it')
    }
  })
  assert.deepEqual(await namesSeen(rahima), Array(AT_ONCE).fill('Shapla'))
})

test('a scope that was left on every connection is nobody else’s', async () => {
  await onEveryConnection(kabir, (tx) => sql`select set_config('app.scope', ${tx.scope}, false)`.execute(tx.db))
  assert.deepEqual(await namesSeen(rahima), Array(AT_ONCE).fill('Shapla'))
})

test('a connection that is lost in the middle of a transaction fails that transaction and nothing else', async () => {
  const workspaceId = uuidOf('workspace', rahima.workspaceId)
  const lost = desk.kernel.doors.inWorkspace({ workspaceId, actor: { kind: 'system' } }, async ({ db }) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
    await withClient(desk.database.superuser, async (client) => {
      await client.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid])
    })
    // The news comes while no statement runs.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    return sql`select 1`.execute(db)
  })
  await assert.rejects(lost)
  assert.deepEqual(await namesSeen(rahima), Array(AT_ONCE).fill('Shapla'))
})

test('while the database takes no connections calls are told to come again, and nobody calls it a bug', async () => {
  const owner = desk.database.owner.database
  const asSuperuser = (text: string, values: string[] = []) =>
    withClient(inDatabase(desk.database.superuser, 'postgres'), (client) => client.query(text, values))
  await asSuperuser(`alter database "${owner}" allow_connections false`)
  await asSuperuser('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1', [owner])
  const ask = () => rahima.client.raw('GET', `/api/v1/workspaces/${rahima.workspaceId}/tags`)
  const answer = await ask()
  assert.deepEqual([answer.status, answer.body.code, answer.headers['retry-after']], [503, 'busy', '1'])
  assert.match(desk.logged(), /the database is busy/)
  await asSuperuser(`alter database "${owner}" allow_connections true`)
  assert.equal((await ask()).status, 200)
  assert.doesNotMatch(desk.logged(), /a bug/)
})
