/** What an agent who only listens costs in memory, beside a bare server of the same protocol, each in a new process. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Bench, takeRounds } from './bench.ts'
import { living_kb, inspectedOn } from './living-heap.ts'
import { type Result, resultOf } from './document.ts'
import { Rounds } from './figures.ts'
import { kernelOn, openSessions } from './furnish.ts'
import { getRequest } from './http-load.ts'
import { workspacePath } from './reading-cases.ts'
import { StreamReader } from './stream-reader.ts'

/** One session holds no more than 20 streams. */
const STREAMS_PER_SESSION = 10
const OPEN_AT_ONCE = 50
const SETTLE_MS = 500
const BARE = fileURLToPath(new URL('./bare-stream-server.ts', import.meta.url))

export async function measureStreamMemory(bench: Bench): Promise<Result[]> {
  const { bed, seeded, port, sizes } = bench
  const { streams } = sizes
  const foundation = await bed.foundation()
  const sessions = Math.ceil(streams / STREAMS_PER_SESSION)
  const cookies = await openSessions(kernelOn(foundation), bed.superuser, seeded.small.userIds, sessions)
  await foundation.close()
  const path = `${workspacePath(seeded.small)}/events`
  const rounds = new Rounds()
  await takeRounds(bench, async (_, isCounted) => {
    if (!isCounted) return
    const desk = await bed.desk(port, 'web', inspectedOn(port + 1))
    rounds.note('ours', await costOfStreams(port, streams, path, cookies).finally(() => desk.stop()))
    const bare = spawn(process.execPath, [...inspectedOn(port + 1), BARE, String(port)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await once(bare.stdout, 'data')
    const ended = once(bare, 'exit')
    rounds.note('bare', await costOfStreams(port, streams, path, cookies).finally(() => bare.kill()))
    await ended
  })
  return [
    resultOf({
      ...{ name: 'memory.stream', unit: 'KB', ours: rounds.of('ours') },
      limit: { name: 'a bare server of the same protocol', rounds: rounds.of('bare') },
      target: { op: '<=', value: 1.5 },
      note: `what lives in the heap for each of ${streams} idle streams; a socket’s own memory comes on top, the same for both`,
    }),
  ]
}

/** Opens a few first, so that what is made once for all is not counted; then the rest. */
async function costOfStreams(port: number, count: number, path: string, cookies: readonly string[]) {
  const readers: StreamReader[] = []
  const open = async (upTo: number) => {
    while (readers.length < upTo) {
      const some = Array.from({ length: Math.min(OPEN_AT_ONCE, upTo - readers.length) }, (_, at) => {
        const request = getRequest(port, path, cookies[(readers.length + at) % cookies.length] ?? '')
        return new StreamReader(port, request, () => {})
      })
      readers.push(...some)
      await Promise.all(some.map(({ ready }) => ready))
    }
    await pause(SETTLE_MS)
    return living_kb(port + 1)
  }
  try {
    const warm = Math.floor(count / 5)
    const before_kb = await open(warm)
    return ((await open(count)) - before_kb) / (count - warm)
  } finally {
    for (const reader of readers) reader.close()
  }
}
