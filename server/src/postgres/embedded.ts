/**
 * The database that comes with the program: PostgreSQL 18 from npm, in the home folder, on a unix socket.
 * Promises: one program per home, no database left behind when we end, however we end, and the owner's database
 * `desk` there and checked before the call returns. Refuses with a sentence when the home is in use, when a password
 * file is missing beside existing data, or when nobody we can be may run it.
 */
import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freeBytes } from '../kernel/disk.ts'
import { StartRefusal } from '../kernel/start-refusal.ts'
import { asLogin, type DatabaseAddress, inDatabase, tryLogin, withClient } from './address.ts'
import { prepareBinaries } from './binaries.ts'
import { type HomeLock, lockHome, whoRuns } from './home-lock.ts'
import { canEnter, droppedIdentity, type Identity, identityFor, isRoot } from './identity.ts'
import { setRolePassword } from './role-password.ts'
import { checkDatabase } from './self-check.ts'
import { initialise, SOCKET_PORT, startServer } from './server-process.ts'

export type Embedded = {
  /** The login that owns the database and applies migrations. */
  readonly owner: DatabaseAddress
  readonly superuser: DatabaseAddress
  readonly socketFolder: string
  readonly dataFolder: string
  /** Settles when the database has ended; a program that did not stop it should end too. */
  readonly ended: Promise<string>
  stop(): Promise<void>
}

type EmbeddedOptions = {
  readonly home: string
  readonly log: (sentence: string) => void
  readonly settings?: Readonly<Record<string, string>>
}

const SUPERUSER = 'desk_superuser'
const OWNER = 'desk_owner'
const DATABASE = 'desk'
const OUTSIDE_HOME = '/var/lib/central-desk'
/** Builtin rules for letters: the same on every machine, and no index is lost by an upgrade of libc or ICU. */
export const LOCALE_18 = [
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--lc-collate=C',
  '--lc-ctype=C.UTF-8',
]

/** Makes a folder with exactly that mode. One that is there stays as its owner made it. */
function makeFolder(path: string, mode: number): void {
  if (existsSync(path)) return
  mkdirSync(path, { recursive: true })
  chmodSync(path, mode)
}

/** A password kept in a file: made when missing, unless there is already something it must open. */
function keptPassword(home: string, name: string, isNeeded: boolean): string {
  const file = join(home, 'keys', name)
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  if (isNeeded) {
    throw new StartRefusal(`The key file ${file} is missing beside an existing database; put it back from your backup.`)
  }
  const password = randomBytes(32).toString('base64url')
  writeFileSync(file, `${password}\n`, { mode: 0o600, flag: 'wx', flush: true })
  return password
}

type Place = { readonly folder: string; readonly identity: Identity }

/** Where the data lies and as whom it is served; what was once decided stays so. */
function choosePlace(home: string, log: (sentence: string) => void): Place {
  const record = join(home, 'postgres.json')
  const recorded = existsSync(record) ? (JSON.parse(readFileSync(record, 'utf8')) as { folder: string }).folder : null
  if (recorded !== null && !existsSync(join(recorded, 'data'))) {
    throw new StartRefusal(`${record} says that the database lies in ${recorded}, but there is none.`)
  }
  const folder = recorded ?? join(home, 'postgres')
  makeFolder(folder, isRoot() ? 0o711 : 0o700)
  const identity = identityFor(join(folder, 'data'), folder)
  if (identity) {
    if (recorded) log(`The database lies in ${recorded}.`)
    return { folder, identity }
  }
  if (recorded !== null || existsSync(join(folder, 'data'))) {
    throw new StartRefusal(
      `PostgreSQL does not run as root, and no other user may enter ${folder}; open the way to it.`,
    )
  }
  const outside = join(OUTSIDE_HOME, createHash('sha256').update(home).digest('hex').slice(0, 16))
  makeFolder(OUTSIDE_HOME, 0o711)
  makeFolder(outside, 0o711)
  const dropped = droppedIdentity()
  if (!canEnter(dropped, outside)) throw new StartRefusal(`PostgreSQL does not run as root; start as an ordinary user.`)
  log(`PostgreSQL does not run as root and no other user may enter ${home}: the database lies in ${outside}.`)
  return { folder: outside, identity: dropped }
}

/** A start that begins without this much fails half-way, and with an empty folder leaves nothing useful. */
const ROOM_TO_START_BYTES = 32 * 1024 * 1024
const ROOM_FOR_A_NEW_ONE_BYTES = 128 * 1024 * 1024
const MIB = 1024 * 1024

