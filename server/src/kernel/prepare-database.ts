/**
 * From an empty (or any) database to one this program can work with, in one call at start-up: checked, roles made,
 * migrations applied, scope key written, role passwords set. Any number of programs may call it at once; one at a time
 * does the work. Refuses, before it changes anything, what is too old, too new, or belongs to another master key.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { type DatabaseAddress, requireLogin, withClient } from '../postgres/address.ts'
import { checkDatabase } from '../postgres/self-check.ts'
import { applyRoles, ensurePasswords, type LoginRole } from './database-roles.ts'
import { migrate, pendingMigrations, underStartLock } from './migrate.ts'
import { StartRefusal } from './start-refusal.ts'

export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../db/migrations', import.meta.url))
const ROLES_FILE = fileURLToPath(new URL('../../db/roles.sql', import.meta.url))

const HMAC_BLOCK_BYTES = 64
const SCOPE_KEY_VERSION = 1

export type Preparation = {
  readonly owner: DatabaseAddress
  readonly passwordOf: (role: LoginRole) => string
  /** The key that signs scopes, derived from the master key. */
  readonly scopeKey: Buffer
  readonly log: (sentence: string) => void
}

export async function prepareDatabase(preparation: Preparation): Promise<void> {
  await requireLogin(preparation.owner)
  try {
    await withClient(preparation.owner, (client) => prepareOn(client, preparation))
  } catch (error) {
    if (!isForbidden(error)) throw error
    throw new StartRefusal(
      `The database forbids its login what a start needs (${(error as Error).message}): ` +
        'the login of DATABASE_URL must own the database and have CREATEROLE.',
    )
  }
}

async function prepareOn(client: pg.ClientBase, { owner, passwordOf, scopeKey, log }: Preparation): Promise<void> {
  await checkDatabase(client)
  await underStartLock(client, log, async () => {
    await pendingMigrations(client, MIGRATIONS_FOLDER)
    await refuseOtherKey(client, scopeKey)
    await applyRoles(client, readFileSync(ROLES_FILE, 'utf8'))
    await migrate(client, MIGRATIONS_FOLDER, log)
    await writeScopeKey(client, scopeKey)
    await ensurePasswords(client, owner, passwordOf)
  })
}

/** SQLSTATE of "insufficient privilege", of the error itself or of what made it. */
function isForbidden(error: unknown): boolean {
  const { code, cause } = error as { code?: string; cause?: { code?: string } }
  return (code ?? cause?.code) === '42501'
}

function paddedWith(key: Buffer, byte: number): Buffer {
  if (key.length === 0 || key.length > HMAC_BLOCK_BYTES) throw new RangeError('a scope key has 1 to 64 bytes')
  return Buffer.alloc(HMAC_BLOCK_BYTES, byte).map((pad, at) => pad ^ (key[at] ?? 0)) as Buffer
}

/** HMAC's own padding, done once here, so that SQL needs no more than sha256(). */
function padsOf(key: Buffer): [Buffer, Buffer] {
  return [paddedWith(key, 0x36), paddedWith(key, 0x5c)]
}

/** A database whose scope key differs was set up under another master key: its customers' words would stay sealed. */
async function refuseOtherKey(client: pg.ClientBase, key: Buffer): Promise<void> {
  const table = await client.query<{ is_there: boolean }>("select to_regclass('app.scope_key') is not null as is_there")
  if (!table.rows[0]?.is_there) return
  const pads = [SCOPE_KEY_VERSION, ...padsOf(key)]
  const other = 'select from app.scope_key where version = $1 and (inner_pad, outer_pad) <> ($2, $3)'
  if ((await client.query(other, pads)).rowCount === 0) return
  throw new StartRefusal(
    'The database was set up under another master key than the one in use; check KEY_PROVIDER and the keys in DESK_HOME.',
  )
}

async function writeScopeKey(client: pg.ClientBase, key: Buffer): Promise<void> {
  const pads = [SCOPE_KEY_VERSION, ...padsOf(key)]
  await client.query(
    'insert into app.scope_key (version, inner_pad, outer_pad) values ($1, $2, $3) on conflict do nothing',
    pads,
  )
}
