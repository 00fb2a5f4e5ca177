// Brings a fresh clone to the point where the pinned Node can run the project. Runs on any Node from 20 on and
// imports no package. Promises: one install at a time (a lock folder), none when nothing changed (a stamp), and
// nothing but the called program's own words on standard output. Refuses with one sentence when npm fails.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
export const nodeBin = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
const stampFile = join(root, 'node_modules', '.central-desk-stamp')
const lockFolder = join(root, '.cache', 'install.lock')
const LOCK_STALE_MS = 10 * 60_000
const LOCK_POLL_MS = 250

function wantedStamp() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`)
  hash.update(readFileSync(join(root, 'package-lock.json')))
  return hash.digest('hex')
}

function isInstalled() {
  return existsSync(nodeBin) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wantedStamp()
}

/** Makes the lock folder; false when another process holds it. A lock older than ten minutes is taken over. */
function takeLock() {
  mkdirSync(dirname(lockFolder), { recursive: true })
  try {
    mkdirSync(lockFolder)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    const age = Date.now() - (statSync(lockFolder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > LOCK_STALE_MS) rmSync(lockFolder, { recursive: true, force: true })
    return false
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Installs what the lockfile pins, without scripts, unless that is already there. */
export async function ensureInstalled() {
  while (!isInstalled()) {
    if (!takeLock()) {
      await pause(LOCK_POLL_MS)
      continue
    }
    try {
      if (isInstalled()) return
      process.stderr.write('Installing the pinned packages (once) ...\n')
      const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
      const options = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error']
      const done = spawnSync(npm, options, { cwd: root, stdio: ['ignore', 2, 2] })
      if (done.status !== 0 || !existsSync(nodeBin)) {
        process.stderr.write('npm could not install the packages of package-lock.json; its own words stand above.\n')
        process.exit(1)
      }
      writeFileSync(stampFile, wantedStamp())
    } finally {
      rmSync(lockFolder, { recursive: true, force: true })
    }
  }
}

/** Runs a program under the pinned Node, hands signals on, and resolves with its exit code. */
export function runPinned(args, { env = {} } = {}) {
  const path = `${dirname(nodeBin)}:${process.env.PATH ?? ''}`
  const child = spawn(nodeBin, args, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path, ...env } })
  const pass = (signal) => child.kill(signal)
  process.on('SIGTERM', pass).on('SIGINT', pass).on('SIGHUP', pass)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)))
  })
}
