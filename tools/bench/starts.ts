/**
 * A start of the whole program on a filled home, database included, and what it holds while nobody calls. Taken when the
 * bed is gone: the program starts its own database.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { startDesk } from './bed.ts'
import { type Bench, takeRounds } from './bench.ts'
import { type Result, resultOf } from './document.ts'
import { median, Rounds } from './figures.ts'
import { family, rss_kb } from './processes.ts'

const IDLE_MS = 3_000

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

export async function measureStarts(bench: Bench): Promise<Result[]> {
  const { bed, port } = bench
  const rounds = new Rounds()
  await takeRounds(bench, async (_, isCounted) => {
    const desk = await startDesk({ DESK_HOME: bed.home, PORT: String(port), LOG_LEVEL: 'error' }, port, ['--empty'])
    if (isCounted) {
      rounds.note('started', desk.started_ms)
      await pause(IDLE_MS)
      rounds.note('desk', rss_kb(desk.pid) / 1024)
      const postmasterPid = Number.parseInt(readFileSync(`${bed.dataFolder}/postmaster.pid`, 'utf8'), 10)
      rounds.note('database', familyMemory_kb(postmasterPid) / 1024)
    }
    await desk.stop()
  })
  return [
    resultOf({
      ...{ name: 'start.warm', unit: 'ms', ours: rounds.of('started'), target: { op: '<=', value: 3_000 } },
      note: 'from the command to the line that says it is ready, database included',
    }),
    resultOf({
      ...{ name: 'memory.idle', unit: 'MB', ours: rounds.of('desk'), target: { op: '<=', value: 200 } },
      note: `the desk, resident; its database holds another ${Math.round(median(rounds.of('database')))} MB`,
    }),
  ]
}
