/**
 * Measures live screens: how long a posted message takes to the streams of its workspace while others write too, from
 * the moment it was due to be sent, and what an idle stream costs in memory beside a bare server of the same protocol.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Bed } from './bed.ts'
import { chanceOf } from './chance.ts'
import { type Figure, figureOf } from './figures.ts'
import { kernelOn, openSessions } from './furnish.ts'
import { hookRequest, hookSource } from './hooks.ts'
import { getRequest, Line } from './http-load.ts'
import { personOf } from './plan.ts'
import { cpu_us, FamilyClock, rss_kb } from './processes.ts'
import { workspacePath } from './reading-cases.ts'
import type { Seeded } from './seed.ts'

/** A stream may be opened 60 times a minute by one session. */
const STREAMS_PER_SESSION = 40
const MARKER = /zq(\d{1,9})qz/g
const MARKER_BYTES = 16
const SETTLE_MS = 4_000
const BARE = fileURLToPath(new URL('./bare-stream-server.ts', import.meta.url))

/** Reads one stream and says which marked messages came, each once. */
class StreamReader {
  readonly ready: Promise<void>
  readonly #socket: Socket
  readonly #seen = new Set<number>()
  #tail = ''

  constructor(port: number, request: Buffer, told: (marker: number) => void) {
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.#socket.write(request)
    this.ready = new Promise((resolve, reject) => {
      this.#socket.on('error', reject)
      this.#socket.on('data', (chunk: Buffer) => {
        const text = this.#tail + chunk.toString('latin1')
        if (/^(event: ready|: open)/m.test(text)) resolve()
        if (/^HTTP\/1.1 [345]/.test(text)) reject(new Error(text.slice(0, 300)))
        for (const [, digits] of text.matchAll(MARKER)) {
          const marker = Number(digits)
          if (!this.#seen.has(marker)) {
            this.#seen.add(marker)
            told(marker)
          }
        }
        this.#tail = text.slice(-MARKER_BYTES)
      })
    })
  }

  close(): void {
    this.#socket.destroy()
  }
}

export type LatencyOptions = {
  readonly port: number
  readonly rounds: number
  readonly streams: number
  /** Messages a second into the watched workspace, and into all others together. */
  readonly watched_rate: number
  readonly other_rate: number
  readonly lasts_ms: number
}

export async function measureLatency(bed: Bed, seeded: Seeded, options: LatencyOptions): Promise<Figure[]> {
  const { port, streams } = options
  const foundation = await bed.foundation()
  const kernel = kernelOn(foundation)
  const plan = seeded.small
  const cookies = await openSessions(kernel, bed.superuser, plan.userIds, Math.ceil(streams / 2))
  await foundation.close()
  const desk = await bed.desk(port, 'all')
  const arrivals: { marker: number; at_ms: number }[] = []
  const path = `${workspacePath(plan)}/events`
  const readers = Array.from({ length: streams }, (_, at) => {
    const request = getRequest(port, path, cookies[at % cookies.length] ?? '')
    return new StreamReader(port, request, (marker) => arrivals.push({ marker, at_ms: performance.now() }))
  })
  try {
    await Promise.all(readers.map(({ ready }) => ready))
    const toScreen: number[][] = []
    const answers: number[][] = []
    const desk_us: number[][] = []
    const database_us: number[][] = []
    for (let round = 0; round <= options.rounds; round++) {
      arrivals.length = 0
      const before_us = cpu_us(desk.pid)
      const database = new FamilyClock(bed.postmasterPid)
      const sent = await sendAtPace(seeded, options, round)
      await pause(SETTLE_MS)
      const missing = sent.markers.size * streams - arrivals.length
      if (missing > 0) throw new Error(`${missing} of ${sent.markers.size * streams} arrivals are missing`)
      if (round === 0) continue
      toScreen.push(arrivals.map(({ marker, at_ms }) => at_ms - (sent.markers.get(marker) ?? 0)))
      answers.push(sent.answers_ms)
      desk_us.push([(cpu_us(desk.pid) - before_us) / sent.answers_ms.length])
      database_us.push([database.lap_us() / sent.answers_ms.length])
    }
    const load = `${options.watched_rate}+${options.other_rate} messages/s, ${streams} streams`
    return [
      figureOf(`hook to stream, ${load}`, 'ms', toScreen),
      figureOf(`hook to answer, ${load}`, 'ms', answers),
      figureOf(`all of it, ${load}: desk`, 'us CPU/message', desk_us),
      figureOf(`all of it, ${load}: PostgreSQL`, 'us CPU/message', database_us),
    ]
  } finally {
    for (const reader of readers) reader.close()
    await desk.stop()
  }
}

