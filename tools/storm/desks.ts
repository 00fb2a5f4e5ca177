/**
 * One process of the desk, kept up as an init system would: started again whenever it ends, until it is told to stop.
 * Counts what it logged as a warning or an error, and remembers each time it ended though nobody had killed it after it
 * was ready: a desk is to outlive its database.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { killQuietly } from './cluster.ts'

export type DeskOptions = {
  readonly name: string
  readonly port: number
  /** Asked at each start. */
  readonly environment: () => Readonly<Record<string, string>>
}

type Described = { readonly kind?: string; readonly code?: string; readonly message?: string }
type Logged = {
  readonly level: number
  readonly msg: string
  readonly loop?: string
  readonly error?: string | Described
}

const MAIN = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url))
const READY = 'Central Desk is ready'
const RESTART_MS = 200
const READY_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 30_000
const LOOK_MS = 25
const WARNING = 40
const LAST_WORDS = 5

export class DeskProcess {
  readonly name: string
  readonly port: number
  readonly #environment: () => Readonly<Record<string, string>>
  #child: ChildProcess | null = null
  #wasKilled = false
  #isReady = false
  #isStopping = false
  #running: Promise<void> | null = null
  /** Ends that nobody ordered. */
  readonly endedAlone: string[] = []
  /** How often which warning or error was logged. */
  readonly logged = new Map<string, number>()
  #words: string[] = []

  constructor({ name, port, environment }: DeskOptions) {
    this.name = name
    this.port = port
    this.#environment = environment
  }

  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  get isReady(): boolean {
    return this.#isReady
  }

  begin(): void {
    this.#running ??= this.#keepUp()
  }

  async ready(limit_ms = READY_LIMIT_MS): Promise<void> {
    for (let waited_ms = 0; !this.#isReady; waited_ms += LOOK_MS) {
      if (waited_ms > limit_ms) throw new Error(`${this.name} is not ready: ${this.#words.join(' | ')}`)
      await pause(LOOK_MS)
    }
  }

  /** SIGKILL, now; false when there is nothing to kill. */
  kill(): boolean {
    const pid = this.#child?.pid
    if (pid === undefined || this.#wasKilled) return false
    this.#wasKilled = true
    this.#isReady = false
    return killQuietly(pid)
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    const child = this.#child
    child?.kill('SIGTERM')
    const hard = setTimeout(() => child?.kill('SIGKILL'), STOP_LIMIT_MS)
    await this.#running
    clearTimeout(hard)
  }

  async #keepUp(): Promise<void> {
    const { PATH = '', TMPDIR = tmpdir() } = process.env
    while (!this.#isStopping) {
      this.#wasKilled = false
      const env = { PATH, TMPDIR, ...this.#environment(), PORT: String(this.port) }
      const options = { env, stdio: ['ignore', 'pipe', 'pipe'] as ('ignore' | 'pipe')[] }
      const child = spawn(process.execPath, [MAIN, '--empty', '--role=all'], options)
      this.#child = child
      for (const stream of [child.stdout, child.stderr]) {
        if (stream) createInterface({ input: stream }).on('line', (line) => this.#hear(line))
      }
      const [code, signal] = await once(child, 'exit')
      if (this.#isReady && !this.#wasKilled && !this.#isStopping) {
        this.endedAlone.push(`${this.name} ended with ${code ?? signal}: ${this.#words.join(' | ')}`)
      }
      this.#child = null
      this.#isReady = false
      if (!this.#isStopping) await pause(RESTART_MS)
    }
  }

  #hear(line: string): void {
    if (line.startsWith(READY)) this.#isReady = true
    this.#words = [...this.#words, line].slice(-LAST_WORDS)
    if (!line.startsWith('{')) return
    const { level, msg, loop, error } = JSON.parse(line) as Logged
    if (level < WARNING) return
    const why = typeof error === 'object' ? `${error.code ?? error.kind} ${error.message ?? ''}`.trim() : error
    const what = `${msg}${loop ? ` in ${loop}` : ''}${why ? ` (${why})` : ''}`
    this.logged.set(what, (this.logged.get(what) ?? 0) + 1)
  }
}
