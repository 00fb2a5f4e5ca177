/**
 * A home made by an older commit comes up under this one with nothing lost: every row that was there is there, people
 * sign in with their old passwords, old messages open under their old keys, an old attachment streams, and new messages
 * go on in the old conversation. The home was kept by that commit (`tools/keep-old-home.ts`), not made up here.
 */
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { getThread, listConversations } from '@central-desk/contract/conversations.ts'
import { signIn } from '@central-desk/contract/session.ts'
import { MIGRATIONS_FOLDER } from '#src/kernel/prepare-database.ts'
import { asLogin, withClient } from '#src/postgres/address.ts'
import { openRunning } from '#src/postgres/embedded.ts'
import type { Client } from '#test/support/client.ts'
import { layOldHome, type OldHome, readOldHome } from '#test/support/old-home.ts'
import { type Program, startProgram } from '#test/support/program.ts'
import { postMessage, until } from '#test/support/stage.ts'

const place = mkdtempSync(join(tmpdir(), 'central-desk-upgrade-'))
const home = join(place, 'home')
const old = readOldHome('home-at-0009')
const { known } = old
const params = { workspaceId: known.ids.workspace ?? '' }
let program: Program
let client: Client

before(async () => {
  chmodSync(place, 0o711)
  await layOldHome(home, old)
  program = await startProgram({ home })
  client = program.desk.client()
})
after(async () => {
  await program?.end()
  rmSync(place, { recursive: true, force: true })
})

type Query = (sql: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>

async function withSuperuser<T>(ask: (query: Query) => Promise<T>): Promise<T> {
  const owner = openRunning(home)
  assert.ok(owner, 'it runs')
  const password = readFileSync(join(home, 'keys', 'postgres-superuser'), 'utf8').trim()
  return withClient(asLogin(owner, 'desk_superuser', password), (connection) =>
    ask(async (sql, values) => (await connection.query(sql, [...(values ?? [])])).rows),
  )
}

/** Tables whose rows a running desk renews by itself. */
const LIVING = new Set(['desk.rate_budget', 'desk.session'])
/** Tables whose rows nothing changes: each must still say what it said. */
const UNCHANGING = ['desk.message', 'desk.note', 'desk.event', 'desk.audit_entry']

function countsOf({ rows }: OldHome): Record<string, number> {
  const tables = Object.entries(rows).filter(([table]) => !LIVING.has(table))
  return Object.fromEntries(tables.map(([table, texts]) => [table, texts.length]))
}

test('what is pending is applied, and each table holds the rows it held', async () => {
  const wanted = countsOf(old)
  assert.ok(Object.keys(wanted).length > 25, `only ${Object.keys(wanted).length} tables had rows`)
  await withSuperuser(async (query) => {
    const applied = await query('select name from app.migration order by name')
    const names = readdirSync(MIGRATIONS_FOLDER).filter((name) => name.endsWith('.sql'))
    assert.deepEqual(
      applied.map(({ name }) => name),
      names.sort(),
    )
    for (const [table, count] of Object.entries(wanted)) {
      const [found] = await query(`select count(*)::int as count from ${table}`)
      assert.ok(Number(found?.count) >= count, `${table} held ${count} rows and holds ${found?.count}`)
    }
    for (const table of UNCHANGING) {
      for (const row of old.rows[table] ?? assert.fail(`${table} had no rows`)) {
        const [same] = await query(`select 1 from ${table} t where to_jsonb(t) @> $1::jsonb`, [row])
        assert.ok(same, `${table} no longer holds ${row}`)
      }
    }
  })
})

test('old passwords, old messages, notes and files open, and the conversation goes on', async () => {
  const signedIn = await client.call(signIn, {
    body: { email: known.email, password: known.password, sharedComputer: false },
  })
  assert.equal(signedIn.status, 201, signedIn.text)
  const page = await client.call(listConversations, { params, query: { view: 'all' } })
  assert.ok(page.body.conversations[0].contact.name.includes(known.marker), page.text)
  const one = { params: { ...params, conversationId: known.ids.conversation ?? '' } }
  const thread = await client.call(getThread, one)
  for (const said of ['inbound', 'outbound', 'note']) assert.ok(thread.text.includes(`${said} ${known.marker}`), said)
  const link = /https?:\/\/files\.localhost:\d+(\/[^"]+)/.exec(thread.text)?.[1]
  assert.ok(link, 'the thread links to an attachment')
  const file = await client.raw('GET', link, { origin: 'files' })
  assert.deepEqual([file.status, file.text], [200, known.marker])

  await postMessage(program.desk, known.apiInbox, { from: { id: 'c-1' }, text: 'a new word after the upgrade' })
  await until(async () => {
    const { text } = await client.call(getThread, one)
    return text.includes('a new word after the upgrade') ? true : null
  }, 'the new message in the old conversation')
  assert.doesNotMatch(program.said(), /"level":50/)
})
