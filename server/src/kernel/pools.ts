/**
 * One pool of connections for each login role. Connections carry their limits with them: no statement, lock or idle
 * transaction waits for ever. A Kysely instance belongs to a connection, so that typed queries run inside the
 * transaction that a door opened and nowhere else. Refuses nothing by itself; the doors (scope.ts) are the way in.
 */
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { asLogin, type DatabaseAddress } from '../postgres/address.ts'
import type { LoginRole } from './database-roles.ts'
import type { Logger } from './log.ts'
import type { Tables } from './tables.ts'

export type Database = Kysely<Tables>
export type DoorRole = Exclude<LoginRole, 'desk_audit_janitor'>
export type Pools = Readonly<Record<DoorRole, pg.Pool>>

const POOL_SIZES: Readonly<Record<DoorRole, number>> = {
  desk_app: 8,
  desk_auth: 4,
  desk_ingest: 4,
  desk_worker: 4,
  // A pool connects when it is asked, and only the operator's commands ask this one.
  desk_rekey: 1,
}
const STATEMENT_TIMEOUT_MS = 15_000
const LOCK_TIMEOUT_MS = 4_000
const IDLE_TRANSACTION_TIMEOUT_MS = 30_000
const CONNECT_TIMEOUT_MS = 10_000
const INT8_OID = 20

/** Our bigint columns count things and stay below 2^53; token arrays (int8[]) keep their text form. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format as 'text'),
}

export function openPools(
  owner: DatabaseAddress,
  passwordOf: (role: LoginRole) => string,
  log: Logger,
): Pools & { end(): Promise<void> } {
  const open = (role: DoorRole) => {
    const pool = new pg.Pool({
      ...asLogin(owner, role, passwordOf(role)),
      max: POOL_SIZES[role],
      application_name: `central-desk ${role}`,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
      options: '-c search_path=desk,app -c timezone=UTC',
      types,
    })
    const noteLoss = (error: Error) => log.warn({ role, error: error.message }, 'a database connection was lost')
    pool.on('error', noteLoss)
    // The pool listens only while nobody has the connection. One that is lost between two statements of a transaction
    // would end the process; like this the next statement fails, and its transaction.
    pool.on('connect', (client) => client.on('error', noteLoss))
    return pool
  }
  const pools = {
    desk_app: open('desk_app'),
    desk_auth: open('desk_auth'),
    desk_ingest: open('desk_ingest'),
    desk_worker: open('desk_worker'),
    desk_rekey: open('desk_rekey'),
  }
  return { ...pools, end: async () => void (await Promise.all(Object.values(pools).map((pool) => pool.end()))) }
}

const queriesOf = new WeakMap<pg.PoolClient, Database>()

/** Typed queries on one connection. */
export function queriesOn(client: pg.PoolClient): Database {
  let queries = queriesOf.get(client)
  if (!queries) {
    const borrowed = { query: client.query.bind(client), release: () => {} } as unknown as pg.PoolClient
    const pool = { connect: async () => borrowed, end: async () => {} } as unknown as pg.Pool
    queries = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
    queriesOf.set(client, queries)
  }
  return queries
}
