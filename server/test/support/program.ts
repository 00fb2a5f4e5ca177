/**
 * The whole program as a process of its own on a home of its own, for tests that kill it, fill its disk or bring up an
 * old home. Speaks to it as a browser does, through a port; hears what it says on standard error. Whatever a test leaves
 * running is killed at the end of the file.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from './client.ts'
import { freePort, type TestDesk } from './desk.ts'
import { ROOT } from './source.ts'

export type Program = {
  readonly child: ChildProcess
  readonly pid: number
  readonly port: number
  readonly home: string
  /** What the stage and the people of tests need of a desk. */
  readonly desk: TestDesk
  /** Standard error so far. */
  said(): string
  /** Sends a signal and resolves with the exit code, or the name of the signal that ended it. */
  end(signal?: NodeJS.Signals): Promise<number | string>
  /** Resolves when it has ended by itself. */
  readonly ended: Promise<number | string>
}

export type ProgramOptions = {
  readonly home: string
  readonly port?: number
  readonly env?: Readonly<Record<string, string>>
  /** Under the launcher, as `npm start` does it. */
  readonly isLaunched?: boolean
}

const MAIN = join(ROOT, 'server', 'src', 'main.ts')
const LAUNCHER = join(ROOT, 'scripts', 'start.mjs')
const READY = /^Central Desk is ready: /m

const left = new Set<ChildProcess>()
after(() => {
  for (const child of left) child.kill('SIGKILL')
})

/** Starts it, without a demo, and does not wait. */
export async function launchProgram(options: ProgramOptions): Promise<Program & { ready: Promise<boolean> }> {
  const { home, port = await freePort() } = options
  const environment = { PATH: process.env.PATH ?? '', TMPDIR: process.env.TMPDIR ?? '/tmp', LOG_LEVEL: 'warn' }
  const env = { ...environment, ...options.env, DESK_HOME: home, PORT: String(port) }
  const program = options.isLaunched ? LAUNCHER : MAIN
  const child = spawn(process.execPath, [program, '--empty'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  left.add(child)
  let [out, err] = ['', '']
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const ended = once(child, 'close').then(([code, signal]) => {
    left.delete(child)
    return (code ?? signal) as number | string
  })
  const ready = new Promise<boolean>((resolve) => {
    child.stdout.on('data', (chunk) => {
      out += chunk
      if (READY.test(out)) resolve(true)
    })
    void ended.then(() => resolve(false))
  })
  const desk = { port, home, client: () => new Client(port), clock: { now: () => new Date() } } as unknown as TestDesk
  const end = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    return ended
  }
  return { child, pid: child.pid ?? 0, port, home, desk, said: () => err, end, ended, ready }
}

/** Starts it and waits until it serves. */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const program = await launchProgram(options)
  assert.equal(await program.ready, true, `the program did not start: ${program.said()}`)
  return program
}

/** Processes that work in a folder, by the kernel's word: every process of PostgreSQL does in its data folder. */
export function processesIn(folder: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`) === folder
    } catch {
      return false
    }
  })
}

const LOOK_EVERY_MS = 50

/** Looks again until it holds; a test that waits in vain is ended by its runner. */
export async function untilTrue(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(LOOK_EVERY_MS)
}
