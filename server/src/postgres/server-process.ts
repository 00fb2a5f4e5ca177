/**
 * One running PostgreSQL, ours to start and to stop. Between us and it stands a small guard (a shell script) that
 * holds the reading end of a pipe from us: when the pipe closes, because we stop it or because we were killed, the
 * guard stops the database fast. So no database outlives its program. It listens on a unix socket and nowhere else,
 * and its log holds no statement, no parameter and no error text, since those can carry what a customer wrote.
 */
import type { ChildProcess } from 'node:child_process'
import { chmodSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync } from 'node:fs'
import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { StartRefusal } from '../kernel/start-refusal.ts'
import { type DatabaseAddress, tryLogin } from './address.ts'
import type { Binaries } from './binaries.ts'
import { canEnter, giveTo, type Identity, runAs, spawnAs } from './identity.ts'
import { endOrphans, postmasterPid, SOCKET_FOLDER_PREFIX } from './orphan.ts'

export type ServerProcess = {
  readonly socketFolder: string
  /** Settles when the database has ended, asked to or not; with what its log said last. */
  readonly ended: Promise<string>
  stop(): Promise<void>
}

export type ServerOptions = {
  readonly binaries: Binaries
  readonly identity: Identity
  readonly dataFolder: string
  readonly logFile: string
  readonly log: (sentence: string) => void
  /** Settings over the usual ones; tests give up safety on power loss for speed. */
  readonly settings?: Readonly<Record<string, string>>
}

export const SOCKET_PORT = 5432
/** The kernel's limit for a socket path is 104 bytes on macOS and 108 on Linux, the name of the socket included. */
const SOCKET_FOLDER_LIMIT_BYTES = 85
const START_LIMIT_MS = 120_000
const STOP_LIMIT_MS = 60_000
const LOOK_EVERY_MS = 20
const LOG_LIMIT_BYTES = 16 * 1024 * 1024
const LOG_TAIL_CHARS = 600

/** Reads to the end of its input (the pipe), then asks the server to stop until it has. */
const GUARD = `
ulimit -c 0
folder=$1; shift
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
(while read -r _ <&3; do :; done; while kill -INT "$server" 2>/dev/null; do sleep 1; done) &
guard=$!
wait "$server"
code=$?
kill "$guard" 2>/dev/null
rm -rf "$folder"
exit "$code"
`

function settingsFor(socketFolder: string): Record<string, string> {
  const eighth_mib = Math.floor(totalmem() / 8 / 1024 / 1024)
  return {
    listen_addresses: '',
    unix_socket_directories: socketFolder,
    unix_socket_permissions: '0700',
    port: String(SOCKET_PORT),
    max_connections: '100',
    shared_buffers: `${Math.min(1024, Math.max(128, eighth_mib))}MB`,
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    password_encryption: 'scram-sha-256',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    logging_collector: 'off',
    log_destination: 'stderr',
    log_statement: 'none',
    log_duration: 'off',
    log_min_duration_statement: '-1',
    // "log" stands above "error" here: an error's own words can quote a value, and the program logs its errors itself.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
  }
}

/** A private folder with a short path that the identity can enter. */
function makeSocketFolder(identity: Identity): string {
  for (const parent of new Set([tmpdir(), '/tmp', '/var/tmp'])) {
    if (!existsSync(parent)) continue
    const folder = mkdtempSync(join(parent, SOCKET_FOLDER_PREFIX))
    giveTo(identity, folder)
    if (Buffer.byteLength(folder) <= SOCKET_FOLDER_LIMIT_BYTES && canEnter(identity, folder)) return folder
    rmSync(folder, { recursive: true })
  }
  throw new StartRefusal('There is no folder for the database socket: set TMPDIR to one with a short path.')
}

function openLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`)
  return openSync(file, 'a', 0o600)
}

function logTail(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').slice(-LOG_TAIL_CHARS).trim() : ''
}

/** Makes the data folder with that superuser, whole or not at all. */
export function initialise(
  options: Pick<ServerOptions, 'binaries' | 'identity' | 'dataFolder'>,
  superuser: { name: string; password: string },
  localeArguments: readonly string[],
  moreArguments: readonly string[] = [],
): void {
  const { binaries, identity, dataFolder } = options
  const made = `${dataFolder}.making`
  rmSync(made, { recursive: true, force: true })
  mkdirSync(made, { mode: 0o700 })
  giveTo(identity, made)
  // initdb wants an empty folder, so the password waits in a folder of its own.
  const waiting = makeSocketFolder(identity)
  try {
    const passwordFile = join(waiting, 'password')
    writeFileSync(passwordFile, `${superuser.password}\n`, { mode: 0o600 })
    giveTo(identity, passwordFile)
    const login = ['-U', superuser.name, `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
    const command = [binaries.initdb, '-D', made, ...login, '-E', 'UTF8', ...localeArguments, '--data-checksums']
    const done = runAs(identity, [...command, '--no-instructions', ...moreArguments])
    if (done.status !== 0) throw new StartRefusal(`The database folder could not be made: ${done.said}`)
  } finally {
    rmSync(waiting, { recursive: true, force: true })
  }
  renameSync(made, dataFolder)
}

/** Starts PostgreSQL on an existing data folder and waits until it takes connections from `login`. */
export async function startServer(options: ServerOptions, login: Omit<DatabaseAddress, 'host' | 'port'>) {
  const dataFolder = realpathSync(options.dataFolder)
  await endOrphans(dataFolder, options.log)
  giveTo(options.identity, dataFolder)
  chmodSync(dataFolder, 0o700)
  const socketFolder = makeSocketFolder(options.identity)
  const settings = { ...settingsFor(socketFolder), ...options.settings }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const guarded = ['/bin/sh', '-c', GUARD, 'guard', socketFolder, options.binaries.postgres, '-D', dataFolder]
  const output = openLog(options.logFile)
  // A session of its own: an interrupt from the keyboard must reach us first, or the database is gone while we drain.
  const stdio = { detached: true, stdio: ['pipe', output, output] as ('pipe' | number)[] }
  const guard = spawnAs(options.identity, [...guarded, ...flags], stdio)
  closeSync(output)
  const server = follow(guard, dataFolder, socketFolder, options.logFile)
  try {
    await untilReady(guard, { ...login, host: socketFolder, port: SOCKET_PORT }, options.logFile)
  } catch (error) {
    await server.stop()
    throw error
  }
  return server
}

function follow(guard: ChildProcess, dataFolder: string, socketFolder: string, logFile: string): ServerProcess {
  const ended = new Promise<string>((resolve) => {
    guard.once('error', (error) => resolve(error.message))
    guard.once('exit', () => resolve(logTail(logFile)))
  })
  guard.stdin?.on('error', () => {})
  // The database must not keep a program alive that has nothing else to do: its end stops the database.
  guard.unref()
  const pipe = guard.stdin as unknown as { unref?(): void } | null
  pipe?.unref?.()
  return {
    socketFolder,
    ended,
    stop: async () => {
      guard.ref()
      guard.stdin?.end()
      const hard = setTimeout(() => {
        const pid = postmasterPid(dataFolder)
        if (pid !== null) process.kill(pid, 'SIGQUIT')
      }, STOP_LIMIT_MS)
      await ended
      clearTimeout(hard)
      rmSync(socketFolder, { recursive: true, force: true })
    },
  }
}

/** SQLSTATE of "the database system is starting up". */
const STARTING_UP = '57P03'
const NOT_YET = new Set(['ENOENT', 'ECONNREFUSED', STARTING_UP])

async function untilReady(guard: ChildProcess, address: DatabaseAddress, logFile: string): Promise<void> {
  for (let waited_ms = 0; waited_ms < START_LIMIT_MS; waited_ms += LOOK_EVERY_MS) {
    if (guard.exitCode !== null || guard.signalCode !== null || guard.pid === undefined) {
      throw new StartRefusal(`The database did not start. The end of ${logFile}:\n${logTail(logFile)}`)
    }
    const code = await tryLogin(address)
    if (!code || !NOT_YET.has(code)) return
    await pause(LOOK_EVERY_MS)
  }
  throw new StartRefusal(`The database did not answer within ${START_LIMIT_MS / 1000} s; see ${logFile}.`)
}
