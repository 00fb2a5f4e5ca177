/**
 * The program: `main.ts [--empty] [--role=web|worker|all]`. Brings up what the desk stands on, listens, says where, and
 * stays until it is told to stop. A start that must not go on is one sentence and exit code 1, with nothing damaged; a
 * second signal while stopping ends at once.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createDesk, type DeskRole } from './app.ts'
import { type Config, readConfig } from './config.ts'
import { demoInboxKey, isDemoWanted, makeDemo } from './demo/index.ts'
import { type Foundation, layFoundation } from './foundation.ts'
import { createLog, describeError, type Logger } from './kernel/log.ts'
import { StartRefusal } from './kernel/start-refusal.ts'
import { KeyTrouble } from './kernel/vault/index.ts'
import { version } from './version.ts'

const ROLES: readonly DeskRole[] = ['web', 'worker', 'all']
const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
/** What the builds of the screens leave, and the storefront's own files. */
const PAGE_FOLDERS = {
  desk: fromRoot('desk/dist'),
  widget: fromRoot('widget/dist'),
  storefront: fromRoot('widget/storefront'),
}
const STOP_TIMEOUT_MS = 20_000
const SECOND_SIGNAL_EXIT = 130
const SAME_SIGNAL_MS = 1_000

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

function readFlags(): { isEmptyWanted: boolean; role: DeskRole } {
  try {
    const { values } = parseArgs({
      options: { empty: { type: 'boolean', default: false }, role: { type: 'string', default: 'all' } },
    })
    const role = ROLES.find((known) => known === values.role)
    if (!role) throw new StartRefusal(`--role must be one of ${ROLES.join(', ')}.`)
    return { isEmptyWanted: values.empty, role }
  } catch (error) {
    if (error instanceof StartRefusal) throw error
    throw new StartRefusal('Usage: npm start -- [--empty] [--role=web|worker|all]')
  }
}

function sentenceOf(error: unknown, config: Config | null): string | null {
  if (error instanceof StartRefusal || error instanceof KeyTrouble) return error.message
  const code = (error as { code?: string }).code
  if (code === 'EADDRINUSE') return `Port ${config?.port} is taken by another program; choose another one with PORT.`
  if (code === 'EACCES' && config && config.port < 1024) return `Port ${config.port} may not be opened by this user.`
  if (code === 'EADDRNOTAVAIL') return `HOST ${config?.host} is no address of this machine.`
  return null
}

async function run(config: Config, log: Logger, foundation: Foundation): Promise<void> {
  const { isEmptyWanted, role } = readFlags()
  const tls = config.tls && {
    certificate: readFileSync(config.tls.certificateFile),
    key: readFileSync(config.tls.keyFile),
  }
  const demo = { config, foundation, log, say, isEmptyWanted, tls }
  const made = isDemoWanted(demo) ? await makeDemo(demo) : null
  const desk = await createDesk({
    ...foundation.parts,
    tls,
    trustedProxies: config.trustedProxies,
    version,
    demoInboxKey: demoInboxKey(config),
    pageFolders: PAGE_FOLDERS,
  })
  if (role !== 'worker') await desk.app.listen({ port: config.port, host: config.host })
  desk.start(role)
  warnOfEmbedded(config)
  made?.tell()
  process.stdout.write(
    role === 'worker'
      ? 'Central Desk works: no address, this process only works.\n'
      : `Central Desk is ready: ${config.origins.desk}\n`,
  )
  const reason = await Promise.race([toldToStop(), foundation.databaseEnded])
  if (reason !== null) say(`The database ended: ${reason}`)
  await Promise.race([desk.stop(), new Promise((resolve) => setTimeout(resolve, STOP_TIMEOUT_MS).unref())])
  if (reason !== null) throw new StartRefusal('The desk cannot go on without its database.')
}

function warnOfEmbedded(config: Config): void {
  if (config.databaseUrl || config.isLoopback) return
  say(
    'The embedded database is for one small host. For more, give DATABASE_URL of a PostgreSQL that is kept up to date.',
  )
}

/** Resolves with null at the first signal; a second one ends the process at once. */
function toldToStop(): Promise<null> {
  return new Promise((resolve) => {
    let isStopping = false
    let first_ms = 0
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        // One Ctrl-C or one `systemctl stop` comes twice: to the whole group, and handed on by the script above us.
        if (isStopping) {
          if (performance.now() - first_ms > SAME_SIGNAL_MS) process.exit(SECOND_SIGNAL_EXIT)
          return
        }
        isStopping = true
        first_ms = performance.now()
        resolve(null)
      })
    }
  })
}

let config: Config | null = null
let foundation: Foundation | undefined
try {
  readFlags()
  config = readConfig()
  const log = createLog(config.logLevel)
  process.on('unhandledRejection', (error) => log.error({ error: describeError(error) }, 'an unhandled rejection'))
  foundation = await layFoundation(config, log, say)
  await run(config, log, foundation)
} catch (error) {
  const sentence = sentenceOf(error, config)
  if (sentence === null) throw error
  say(sentence)
  process.exitCode = 1
} finally {
  await foundation?.close()
}
// What still runs (a hanging request, a timer of a library) does not hold up the end.
process.exit(process.exitCode ?? 0)
