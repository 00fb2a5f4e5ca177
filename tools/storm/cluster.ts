/**
 * The storm's own PostgreSQL, set as the program sets its embedded one (fsync on): made in a throw-away folder, killed
 * with SIGKILL as often as the storm likes, and started again on the same data. Each start has a new socket folder, so
 * addresses are asked for, never kept. The guard of the program stops it when this process is gone.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseAddress } from '../../server/src/postgres/address.ts'
import { inDatabase, withClient } from '../../server/src/postgres/address.ts'
import { prepareBinaries } from '../../server/src/postgres/binaries.ts'
import { LOCALE_18 } from '../../server/src/postgres/embedded.ts'
import { identityFor } from '../../server/src/postgres/identity.ts'
import { postmasterPid } from '../../server/src/postgres/orphan.ts'
import { setRolePassword } from '../../server/src/postgres/role-password.ts'
import { initialise, SOCKET_PORT, type ServerProcess, startServer } from '../../server/src/postgres/server-process.ts'

export type Cluster = {
  /** Where the database is now; null while it is down. */
  socketFolder(): string | null
  /** A superuser in the desk's database. */
  superuser(): DatabaseAddress
  /** The login that owns the desk's database, wherever that is. */
  readonly owner: Pick<DatabaseAddress, 'user' | 'password' | 'database'>
  pid(): number
  start(): Promise<void>
  /** SIGKILL to the postmaster; with `family` to all that it started too. */
  kill(family: boolean): Promise<void>
  stop(): Promise<void>
}

const SUPERUSER = 'storm_superuser'
const OWNER = 'desk_owner'
const DATABASE = 'desk'
/** Tells when a row was committed, whoever wrote it. */
const SETTINGS = { track_commit_timestamp: 'on', shared_buffers: '128MB' }

export async function makeCluster(folder: string): Promise<Cluster> {
  const place = join(folder, 'postgres')
  mkdirSync(place, { mode: 0o711 })
  const dataFolder = join(place, 'data')
  const identity = identityFor(dataFolder, place)
  if (!identity) throw new Error(`nobody may run a database in ${place}`)
  const base = { binaries: prepareBinaries(identity, place), identity, dataFolder }
  const [password, ownerPassword] = [randomBytes(18).toString('base64url'), randomBytes(18).toString('base64url')]
  initialise(base, { name: SUPERUSER, password }, LOCALE_18)
  const login = { user: SUPERUSER, password: () => password, database: 'postgres', ssl: false } as const
  const files = { logFile: join(folder, 'postgres.log'), log: () => {}, settings: SETTINGS }
  let server: ServerProcess | null = await startServer({ ...base, ...files }, login)

  const address = (): DatabaseAddress => {
    if (!server) throw new Error('the database is down')
    return { ...login, host: server.socketFolder, port: SOCKET_PORT }
  }
  await withClient(address(), async (client) => {
    await client.query('create role desk_owner login createrole')
    await setRolePassword(client, OWNER, ownerPassword)
    await client.query('create database desk owner desk_owner')
  })

  return {
    socketFolder: () => server?.socketFolder ?? null,
    superuser: () => inDatabase(address(), DATABASE),
    owner: { user: OWNER, password: () => ownerPassword, database: DATABASE },
    pid: () => postmasterPid(dataFolder) ?? 0,
    async start() {
      server ??= await startServer({ ...base, ...files }, login)
    },
    async kill(family) {
      const dying = server
      const postmaster = postmasterPid(dataFolder)
      if (!dying || postmaster === null) throw new Error('there is no database to kill')
      server = null
      const children = family ? childrenOf(postmaster) : []
      process.kill(postmaster, 'SIGKILL')
      for (const pid of children) killQuietly(pid)
      await dying.ended
    },
    async stop() {
      await server?.stop()
      server = null
    },
  }
}

function childrenOf(pid: number): number[] {
  const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return listed === '' ? [] : listed.split(' ').map(Number)
}

/** A process that ended a moment ago is as good as killed. */
export function killQuietly(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}
