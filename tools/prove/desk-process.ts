/**
 * One desk as a process of its own on a home folder: started until it says that it is ready, stopped as an operator
 * stops it or as a power cut does. What it prints is kept. Reads no code of the server: it is seen from outside.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..', '..')
const READY_TIMEOUT_MS = 90_000
const STOP_TIMEOUT_MS = 30_000
const READY = 'Central Desk is ready: '
const PRINTED_CHARACTERS_MAX = 32_000_000

export type DeskOptions = {
  readonly home: string
  readonly port: number
  readonly env?: Readonly<Record<string, string>>
}
export type DeskProcess = {
  printed(): string
  start(): Promise<void>
  stop(how?: 'politely' | 'at once'): Promise<void>
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

  async function start(): Promise<void> {
    const from = printed.length
    const node = join(ROOT, 'node_modules', '.bin', 'node')
    const made = spawn(node, [join(ROOT, 'server', 'src', 'main.ts')], {
      env: environment(options),
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
    await untilGone(options.home)
  }

  return { printed: () => printed, start, stop }
}

/** A database outlives a desk that was killed by a moment. */
async function untilGone(home: string): Promise<void> {
  const deadline = performance.now() + STOP_TIMEOUT_MS
  while (existsSync(join(home, 'postgres', 'data', 'postmaster.pid')) && performance.now() < deadline) await pause(20)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
