/**
 * The program: `main.ts [--empty] [--role=web|worker|all]`. Brings up what the desk stands on, listens, says where, and
 * stays until it is told to stop, by a signal or by the end of the launcher that started it. When its own database ends
 * it comes up again, as soon as there is room. A start that must not go on is one sentence and exit code 1, with nothing
 * damaged; a second signal while stopping ends at once. What crashes it is told by kind and place, without values.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createDesk, type DeskRole } from './app.ts'
import { type Config, readConfig } from './config.ts'
import { demoInboxKey, isDemoWanted, makeDemo } from './demo/index.ts'
import { type Foundation, layFoundation } from './foundation.ts'
import { createLog, describeError, type Logger } from './kernel/log.ts'
import { freeBytes, isNoRoom, DISK_RESERVE_BYTES } from './kernel/disk.ts'
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
/** For requests in flight; what takes longer is mostly a body that does not come. */
const STOP_TIMEOUT_MS = 10_000
const COMES_UP_AGAIN_AFTER_MS = 5_000
/** Starts in a row that fail for another reason than room, after the database ended. */
const FAILED_STARTS_MAX = 5
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
  if (isNoRoom(error)) return `There is no room on the disk of ${config?.home}; make room and start again.`
  const code = (error as { code?: string }).code
  if (code === 'EADDRINUSE') return `Port ${config?.port} is taken by another program; choose another one with PORT.`
  if (code === 'EACCES' && config && config.port < 1024) return `Port ${config.port} may not be opened by this user.`
  if (code === 'EADDRNOTAVAIL') return `HOST ${config?.host} is no address of this machine.`
  return null
}

/** Serves until told to stop (null) or until the database ended (its last words). */
async function serve(config: Config, log: Logger, foundation: Foundation): Promise<string | null> {
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
  // Before anybody hears that we are ready: a signal that comes with the first answer must find us listening for it.
  const isTold = toldToStop()
  process.stdout.write(
    role === 'worker'
      ? 'Central Desk works: no address, this process only works.\n'
      : `Central Desk is ready: ${config.origins.desk}\n`,
  )
  const reason = await Promise.race([isTold, foundation.databaseEnded])
  await Promise.race([desk.stop(), pause(STOP_TIMEOUT_MS, null, { ref: false })])
  return reason
}

async function serveOnce(config: Config, log: Logger): Promise<string | null> {
  const foundation = await layFoundation(config, log, say)
  try {
    return await serve(config, log, foundation)
  } finally {
    await foundation.close()
  }
}

/** The first start must succeed. After that a database that ended is brought up again. */
async function stay(config: Config, log: Logger): Promise<void> {
  let failedStarts = 0
  for (let isFirst = true; ; isFirst = false) {
    try {
      const reason = await serveOnce(config, log)
      if (reason === null) return
      failedStarts = 0
      say(`The database ended: ${reason}`)
    } catch (error) {
      const sentence = sentenceOf(error, config)
      failedStarts += isNoRoom(error) || freeBytes(config.home) < DISK_RESERVE_BYTES ? 0 : 1
      if (isFirst || failedStarts === FAILED_STARTS_MAX) throw error
      say(sentence ?? JSON.stringify(describeError(error)))
    }
    const isTold = (await Promise.race([toldToStop(), pause(COMES_UP_AGAIN_AFTER_MS, 'again')])) === null
    if (isTold) return
    say('Starting again ...')
  }
}

function warnOfEmbedded(config: Config): void {
  if (config.databaseUrl || config.isLoopback) return
  say(
    'The embedded database is for one small host. For more, give DATABASE_URL of a PostgreSQL that is kept up to date.',
  )
}

let told: Promise<null> | undefined

/**
 * Resolves with null at the first signal, or when the launcher is gone that holds the other end of our channel; a second
 * signal ends the process at once.
 */
function toldToStop(): Promise<null> {
  told ??= new Promise((resolve) => {
    let isStopping = false
    let first_ms = 0
    void launcherGone.then(() => resolve(null))
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
  return told
}

/** Settles when the launcher ended, however it ended; never when nobody launched us. */
const launcherGone = new Promise<void>((resolve) => {
  if (process.connected === false) resolve()
  process.once('disconnect', resolve)
})

/** Node would print an error with all its words, and a database's words quote rows. */
function crash(error: unknown): never {
  process.stderr.write(`${JSON.stringify({ level: 60, error: describeError(error), msg: 'a crash' })}\n`)
  process.exit(1)
}

let config: Config | null = null
process.on('uncaughtException', crash)
try {
  readFlags()
  config = readConfig()
  const log = createLog(config.logLevel)
  process.on('unhandledRejection', (error) => log.error({ error: describeError(error) }, 'an unhandled rejection'))
  await stay(config, log)
} catch (error) {
  const sentence = sentenceOf(error, config)
  if (sentence === null) crash(error)
  say(sentence)
  process.exitCode = 1
}
// What still runs (a hanging request, a timer of a library) does not hold up the end.
process.exit(process.exitCode ?? 0)
