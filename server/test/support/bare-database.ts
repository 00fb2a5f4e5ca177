/**
 * A database with the roles of the desk and nothing else in it, for tests that make the schema another way than by the
 * migrations. Dropped at the end of the test file.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after } from 'node:test'
import pg from 'pg'
import { applyRoles } from '#src/kernel/database-roles.ts'
import { MIGRATIONS_FOLDER } from '#src/kernel/prepare-database.ts'
import { type DatabaseAddress, inDatabase, withClient } from '#src/postgres/address.ts'
import { freshDatabase, testSuperuser } from './database.ts'

const made: string[] = []
after(async () => {
  if (made.length === 0) return
  await withClient(await testSuperuser(), async (client) => {
    for (const name of made) await client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`)
  })
})

/** The owner's address of it. */
export async function bareDatabase(): Promise<DatabaseAddress> {
  // Makes sure that the owner's login is there, as any database of the run does.
  const { owner } = await freshDatabase()
  const name = `desk_bare_${process.pid}_${randomBytes(4).toString('hex')}`
  await withClient(await testSuperuser(), (client) =>
    client.query(`create database ${pg.escapeIdentifier(name)} owner desk_owner template template0`),
  )
  made.push(name)
  const address = inDatabase(owner, name)
  const roles = readFileSync(`${MIGRATIONS_FOLDER}/../roles.sql`, 'utf8')
  await withClient(address, (client) => applyRoles(client, roles))
  return address
}
