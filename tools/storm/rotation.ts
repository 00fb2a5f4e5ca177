/**
 * The operator at work in the middle of a storm: new content keys for every workspace, everything sealed anew under them,
 * look-up and search keys made anew and everything indexed again, each by the command that an operator types. A command
 * that a kill cuts short is typed again, as its help says it may be.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Ground } from './ground.ts'

const OPERATOR = fileURLToPath(new URL('../../server/src/operator/main.ts', import.meta.url))
const TRIES = 12
/** All three commands together; waiting for every process to learn of new keys is three minutes of it. */
const LIMIT_MS = 12 * 60_000
const AGAIN_MS = 1_000
/** New keys seal two minutes after they were made, and what is older is moved a minute later. */
export const ROTATION_LASTS_MS = 330_000

type Ended = { readonly code: number; readonly said: string }

function enter(ground: Ground, words: readonly string[], onChild: (kill: () => void) => void): Promise<Ended> {
  const { PATH = '' } = process.env
  const env = { PATH, ...ground.environment() }
  const child = spawn(process.execPath, [OPERATOR, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  onChild(() => child.kill('SIGKILL'))
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-2_000)
    })
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code: code ?? -1, said })))
}

export class Operator {
  readonly #ground: Ground
  readonly #say: (sentence: string) => void
  readonly #kills = new Set<() => void>()
  #isStopped = false
  readonly findings: string[] = []
  interrupted = 0

  constructor(ground: Ground, say: (sentence: string) => void) {
    this.#ground = ground
    this.#say = say
  }

  /** Rotates, then seals and indexes anew side by side. */
  async rotate(): Promise<void> {
    const limit = setTimeout(() => void this.stop(), LIMIT_MS)
    await this.#insist(['keys', 'rotate', '--all'])
    await Promise.all([this.#insist(['keys', 'reseal', '--all']), this.#insist(['keys', 'reindex', '--all'])])
    clearTimeout(limit)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    for (const kill of this.#kills) kill()
  }

  async #insist(words: readonly string[]): Promise<void> {
    let last = 'it took too long'
    for (let attempt = 0; attempt < TRIES && !this.#isStopped; attempt++) {
      let kill = () => {}
      const { code, said } = await enter(this.#ground, words, (given) => {
        kill = given
        this.#kills.add(kill)
      })
      this.#kills.delete(kill)
      if (code === 0) return this.#say(`       bin/desk ${words.join(' ')}: ${said.trim().split('\n').at(-1)}`)
      this.interrupted += 1
      last = said.trim().split('\n').at(-1) ?? ''
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
    this.findings.push(`bin/desk ${words.join(' ')} came to no end: ${last}`)
  }
}
