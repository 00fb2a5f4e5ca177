/**
 * Measures a start of the whole program on a filled home, database included, and what it holds while nobody calls.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { startDesk } from './bed.ts'
import { type Figure, figureOf } from './figures.ts'
import { family, rss_kb } from './processes.ts'

const IDLE_MS = 6_000

/** What a family holds, each shared page counted once; NaN where the system does not tell. */
function familyMemory_kb(postmasterPid: number): number {
  const shares = family(postmasterPid).map((pid) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? Number.NaN)
    } catch {
      return Number.NaN
    }
  })
  return shares.reduce((sum, share) => sum + (Number.isNaN(share) ? 0 : share), 0)
}

export async function measureStart(home: string, dataFolder: string, port: number, rounds: number): Promise<Figure[]> {
  const started: number[][] = []
  const ours: number[][] = []
  const theirs: number[][] = []
  for (let round = 0; round < rounds; round++) {
    const desk = await startDesk({ DESK_HOME: home, PORT: String(port), LOG_LEVEL: 'error' }, port, ['--empty'])
    started.push([desk.started_ms])
    await pause(IDLE_MS)
    ours.push([rss_kb(desk.pid) / 1024])
    const postmasterPid = Number.parseInt(readFileSync(`${dataFolder}/postmaster.pid`, 'utf8'), 10)
    theirs.push([familyMemory_kb(postmasterPid) / 1024])
    await desk.stop()
  }
  return [
    figureOf('start on a filled home, to the ready line', 'ms', started),
    figureOf('idle: desk, resident', 'MB', ours),
    figureOf('idle: PostgreSQL, shared pages counted once', 'MB', theirs),
  ]
}
