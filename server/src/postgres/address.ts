/**
 * Where a database is and who logs in: everything the driver needs, said in full, because what is left out the
 * driver would take from PG* environment variables. The password is a function, so that an address can be printed.
 * Refuses a DATABASE_URL that does not name login, host and database; asks a host that is not this machine for TLS
 * with a verified certificate unless the URL says `sslmode` itself.
 */
import type { ConnectionOptions } from 'node:tls'
import pg from 'pg'
import { StartRefusal } from '../kernel/start-refusal.ts'

export type DatabaseAddress = {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: () => string
  readonly ssl: false | ConnectionOptions
}

const THIS_MACHINE = /^(localhost|127\.\d+\.\d+\.\d+|::1|\/.*)$/

/** The address a `postgres://` URL names. `postgres://login:word@%2Ffolder/database` is a unix socket. */
export function addressFromUrl(url: string): DatabaseAddress {
  // The driver's own reading of the URL, so that there is no second one which could differ.
  const read = new pg.Client({ connectionString: url })
  const given = URL.canParse(url) ? new URL(url) : null
  const says = (part: string) => given?.searchParams.get(part) ?? ''
  if (!given || !(given.hostname || says('host')) || !given.username || given.pathname.length < 2) {
    throw new StartRefusal('DATABASE_URL must name a login, a host and a database: postgres://login:password@host/name')
  }
  const password = read.password ?? ''
  const host = read.host
  const ownWord = says('sslmode') || says('ssl')
  return {
    host,
    port: read.port,
    database: read.database ?? '',
    user: read.user ?? '',
    password: () => password,
    ssl: ownWord ? tlsOf(read.ssl) : THIS_MACHINE.test(host) ? false : { rejectUnauthorized: true },
  }
}

function tlsOf(ssl: unknown): false | ConnectionOptions {
  if (ssl === true) return { rejectUnauthorized: true }
  return ssl && typeof ssl === 'object' ? (ssl as ConnectionOptions) : false
}

/** The same database under another login. */
export function asLogin(address: DatabaseAddress, user: string, password: string): DatabaseAddress {
  return { ...address, user, password: () => password }
}

/** Another database of the same server under the same login. */
export function inDatabase(address: DatabaseAddress, database: string): DatabaseAddress {
  return { ...address, database }
}

/** A host that swallows packets must not hold up a start for ever. */
const CONNECT_TIMEOUT_MS = 10_000

function clientOf(address: DatabaseAddress): pg.Client {
  return new pg.Client({
    ...address,
    application_name: 'central-desk',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
}

/** Opens one connection, gives it to `use`, and closes it whatever happens. */
export async function withClient<T>(address: DatabaseAddress, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = clientOf(address)
  // A connection lost between two statements is told by the next statement; without a listener it ends the process.
  client.on('error', () => {})
  try {
    await client.connect()
    return await use(client)
  } finally {
    await client.end()
  }
}

/** Null when one may log in, else the SQLSTATE or system code of the refusal (its words when it has no code). */
export async function tryLogin(address: DatabaseAddress): Promise<string | null> {
  const client = clientOf(address)
  client.on('error', () => {})
  try {
    await client.connect()
    return null
  } catch (error) {
    const { code, message } = error as Error & { code?: string }
    return code ?? message
  } finally {
    await client.end().catch(() => {})
  }
}

const LOGIN_TROUBLES: Readonly<Record<string, string>> = {
  '28P01': 'refuses the password',
  '28000': 'refuses the login',
  '3D000': 'does not exist',
  '53300': 'has no connection left',
  ECONNREFUSED: 'does not answer',
  ENOENT: 'does not answer',
  ENOTFOUND: 'is on a host that is not known',
}

/** Refuses with a sentence when one may not log in; the password is in none of them. */
export async function requireLogin(address: DatabaseAddress): Promise<void> {
  const trouble = await tryLogin(address)
  if (trouble === null) return
  const { user, host, database } = address
  const what = LOGIN_TROUBLES[trouble] ?? `cannot be used (${trouble})`
  throw new StartRefusal(`The database ${database} on ${host} ${what}; the login was ${user}. Check DATABASE_URL.`)
}
