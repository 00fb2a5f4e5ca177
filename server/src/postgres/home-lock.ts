/**
 * One program per home folder. The lock is one the operating system keeps (through SQLite, which ships with Node and
 * knows how to ask for it on each platform), so it is gone in the moment its holder is, however that ended; there is
 * no stale lock to judge. `running.json` beside it only tells others who holds it and how to reach the database.
 * Refuses a second start with a sentence that names the process.
 */
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StartRefusal } from '../kernel/start-refusal.ts'

export type Running = { readonly pid: number; readonly socketFolder: string | null }

export type HomeLock = {
  /** Tells other programs of this home how to reach the database. */
  record(socketFolder: string): void
  release(): void
}

const SQLITE_BUSY = 5

/** Locks held by this process. A lock that nothing refers to would be collected, and so released, at any time. */
const held = new Set<DatabaseSync>()

function takeLock(folder: string): DatabaseSync | null {
  const file = join(folder, 'desk.lock')
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(file, { timeout: 0 })
    lock.exec('pragma locking_mode = exclusive; begin exclusive')
    // Who can open the file can hold the lock, and the folder may be one that others pass through.
    chmodSync(file, 0o600)
    held.add(lock)
    return lock
  } catch (error) {
    lock?.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return null
    throw new StartRefusal(`The lock file in ${folder} cannot be used: ${(error as Error).message}`)
  }
}

function readRunning(folder: string): Running | null {
  try {
    return JSON.parse(readFileSync(join(folder, 'running.json'), 'utf8')) as Running
  } catch {
    return null
  }
}

function writeRunning(folder: string, running: Running): void {
  const made = join(folder, `running.json.${process.pid}`)
  writeFileSync(made, `${JSON.stringify(running)}\n`, { mode: 0o600 })
  renameSync(made, join(folder, 'running.json'))
}

export function lockHome(folder: string): HomeLock {
  const lock = takeLock(folder)
  if (!lock) {
    const pid = readRunning(folder)?.pid
    const holder = pid === undefined ? 'another process' : `process ${pid}`
    throw new StartRefusal(
      `Central Desk already runs on ${folder} (${holder}); stop it first, or set DESK_HOME to another folder.`,
    )
  }
  writeRunning(folder, { pid: process.pid, socketFolder: null })
  return {
    record: (socketFolder) => writeRunning(folder, { pid: process.pid, socketFolder }),
    release: () => {
      rmSync(join(folder, 'running.json'), { force: true })
      held.delete(lock)
      lock.close()
    },
  }
}

/** Who runs on this home now, or null when nobody does. */
export function whoRuns(folder: string): Running | null {
  const lock = takeLock(folder)
  if (!lock) return readRunning(folder)
  held.delete(lock)
  lock.close()
  return null
}
