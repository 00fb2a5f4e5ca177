// One process at a time for work on the clone itself (installing, building). The lock is a folder in `.cache` with the
// holder's process id in it; the lock of a process that has died is taken over. Runs on any Node from 20 on.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
export const cacheFolder = join(root, '.cache')
const POLL_MS = 200

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function holderOf(folder) {
  try {
    return Number(readFileSync(join(folder, 'pid'), 'utf8')) || null
  } catch {
    return null
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Makes the lock folder with our id already in it, so that no one ever sees a lock without a holder. */
function take(folder) {
  const made = `${folder}.${process.pid}`
  rmSync(made, { recursive: true, force: true })
  mkdirSync(made, { recursive: true })
  writeFileSync(join(made, 'pid'), String(process.pid))
  try {
    // Renaming over a folder that is not empty fails: somebody holds the lock.
    renameSync(made, folder)
    return true
  } catch (error) {
    rmSync(made, { recursive: true, force: true })
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code)) throw error
    return false
  }
}

/** Sets the lock of a dead process aside. Another may have done so meanwhile, and then what we hold is a live one. */
function takeOver(folder, dead) {
  const aside = `${folder}.old.${process.pid}`
  try {
    renameSync(folder, aside)
    if (holderOf(aside) !== dead) renameSync(aside, folder)
  } catch {
    // Somebody was quicker; the next look tells.
  }
  rmSync(aside, { recursive: true, force: true })
}

/** Does `work` when nobody else does work of that name on this clone. */
export async function underLock(name, waiting, work) {
  const folder = join(cacheFolder, `${name}.lock`)
  mkdirSync(cacheFolder, { recursive: true })
  for (let looks = 0; !take(folder); looks++) {
    const holder = holderOf(folder)
    if (holder !== null && !isAlive(holder)) takeOver(folder, holder)
    else {
      if (looks === 0) process.stderr.write(`${waiting}\n`)
      await pause(POLL_MS)
    }
  }
  try {
    return await work()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
