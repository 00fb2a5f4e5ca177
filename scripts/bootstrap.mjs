// Brings a fresh clone to the point where the pinned Node can run the project. Runs on any Node from 20 on and
// imports no package. Promises: one install at a time, none when nothing changed (a stamp), and nothing but the called
// program's own words on standard output. Refuses with a sentence when npm cannot be found or fails.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, chmodSync, copyFileSync, existsSync, constants as fsConstants, mkdirSync } from 'node:fs'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { cacheFolder, root, underLock } from './lock.mjs'

export { root }
export const nodeBin = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
const stampFile = join(root, 'node_modules', '.central-desk-stamp')
const ownCache = join(cacheFolder, 'npm')

/** All that is pinned, whatever NODE_ENV and the caller's npm settings leave out: Node itself is an optional package. */
const INSTALL = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--prefer-offline']
const QUIETLY = ['--no-audit', '--no-fund', '--loglevel=error']
const PASSED_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP']
const DESERTED_LOOK_MS = 500

function wantedStamp() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`)
  hash.update(readFileSync(join(root, 'package-lock.json')))
  return hash.digest('hex')
}

function isInstalled() {
  return existsSync(nodeBin) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wantedStamp()
}

function isWritable(folder) {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, fsConstants.W_OK)
    return true
  } catch {
    return false
  }
}

/** The npm that started us, or the one on the PATH. */
function npmCommand() {
  const started = process.env.npm_execpath ?? ''
  if (basename(started) === 'npm-cli.js' && existsSync(started)) return [process.execPath, started]
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm']
}

/** A user without a home folder of their own (a service, a container) gets one inside the clone. */
function npmEnvironment() {
  if (process.env.HOME && existsSync(process.env.HOME)) return process.env
  const own = join(cacheFolder, 'home')
  mkdirSync(own, { recursive: true })
  return { ...process.env, HOME: own }
}

function runNpm(args, environment, stdio) {
  const [program, ...first] = npmCommand()
  return spawnSync(program, [...first, ...args], { cwd: root, env: environment, stdio, encoding: 'utf8' })
}

function copyFolder(from, to) {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) copyFolder(source, target)
    else if (entry.isFile()) {
      copyFileSync(source, target)
      chmodSync(target, 0o644)
    }
  }
}

/** npm reads nothing from a cache that it cannot write; what such a one holds is copied into the clone for the time. */
function cacheOptions(environment) {
  const cache = runNpm(['config', 'get', 'cache'], environment, ['ignore', 'pipe', 2]).stdout?.trim() ?? ''
  const packages = join(cache, '_cacache')
  if (!cache || isWritable(packages)) return []
  if (existsSync(packages)) copyFolder(packages, join(ownCache, '_cacache'))
  return ['--cache', ownCache]
}

function install() {
  process.stderr.write('Installing the pinned packages (once) ...\n')
  const environment = npmEnvironment()
  const done = runNpm([...INSTALL, ...QUIETLY, ...cacheOptions(environment)], environment, ['ignore', 2, 2])
  rmSync(ownCache, { recursive: true, force: true })
  if (done.error) return `npm was not found (${done.error.message}); Central Desk needs Node 20 or newer with its npm.`
  if (done.status !== 0) return 'npm could not install the packages of package-lock.json; its own words stand above.'
  if (!existsSync(nodeBin)) return `There is no pinned Node for ${process.platform}-${process.arch}.`
  writeFileSync(stampFile, wantedStamp())
  return null
}

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}

/** Installs what the lockfile pins, without scripts, unless that is already there. */
export async function ensureInstalled() {
  if (isInstalled()) return
  if (!isWritable(root)) refuse(`The packages are not installed, and ${root} cannot be written by this user.`)
  const trouble = await underLock('install', 'Another process installs the packages; waiting for it ...', () =>
    isInstalled() ? null : install(),
  )
  if (trouble) refuse(trouble)
}

/** The environment in which `node` means the pinned one. */
export function pinnedEnvironment(env = {}) {
  return { ...process.env, PATH: `${dirname(nodeBin)}:${process.env.PATH ?? ''}`, ...env }
}

/** Our parent, and where the system tells it the parent's parent: with npm these are a shell and npm itself. */
function callers() {
  const parent = process.ppid
  try {
    return `${parent} ${/^\S+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${parent}/stat`, 'utf8'))?.[1]}`
  } catch {
    return String(parent)
  }
}

/**
 * npm hands no signal to what its shell started: whoever stops npm leaves us behind. So under npm we look whether it
 * is still there. Started by hand, also into the background, we outlive whoever started us, as is usual.
 */
function onceDeserted(act) {
  const first = callers()
  const look = setInterval(() => {
    if (callers() === first) return
    clearInterval(look)
    act()
  }, DESERTED_LOOK_MS)
  look.unref()
  return look
}

/**
 * Runs a program under the pinned Node, hands signals on, and resolves with its exit code. One that is held has a channel
 * to us, and so learns when we are gone, however we ended.
 */
export function runPinned(args, { env = {}, cwd = process.cwd(), isHeld = false } = {}) {
  const stdio = ['inherit', 'inherit', 'inherit', ...(isHeld ? ['ipc'] : [])]
  const child = spawn(nodeBin, args, { cwd, stdio, env: pinnedEnvironment(env) })
  const pass = (signal) => {
    // A keyboard interrupt has reached the child already; a second one would mean "at once" to it.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  }
  for (const signal of PASSED_SIGNALS) process.on(signal, pass)
  const look = process.env.npm_lifecycle_event ? onceDeserted(() => child.kill('SIGTERM')) : undefined
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      clearInterval(look)
      for (const name of PASSED_SIGNALS) process.off(name, pass)
      resolve(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
}