/** Sends when each is due, however slow the answers are: what waits, waits on the clock. */
async function sendAtPace(seeded: Seeded, options: LatencyOptions, round: number) {
  const { port, watched_rate, other_rate, lasts_ms } = options
  const chance = chanceOf(round + 77)
  const others = hookSource(seeded.crowd, port, round + 991)
  const watched = Math.floor((watched_rate * lasts_ms) / 1000)
  const all = watched + Math.floor((other_rate * lasts_ms) / 1000)
  const calls = Array.from({ length: all }, (_, at) => {
    // Spread evenly among the others.
    const isWatched = Math.floor(((at + 1) * watched) / all) > Math.floor((at * watched) / all)
    if (!isWatched) return { marker: null, request: others() }
    const marker = round * 1_000_000 + at
    const person = personOf(1 + chance.below(seeded.small.conversations - 1))
    return { marker, request: hookRequest(seeded.small, port, person, `দাম কত zq${marker}qz order please`) }
  })
  const free: Line[] = []
  const lines: Line[] = []
  const markers = new Map<number, number>()
  const answers_ms: number[] = []
  const running: Promise<void>[] = []
  const begun_ms = performance.now() + 50
  for (const [at, { marker, request }] of calls.entries()) {
    const due_ms = begun_ms + (at / all) * lasts_ms
    while (performance.now() < due_ms) await pause(1)
    if (marker !== null) markers.set(marker, due_ms)
    const line = free.pop() ?? new Line(port)
    if (!lines.includes(line)) lines.push(line)
    running.push(
      line.call(request).then(() => {
        answers_ms.push(performance.now() - due_ms)
        free.push(line)
      }),
    )
  }
  await Promise.all(running)
  for (const line of lines) line.close()
  return { markers, answers_ms }
}

export async function measureStreamMemory(bed: Bed, seeded: Seeded, port: number, streams: number): Promise<Figure[]> {
  const foundation = await bed.foundation()
  const kernel = kernelOn(foundation)
  const sessions = Math.ceil(streams / STREAMS_PER_SESSION)
  const cookies = await openSessions(kernel, bed.superuser, seeded.small.userIds, sessions)
  await foundation.close()
  const path = `${workspacePath(seeded.small)}/events`
  const desk = await bed.desk(port, 'web')
  const ours_kb = await costOfStreams(desk.pid, port, streams, path, cookies).finally(() => desk.stop())
  const bare = spawn(process.execPath, [BARE, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(bare.stdout, 'data')
  const bare_kb = await costOfStreams(bare.pid ?? 0, port, streams, path, cookies).finally(() => bare.kill())
  return [
    figureOf(`memory of an idle stream, ${streams} streams`, 'KB', [[ours_kb]]),
    figureOf(`memory of an idle stream, ${streams} streams, bare server`, 'KB', [[bare_kb]]),
  ]
}

/** Opens a few first, so that what is made once for all is not counted; then the rest. */
async function costOfStreams(pid: number, port: number, count: number, path: string, cookies: readonly string[]) {
  const readers: StreamReader[] = []
  const open = async (upTo: number) => {
    while (readers.length < upTo) {
      const some = Array.from({ length: Math.min(50, upTo - readers.length) }, (_, at) => {
        const request = getRequest(port, path, cookies[(readers.length + at) % cookies.length] ?? '')
        return new StreamReader(port, request, () => {})
      })
      readers.push(...some)
      await Promise.all(some.map(({ ready }) => ready))
    }
    await pause(SETTLE_MS)
    return rss_kb(pid)
  }
  try {
    const warm = Math.floor(count / 10)
    const before_kb = await open(warm)
    return ((await open(count)) - before_kb) / (count - warm)
  } finally {
    for (const reader of readers) reader.close()
  }
}
