/**
 * One desk as a process of its own on a home folder: started until it says that it is ready, stopped as an operator
 * stops it or as a power cut does. What it prints is kept. Reads no code of the server: it is seen from outside.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..', '..')
const NODE = join(ROOT, 'node_modules', '.bin', 'node')
const READY_TIMEOUT_MS = 90_000
const STOP_TIMEOUT_MS = 30_000
const OPERATOR_TIMEOUT_MS = 30_000
const READY = 'Central Desk is ready: '
const PRINTED_CHARACTERS_MAX = 32_000_000

export type DeskOptions = {
  readonly home: string
  readonly port: number
  readonly env?: Readonly<Record<string, string>>
}
export type DeskProcess = {
  printed(): string
  /** `env`: settings for this one start, over those the desk was made with. */
  start(env?: Readonly<Record<string, string>>): Promise<void>
  stop(how?: 'politely' | 'at once'): Promise<void>
  /** Of the running desk. */
  processId(): number
  /** Runs a command of the operator's command line on this home, as `bin/desk` does. */
  operate(words: readonly string[]): Promise<{ status: number; output: string }>
}

/** The environment of a desk: ours, without settings of another desk that we may have been started with. */
function environment({ home, port, env }: DeskOptions): NodeJS.ProcessEnv {
  const settings = /^(DESK_|DATABASE_URL$|ORIGIN_|TLS_|HOST$|TRUSTED_PROXIES$|KEY_PROVIDER$|LOG_LEVEL$|NODE_OPTIONS$)/
  const kept = Object.entries(process.env).filter(([name]) => !settings.test(name))
  return { ...Object.fromEntries(kept), DESK_HOME: home, PORT: String(port), LOG_LEVEL: 'info', ...env }
}

const running = new Set<ChildProcess>()

/** Ends every desk that was started here, for the case that we are told to stop; resolves when they are gone. */
export async function endAllDesks(): Promise<void> {
  await Promise.all(
    [...running].map((child) => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      return ended
    }),
  )
}

export function deskProcess(options: DeskOptions): DeskProcess {
  let printed = ''
  let child: ChildProcess | null = null

  async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const from = printed.length
    const made = spawn(NODE, [join(ROOT, 'server', 'src', 'main.ts')], {
      env: { ...environment(options), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = made
    running.add(made)
    made.once('exit', () => running.delete(made))
    const keep = (chunk: Buffer) => {
      if (printed.length < PRINTED_CHARACTERS_MAX) printed += chunk.toString('utf8')
    }
    made.stdout.on('data', keep)
    made.stderr.on('data', keep)
    const ended = new Promise<never>((_resolve, reject) => {
      made.once('exit', () => reject(new Error(`the desk ended: ${printed.slice(from).trim().slice(-600)}`)))
    })
    const ready = (async () => {
      const deadline = performance.now() + READY_TIMEOUT_MS
      while (!printed.slice(from).includes(READY)) {
        if (performance.now() > deadline) throw new Error('the desk was not ready in time')
        await pause(20)
      }
    })()
    await Promise.race([ready, ended])
    ended.catch(() => {})
  }

  async function stop(how: 'politely' | 'at once' = 'politely'): Promise<void> {
    const stopping = child
    if (!stopping || stopping.exitCode !== null || stopping.signalCode !== null) return
    child = null
    const ended = new Promise((resolve) => stopping.once('exit', resolve))
    stopping.kill(how === 'politely' ? 'SIGTERM' : 'SIGKILL')
    const late = setTimeout(() => stopping.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await ended
    clearTimeout(late)
    if (!options.env?.DATABASE_URL) await untilGone(options.home)
  }

  function operate(words: readonly string[]): Promise<{ status: number; output: string }> {
    const command = [join(ROOT, 'server', 'src', 'operator', 'main.ts'), ...words]
    const settings = { env: environment(options), timeout: OPERATOR_TIMEOUT_MS }
    return new Promise((resolve) => {
      execFile(NODE, command, settings, (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
        resolve({ status, output: `${stdout}${stderr}` })
      })
    })
  }

  function processId(): number {
    if (child?.pid === undefined) throw new Error('the desk does not run')
    return child.pid
  }

  return { printed: () => printed, start, stop, processId, operate }
}

/** A desk's own database outlives one that was killed by a moment. */
async function untilGone(home: string): Promise<void> {
  const deadline = performance.now() + STOP_TIMEOUT_MS
  while (existsSync(join(home, 'postgres', 'data', 'postmaster.pid')) && performance.now() < deadline) await pause(20)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
