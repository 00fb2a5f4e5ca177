/**
 * The database that a tool reads the catalog of: the one named by DATABASE_URL (only read, never changed), or, without
 * one, a throw-away cluster with roles.sql and all migrations, gone when the tool ends.
 */
import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { prepareDatabase } from '../server/src/kernel/prepare-database.ts'
import { addressFromUrl, asLogin, inDatabase, withClient } from '../server/src/postgres/address.ts'
import { setRolePassword } from '../server/src/postgres/role-password.ts'
import { startTestCluster } from '../server/test/support/cluster.ts'

const OWNER = 'desk_owner'
const DATABASE = 'desk_catalog'

export async function withCatalog<T>(read: (client: pg.Client) => Promise<T>): Promise<T> {
  const given = process.env.DATABASE_URL
  if (given) return withClient(addressFromUrl(given), read)
  const cluster = await startTestCluster()
  try {
    const password = randomBytes(18).toString('base64url')
    await withClient(cluster.superuser, async (client) => {
      await client.query('create role desk_owner login createrole')
      await setRolePassword(client, OWNER, password)
      await client.query('create database desk_catalog owner desk_owner template template0')
    })
    const owner = inDatabase(asLogin(cluster.superuser, OWNER, password), DATABASE)
    const passwordOf = () => randomBytes(18).toString('base64url')
    await prepareDatabase({ owner, passwordOf, scopeKey: randomBytes(32), log: () => {} })
    return await withClient(owner, read)
  } finally {
    await cluster.stop()
  }
}