function requireRoom(folder: string, needed_bytes: number): void {
  const free_bytes = freeBytes(folder)
  if (free_bytes >= needed_bytes) return
  const [free, needed] = [free_bytes, needed_bytes].map((bytes) => Math.floor(bytes / MIB))
  throw new StartRefusal(
    `There is no room on the disk of ${folder}: ${free} MiB are free and a start needs ${needed} MiB; make room and start again.`,
  )
}

/** Starts the database of a home folder, making all that is missing. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  makeFolder(options.home, isRoot() ? 0o711 : 0o700)
  const home = realpathSync(options.home)
  requireRoom(home, ROOM_TO_START_BYTES)
  const locks: HomeLock[] = [lockHome(home)]
  const release = () => {
    for (const lock of locks.splice(0)) lock.release()
  }
  try {
    makeFolder(join(home, 'keys'), 0o700)
    const place = choosePlace(home, options.log)
    // Two homes, one copied from the other, may name the same folder outside them.
    if (!place.folder.startsWith(home)) locks.push(lockHome(place.folder))
    const embedded = await startIn(home, place, options)
    for (const lock of locks) lock.record(embedded.socketFolder)
    const stop = () => embedded.stop().finally(release)
    return { ...embedded, stop }
  } catch (error) {
    release()
    throw error
  }
}

async function startIn(home: string, place: Place, { log, settings }: EmbeddedOptions): Promise<Embedded> {
  const dataFolder = join(place.folder, 'data')
  const isThere = existsSync(dataFolder)
  requireRoom(place.folder, isThere ? ROOM_TO_START_BYTES : ROOM_FOR_A_NEW_ONE_BYTES)
  const superuserPassword = keptPassword(home, 'postgres-superuser', isThere)
  const ownerPassword = keptPassword(home, 'postgres-owner', false)
  const binaries = prepareBinaries(place.identity, place.folder)
  const base = { binaries, identity: place.identity, dataFolder }
  if (!isThere) {
    log('Making the database (once) ...')
    initialise(base, { name: SUPERUSER, password: superuserPassword }, LOCALE_18)
    if (!place.folder.startsWith(home)) {
      writeFileSync(join(home, 'postgres.json'), `${JSON.stringify({ folder: place.folder })}\n`, {
        mode: 0o600,
        flush: true,
      })
    }
  }
  const login = { user: OWNER, database: DATABASE, password: () => ownerPassword, ssl: false } as const
  const logFile = join(home, 'postgres.log')
  const server = await startServer({ ...base, logFile, log, settings: settings ?? {} }, login)
  const owner = { ...login, host: server.socketFolder, port: SOCKET_PORT }
  const superuser = inDatabase(asLogin(owner, SUPERUSER, superuserPassword), 'postgres')
  try {
    if ((await tryLogin(owner)) !== null) await makeOwner(superuser, ownerPassword)
    await withClient(owner, checkDatabase)
  } catch (error) {
    await server.stop()
    throw error
  }
  return { owner, superuser, dataFolder, ...server }
}

/** The owner and its database: made when missing, the password set anew. */
async function makeOwner(superuser: DatabaseAddress, password: string): Promise<void> {
  await withClient(superuser, async (client) => {
    const role = await client.query('select from pg_roles where rolname = $1', [OWNER])
    if (role.rowCount === 0) await client.query('create role desk_owner login createrole')
    await setRolePassword(client, OWNER, password)
    const database = await client.query('select from pg_database where datname = $1', [DATABASE])
    if (database.rowCount === 0) await client.query('create database desk owner desk_owner')
  })
}

/** The owner's address of the database that a program on this home has open now; null when none runs. */
export function openRunning(home: string): DatabaseAddress | null {
  const running = existsSync(home) ? whoRuns(realpathSync(home)) : null
  if (!running?.socketFolder) return null
  const password = keptPassword(home, 'postgres-owner', true)
  return {
    host: running.socketFolder,
    port: SOCKET_PORT,
    user: OWNER,
    database: DATABASE,
    password: () => password,
    ssl: false,
  }
}

/** The same database under the login that may copy its files. */
export function superuserOfRunning(home: string): DatabaseAddress | null {
  const owner = openRunning(home)
  return owner && asLogin(owner, SUPERUSER, keptPassword(realpathSync(home), 'postgres-superuser', true))
}
