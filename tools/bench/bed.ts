/**
 * What a measurement stands on: a home folder with the embedded database of the program, set as the program sets it
 * (fsync on), and desks started on it as programs of their own, so that their memory and processor time can be read.
 * Stops what it started.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { type Config, parseConfig } from '../../server/src/config.ts'
import { type Foundation, layFoundation } from '../../server/src/foundation.ts'
import { type DatabaseAddress, inDatabase } from '../../server/src/postgres/address.ts'
import { startEmbedded } from '../../server/src/postgres/embedded.ts'

export type RunningDesk = {
  readonly pid: number
  readonly port: number
  /** From the start of the process to its first word that it is ready. */
  readonly started_ms: number
  stop(): Promise<void>
}
export type Bed = {
  readonly home: string
  readonly superuser: DatabaseAddress
  readonly dataFolder: string
  /** What a program is given to work on this bed. */
  readonly environment: Readonly<Record<string, string>>
  readonly postmasterPid: number
  /** Keys, pools and all that a desk is made of, inside this process. */
  foundation(): Promise<Foundation>
  desk(port: number, role: 'web' | 'worker' | 'all', nodeFlags?: readonly string[]): Promise<RunningDesk>
  stop(): Promise<void>
}
export type BedOptions = { readonly home: string; readonly settings?: Readonly<Record<string, string>> }

const MAIN = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url))
const READY = /^Central Desk (is ready|works)/
const STOP_LIMIT_MS = 30_000

/** A folder that is gone when the measurement ends. */
export function throwAwayHome(): { home: string; remove(): void } {
  const home = mkdtempSync(join(tmpdir(), 'central-desk-bench-'))
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) }
}

export async function makeBed({ home, settings }: BedOptions): Promise<Bed> {
  const embedded = await startEmbedded({ home, log: () => {}, settings })
  const { owner } = embedded
  const login = `${encodeURIComponent(owner.user)}:${encodeURIComponent(owner.password())}`
  const url = `postgres://${login}@${encodeURIComponent(owner.host)}:${owner.port}/${owner.database}`
  const environment = { DESK_HOME: home, DATABASE_URL: url, LOG_LEVEL: 'error' }
  const postmasterPid = Number.parseInt(readFileSync(join(embedded.dataFolder, 'postmaster.pid'), 'utf8'), 10)
  return {
    home,
    superuser: inDatabase(embedded.superuser, owner.database),
    dataFolder: embedded.dataFolder,
    environment,
    postmasterPid,
    foundation: () => layFoundation(configOf(environment), pino({ level: 'error' }), () => {}),
    desk: (port, role, nodeFlags) =>
      startDesk({ ...environment, PORT: String(port) }, port, [`--role=${role}`], nodeFlags),
    stop: () => embedded.stop(),
  }
}

function configOf(environment: Record<string, string>): Config {
  const { config, problems } = parseConfig(environment)
  if (!config) throw new Error(problems.join('\n'))
  return config
}

const running = new Set<ChildProcess>()

/** Ends every desk that is still there, at once: for a run that is broken off. */
export function killDesks(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** Starts the program; its environment is what is given here and nothing else of ours. */
export async function startDesk(
  environment: Readonly<Record<string, string>>,
  port: number,
  flags: readonly string[],
  nodeFlags: readonly string[] = [],
): Promise<RunningDesk> {
  const { PATH = '', TMPDIR = tmpdir() } = process.env
  const begun_ms = performance.now()
  const child = spawn(process.execPath, [...nodeFlags, MAIN, ...flags], {
    env: { PATH, TMPDIR, ...environment },
    // An inspected one says each time that somebody looks.
    stdio: ['ignore', 'pipe', nodeFlags.length > 0 ? 'ignore' : 'inherit'],
  })
  running.add(child)
  child.on('exit', () => running.delete(child))
  await untilReady(child)
  const started_ms = performance.now() - begun_ms
  return { pid: child.pid ?? 0, port, started_ms, stop: () => stopChild(child) }
}

async function untilReady(child: ChildProcess): Promise<void> {
  if (!child.stdout) throw new Error('a desk speaks on its standard output')
  const lines = createInterface({ input: child.stdout })
  const ready = new Promise<void>((resolve) => {
    lines.on('line', (line) => READY.test(line) && resolve())
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the desk ended with ${code} before it was ready`)
  })
  await Promise.race([ready, ended])
  ended.catch(() => {})
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const hard = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
  await ended
  clearTimeout(hard)
}
