/**
 * A database that outlived its program. Normally the guard of server-process.ts stops it; when that was killed too,
 * the next start finds it here, by the folder it works in rather than by a number that another process may bear by
 * now, and stops it. Called only under the home lock, so whatever still works in the folder belongs to nobody.
 * Refuses with a sentence when it cannot be stopped.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { StartRefusal } from '../kernel/start-refusal.ts'

const FAST_STOP_LIMIT_MS = 30_000
const HARD_STOP_LIMIT_MS = 5_000
const LOOK_EVERY_MS = 50
const SOCKET_FOLDER_LINE = 4
/** How socket folders are named: nothing else is ever removed by the word of a file. */
export const SOCKET_FOLDER_PREFIX = 'central-desk-socket-'

/** The lines of postmaster.pid, which PostgreSQL writes when it starts and removes when it has ended well. */
function pidFile(dataFolder: string): string[] {
  const file = join(dataFolder, 'postmaster.pid')
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
}

/** The number in postmaster.pid, whoever bears it now. */
export function postmasterPid(dataFolder: string): number | null {
  const pid = Number(pidFile(dataFolder)[0])
  return Number.isInteger(pid) && pid > 0 ? pid : null
}

function works(pid: string, dataFolder: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === dataFolder
  } catch {
    return false
  }
}

/** Processes that work in the data folder. Every process of PostgreSQL does. */
function processesIn(dataFolder: string): number[] {
  if (process.platform === 'linux') {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    return pids.filter((pid) => works(pid, dataFolder)).map(Number)
  }
  const pid = postmasterPid(dataFolder)
  if (pid === null) return []
  const shown = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  return shown.stdout.includes(dataFolder) ? [pid] : []
}

async function isGone(dataFolder: string, limit_ms: number): Promise<boolean> {
  for (let waited_ms = 0; waited_ms < limit_ms; waited_ms += LOOK_EVERY_MS) {
    if (processesIn(dataFolder).length === 0) return true
    await pause(LOOK_EVERY_MS)
  }
  return processesIn(dataFolder).length === 0
}

function signal(pid: number, name: 'SIGINT' | 'SIGQUIT'): void {
  try {
    process.kill(pid, name)
  } catch {
    // Gone meanwhile, or not ours: the next look tells.
  }
}

/** Leaves nothing running on the data folder (a path without links in it). */
export async function endOrphans(dataFolder: string, log: (sentence: string) => void): Promise<void> {
  const found = processesIn(dataFolder)
  const socketFolder = pidFile(dataFolder)[SOCKET_FOLDER_LINE] ?? ''
  if (found.length > 0) {
    log('A database of an earlier run is still there; stopping it.')
    const postmaster = postmasterPid(dataFolder)
    const first = postmaster !== null && found.includes(postmaster) ? [postmaster] : found
    for (const pid of first) signal(pid, 'SIGINT')
    if (!(await isGone(dataFolder, FAST_STOP_LIMIT_MS))) {
      for (const pid of processesIn(dataFolder)) signal(pid, 'SIGQUIT')
      if (!(await isGone(dataFolder, HARD_STOP_LIMIT_MS))) {
        const left = processesIn(dataFolder).join(', ')
        throw new StartRefusal(`A database still runs on ${dataFolder} (process ${left}) and cannot be stopped.`)
      }
    }
  }
  if (basename(socketFolder).startsWith(SOCKET_FOLDER_PREFIX)) rmSync(socketFolder, { recursive: true, force: true })
  // Nobody works here. PostgreSQL would still refuse when some other process bears the number in this file now.
  rmSync(join(dataFolder, 'postmaster.pid'), { force: true })
}
