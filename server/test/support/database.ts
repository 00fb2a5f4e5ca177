/**
 * Databases for tests: `freshDatabase()` gives an empty, fully migrated one, cloned from a template in some tens of
 * milliseconds and dropped at the end of the test file. The cluster under them is the one of the test run
 * (TEST_DATABASE_URL: a superuser of a PostgreSQL that may be thrown away) or, for a file run alone, its own.
 * NOTE Roles belong to the cluster, so a test that changes a role starts a cluster of its own (`startTestCluster`).
 */
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after } from 'node:test'
import type pg from 'pg'
import { applyRoles, type LoginRole } from '#src/kernel/database-roles.ts'
import { MIGRATIONS_FOLDER, prepareDatabase } from '#src/kernel/prepare-database.ts'
import { addressFromUrl, asLogin, type DatabaseAddress, inDatabase, withClient } from '#src/postgres/address.ts'
import { setRolePassword } from '#src/postgres/role-password.ts'
import { startTestCluster } from './cluster.ts'

export type FreshDatabase = {
  readonly name: string
  /** The login that owns everything in it, as `desk_owner` does on the embedded database. */
  readonly owner: DatabaseAddress
  readonly superuser: DatabaseAddress
  as(role: LoginRole): DatabaseAddress
  drop(): Promise<void>
}

const OWNER = 'desk_owner'
const TEMPLATE_LOCK = 7422
const ROLES_FILE = join(dirname(MIGRATIONS_FOLDER), 'roles.sql')

function derived(word: string): Buffer {
  return createHash('sha256').update(`central-desk test ${word}`).digest()
}

/** One password a role for all databases of the cluster: roles are the cluster's. */
export function testPasswordOf(role: LoginRole | typeof OWNER): string {
  return derived(`password ${role}`).toString('base64url')
}

/** The key under which every fresh database verifies scopes. */
export const TEST_SCOPE_KEY = derived('scope key')

const open = new Set<FreshDatabase>()
let superuserOfRun: Promise<DatabaseAddress> | undefined
let stopOwnCluster: () => Promise<void> = async () => {}

// Hooks run in the order of their registration and ours comes first, yet the databases must go last, after the hooks
// in which test files close their pools. So ours only notes that the tests are over.
let isOver = false
after(() => {
  isOver = true
})
process.on('beforeExit', async () => {
  if (!isOver) return
  isOver = false
  for (const database of open) await database.drop()
  await stopOwnCluster()
})

async function findSuperuser(): Promise<DatabaseAddress> {
  const given = process.env.TEST_DATABASE_URL
  if (given) return addressFromUrl(given)
  const cluster = await startTestCluster()
  stopOwnCluster = cluster.stop
  return cluster.superuser
}

/** The superuser of the cluster that this test process works on. */
export function testSuperuser(): Promise<DatabaseAddress> {
  superuserOfRun ??= findSuperuser()
  return superuserOfRun
}

/** Runs a statement with names in it; the server quotes them. */
async function run(client: pg.Client, template: string, ...names: string[]): Promise<void> {
  const made = await client.query<{ statement: string }>('select format($1, variadic $2::text[]) as statement', [
    template,
    names,
  ])
  await client.query(made.rows[0]?.statement ?? '')
}

/** A name that changes with anything the template is made from. */
function templateName(): string {
  const hash = createHash('sha256').update(readFileSync(ROLES_FILE))
  for (const name of readdirSync(MIGRATIONS_FOLDER).sort()) {
    hash.update(`\n${name}\n`).update(readFileSync(join(MIGRATIONS_FOLDER, name)))
  }
  return `desk_template_${hash.digest('hex').slice(0, 16)}`
}

/** Makes the template unless it is there; any number of processes may come at once. */
async function ensureTemplate(client: pg.Client, superuser: DatabaseAddress): Promise<string> {
  const name = templateName()
  await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK])
  try {
    // `datistemplate` is set last, so a template that is half made is made again.
    const found = await client.query('select from pg_database where datname = $1 and datistemplate', [name])
    if (found.rowCount === 1) return name
    const owner = await client.query('select from pg_roles where rolname = $1', [OWNER])
    if (owner.rowCount === 0) await client.query('create role desk_owner login createrole')
    await setRolePassword(client, OWNER, testPasswordOf(OWNER))
    await run(client, 'drop database if exists %I with (force)', name)
    await run(client, 'create database %I owner desk_owner template template0', name)
    await prepareDatabase({
      owner: inDatabase(asLogin(superuser, OWNER, testPasswordOf(OWNER)), name),
      passwordOf: testPasswordOf,
      scopeKey: TEST_SCOPE_KEY,
      log: () => {},
    })
    await run(client, 'alter database %I with is_template true allow_connections false', name)
    return name
  } finally {
    await client.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK])
  }
}

/** An empty database with all migrations, dropped at the end of the test file or earlier by `drop()`. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const superuser = await testSuperuser()
  const name = `desk_test_${process.pid}_${randomBytes(4).toString('hex')}`
  await withClient(superuser, async (client) => {
    const template = await ensureTemplate(client, superuser)
    await run(client, 'create database %I owner desk_owner template %I', name, template)
  })
  const owner = inDatabase(asLogin(superuser, OWNER, testPasswordOf(OWNER)), name)
  // Who may connect is a right on the database itself, and such rights are not cloned.
  await withClient(owner, (client) => applyRoles(client, readFileSync(ROLES_FILE, 'utf8')))
  const database: FreshDatabase = {
    name,
    owner,
    superuser: inDatabase(superuser, name),
    as: (role) => asLogin(owner, role, testPasswordOf(role)),
    drop: async () => {
      open.delete(database)
      await withClient(superuser, (client) => run(client, 'drop database if exists %I with (force)', name))
    },
  }
  open.add(database)
  return database
}
