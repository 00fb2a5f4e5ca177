/**
 * A whole desk for a test: real HTTP on a loopback port, a database of its own, a vault on a throw-away folder, a clock
 * that the test moves. `client()` is a browser's network side: keeps cookies, fetches the CSRF token, speaks JSON.
 * Promises nothing is shared between two desks but the cluster under them.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createProbe } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { createDesk, type Desk } from '#src/app.ts'
import { systemRandomness } from '#src/kernel/clock.ts'
import type { Logger } from '#src/kernel/log.ts'
import { createOutbound } from '#src/kernel/outbound.ts'
import { openPools } from '#src/kernel/pools.ts'
import { createVault, openKeys } from '#src/kernel/vault/index.ts'
import type { Tls } from '#src/kernel/web/server.ts'
import { Client } from './client.ts'
import { type SettableClock, settableClock } from './clock.ts'
import { type FreshDatabase, freshDatabase, TEST_SCOPE_KEY, testPasswordOf } from './database.ts'

export type TestDesk = Desk & {
  readonly url: string
  readonly port: number
  readonly clock: SettableClock
  readonly database: FreshDatabase
  readonly home: string
  /** Every log line so far, as text. */
  logged(): string
  client(): Client
}

export type BootOptions = {
  readonly clock?: SettableClock
  /** A second process on the same database and home. */
  readonly beside?: TestDesk
  readonly withWorkers?: boolean
  /** Serve the built screens too: for browser tests, after the screens were built. */
  readonly withPages?: boolean
  readonly demoInboxKey?: string
  readonly tls?: Tls
  /** Believe X-Forwarded-For of this machine, so that a client can say which network it comes from. */
  readonly trustsForwarding?: boolean
}

const fromRoot = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const PAGE_FOLDERS = {
  desk: fromRoot('desk/dist'),
  widget: fromRoot('widget/dist'),
  storefront: fromRoot('widget/storefront'),
}

// At the end of the file, whatever hook a desk was booted in.
const ends: (() => Promise<void>)[] = []
const homes: string[] = []
after(async () => {
  await Promise.all(ends.map((end) => end()))
  await Promise.all(homes.map((home) => rm(home, { recursive: true, force: true })))
})

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createProbe().on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}

export async function bootDesk(options: BootOptions = {}): Promise<TestDesk> {
  const { beside, withWorkers = true } = options
  const clock = beside?.clock ?? options.clock ?? settableClock()
  const database = beside?.database ?? (await freshDatabase())
  const home = beside?.home ?? (await mkdtemp(join(tmpdir(), 'central-desk-home-')))
  const lines: string[] = []
  const log: Logger = pino({ level: 'debug', base: null }, { write: (line: string) => void lines.push(line) })
  const { provider, store } = await openKeys({ folder: join(home, 'keys'), randomness: systemRandomness })
  const vault = createVault({ provider, store, clock, randomness: systemRandomness })
  const pools = openPools(database.owner, testPasswordOf, log)
  const port = await freePort()
  const scheme = options.tls ? 'https' : 'http'
  const desk = await createDesk({
    origins: {
      desk: `${scheme}://localhost:${port}`,
      widget: `${scheme}://widget.localhost:${port}`,
      files: `${scheme}://files.localhost:${port}`,
      demo: `${scheme}://demo.localhost:${port}`,
    },
    isTls: options.tls !== undefined,
    isLoopback: true,
    mayCallLoopback: true,
    filesFolder: join(home, 'files'),
    pools,
    vault,
    scopeKey: TEST_SCOPE_KEY,
    secret: createHash('sha256').update(`secret of ${home}`).digest(),
    clock,
    randomness: systemRandomness,
    log,
    outbound: createOutbound({ allowLoopback: true }),
    tls: options.tls ?? null,
    trustedProxies: options.trustsForwarding ? ['127.0.0.1'] : [],
    version: 'test',
    demoInboxKey: options.demoInboxKey ?? null,
    pageFolders: options.withPages ? PAGE_FOLDERS : null,
  })
  await desk.app.listen({ port, host: '127.0.0.1' })
  desk.start(withWorkers ? 'all' : 'web')
  let isStopped = false
  const stop = async () => {
    if (isStopped) return
    isStopped = true
    await desk.stop()
    await pools.end()
  }
  ends.push(stop)
  if (!beside) homes.push(home)
  const url = `http://127.0.0.1:${port}`
  return {
    ...desk,
    url,
    port,
    clock,
    database,
    home,
    logged: () => lines.join(''),
    client: () => new Client(port),
    stop,
  }
}
