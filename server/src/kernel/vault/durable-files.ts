/**
 * Small secret files that are whole or absent: written to a side file, flushed, put in place in one step, and the
 * folder flushed too, so that neither a crash nor a power cut leaves half a key.
 * Files are 0600 in folders of 0700. Refuses to read a secret that the group or others may read.
 */
import { randomUUID } from 'node:crypto'
import { type FileHandle, link, mkdir, open, readdir, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { KeyTrouble } from './key-provider.ts'

const OWNER_ONLY_FILE = 0o600
const OWNER_ONLY_FOLDER = 0o700
const OPEN_TO_OTHERS = 0o077

const LOCK_TRIES = 100
const LOCK_PAUSE_MS = 50
const SIDE_FILE = /^\.side-(\d+)-([0-9a-f-]+)\.\d+$/

/** Tells this run of the program from an earlier one that had the same process number, as in a container. */
const thisRun = randomUUID()
let sideFiles = 0

export async function makeSecretFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: OWNER_ONLY_FOLDER })
}

/** Puts a new file in place. False when that name exists already: whoever came first keeps it. */
export async function createSecretFile(path: string, bytes: Buffer): Promise<boolean> {
  const side = await writeSideFile(path, bytes)
  try {
    await link(side, path)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  } finally {
    await unlink(side)
  }
  await flushFolder(dirname(path))
  return true
}

/** Replaces a file in one step: a reader sees the old bytes or the new ones. */
export async function replaceSecretFile(path: string, bytes: Buffer): Promise<void> {
  const side = await writeSideFile(path, bytes)
  await rename(side, path)
  await flushFolder(dirname(path))
}

/** The bytes of a secret file, or null when there is none. */
export async function readSecretFile(path: string): Promise<Buffer | null> {
  const file = await openIfThere(path, 'r')
  if (!file) return null
  try {
    const stat = await file.stat()
    if ((stat.mode & OPEN_TO_OTHERS) !== 0) {
      throw new KeyTrouble('key_file_open_to_others', `${path} may be read by others: make it 0600 (chmod 600)`)
    }
    return await file.readFile()
  } finally {
    await file.close()
  }
}

/** Overwrites the bytes, then removes the name. A journalling disk may keep old blocks; what stood there was wrapped. */
export async function wipeSecretFile(path: string): Promise<void> {
  const file = await openIfThere(path, 'r+')
  if (!file) return
  try {
    const stat = await file.stat()
    await file.write(Buffer.alloc(stat.size), 0, stat.size, 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await unlink(path)
  await flushFolder(dirname(path))
}

export async function removeFile(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error
  })
}

/** Wipes side files whose writer died before it could put them in place. */
export async function wipeAbandonedSideFiles(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    const [, pid, run] = SIDE_FILE.exec(name) ?? []
    if (pid && run && !writerIsAlive(Number(pid), run)) await wipeSecretFile(join(folder, name))
  }
}

/**
 * Runs one change while no other process runs one under the same lock file. A lock whose holder died is taken over.
 * False when the lock stayed taken.
 */
export async function whileLocked(lockPath: string, change: () => Promise<void>): Promise<boolean> {
  const mark = Buffer.from(`${process.pid} ${thisRun}`)
  for (let tries = 0; !(await createSecretFile(lockPath, mark)); tries++) {
    if (tries === LOCK_TRIES) return false
    const [pid, run] = String(await readSecretFile(lockPath)).split(' ')
    if (pid && run && !writerIsAlive(Number(pid), run)) await removeFile(lockPath)
    else await setTimeout(LOCK_PAUSE_MS)
  }
  try {
    await change()
  } finally {
    await removeFile(lockPath)
  }
  return true
}

function writerIsAlive(pid: number, run: string): boolean {
  if (pid === process.pid) return run === thisRun
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

export async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).sort()
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

async function openIfThere(path: string, flags: string): Promise<FileHandle | null> {
  try {
    return await open(path, flags)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}

async function writeSideFile(path: string, bytes: Buffer): Promise<string> {
  const side = join(dirname(path), `.side-${process.pid}-${thisRun}.${sideFiles++}`)
  const file = await open(side, 'wx', OWNER_ONLY_FILE)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  return side
}

async function flushFolder(folder: string): Promise<void> {
  const opened = await open(folder, 'r')
  try {
    await opened.sync()
  } finally {
    await opened.close()
  }
}
