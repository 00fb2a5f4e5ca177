/** A database that would lose Bangla is refused before anything is stored in it; each fault is planted for real. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { freshDatabase, testSuperuser } from '#test/support/database.ts'
import { addressFromUrl, inDatabase, withClient } from './address.ts'
import { checkDatabase } from './self-check.ts'

const made = ['check_letters', 'check_encoding']
const superuser = await testSuperuser()

after(async () => {
  await withClient(superuser, async (client) => {
    for (const name of made) await client.query(`drop database if exists ${name}`)
  })
})

test('a database as we make it passes', async () => {
  const database = await freshDatabase()
  await withClient(database.owner, checkDatabase)
})

test('a database that takes no Bangla letter for a letter is refused', async () => {
  await withClient(superuser, (client) =>
    client.query("create database check_letters template template0 locale_provider libc locale 'C' encoding 'UTF8'"),
  )
  const refused = withClient(inDatabase(superuser, 'check_letters'), checkDatabase)
  await assert.rejects(refused, { name: 'StartRefusal', message: /Bangla letters/ })
})

test('a database in another encoding is refused', async () => {
  await withClient(superuser, (client) =>
    client.query("create database check_encoding template template0 locale_provider libc locale 'C' encoding 'LATIN1'"),
  )
  const refused = withClient(inDatabase(superuser, 'check_encoding'), checkDatabase)
  await assert.rejects(refused, { name: 'StartRefusal', message: /LATIN1/ })
})

test('a DATABASE_URL says everything itself', () => {
  const read = (url: string) => {
    const { host, port, database, user, password, ssl } = addressFromUrl(url)
    return [host, port, database, user, password(), ssl]
  }
  assert.deepEqual(read('postgres://o:p%40@127.0.0.1/desk'), ['127.0.0.1', 5432, 'desk', 'o', 'p@', false])
  assert.deepEqual(read('postgres://o:p@%2Frun%2Fpg:6000/desk'), ['/run/pg', 6000, 'desk', 'o', 'p', false])
  const verified = { rejectUnauthorized: true }
  assert.deepEqual(read('postgresql://o:p@db.example/desk'), ['db.example', 5432, 'desk', 'o', 'p', verified])
  assert.deepEqual(read('postgres://o:p@db.example/desk?sslmode=disable').at(-1), false)
  for (const url of ['postgres://db.example/desk', 'postgres://o:p@db.example', 'nonsense', 'postgres://o:p@/desk']) {
    assert.throws(() => addressFromUrl(url), { name: 'StartRefusal' }, url)
  }
})

test('an address can be printed without its password', () => {
  const address = addressFromUrl('postgres://o:open-sesame@127.0.0.1/desk')
  assert.doesNotMatch(JSON.stringify(address) + String(address.password), /open-sesame/)
})
