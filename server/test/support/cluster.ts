/**
 * A throw-away PostgreSQL for tests: its own folder, its own unix socket, gone when stopped or when this process ends.
 * It gives up safety on power loss for speed and is otherwise set as the program sets its own.
 * With `binFolder` it runs the programs of another installation, such as Debian's PostgreSQL 15.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseAddress } from '#src/postgres/address.ts'
import { binariesIn, prepareBinaries } from '#src/postgres/binaries.ts'
import { LOCALE_18 } from '#src/postgres/embedded.ts'
import { identityFor } from '#src/postgres/identity.ts'
import { initialise, SOCKET_PORT, startServer } from '#src/postgres/server-process.ts'

export type TestCluster = {
  readonly superuser: DatabaseAddress
  stop(): Promise<void>
}

const SUPERUSER = 'test_superuser'
/** The builtin provider is younger than 15; these are its nearest there. */
const LOCALE_15 = ['--lc-collate=C', '--lc-ctype=C.UTF-8']
const QUICK = { fsync: 'off', full_page_writes: 'off', shared_buffers: '128MB', max_connections: '200' }

export async function startTestCluster(binFolder?: string): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'central-desk-test-'))
  chmodSync(folder, 0o711)
  const dataFolder = join(folder, 'data')
  const identity = identityFor(dataFolder, folder)
  if (!identity) throw new Error(`nobody may run a database in ${folder}`)
  const binaries = binFolder ? binariesIn(binFolder) : prepareBinaries(identity, folder)
  const base = { binaries, identity, dataFolder }
  const password = randomBytes(18).toString('base64url')
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    initialise(base, { name: SUPERUSER, password }, binFolder ? LOCALE_15 : LOCALE_18, ['--no-sync'])
    const login = { user: SUPERUSER, password: () => password, database: 'postgres', ssl: false } as const
    const files = { logFile: join(folder, 'postgres.log'), log: () => {}, settings: QUICK }
    const server = await startServer({ ...base, ...files }, login)
    const superuser = { ...login, host: server.socketFolder, port: SOCKET_PORT }
    return { superuser, stop: () => server.stop().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}

/** The address as one word for an environment variable. */
export function urlOf({ user, password, host, port, database }: DatabaseAddress): string {
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password())}`
  return `postgres://${login}@${encodeURIComponent(host)}:${port}/${database}`
}
