/**
 * A disk of a few hundred megabytes that a test can fill and empty again: a memory file system, mounted by root. Who is
 * not root cannot mount, and gets null. Unmounted at the end of the file, whatever still holds it.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { isRoot } from '#src/postgres/identity.ts'

export type SmallDisk = {
  readonly folder: string
  /** Writes until only so many bytes are free; to the last one with 0. */
  fill(left_bytes: number): void
  empty(): void
  free_bytes(): number
}

const PIECE = Buffer.alloc(256 * 1024, 1)
const PAGE = Buffer.alloc(4096, 1)

function mounted(folder: string, size_mib: number): void {
  const done = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size_mib}m,mode=0711`, 'central-desk-test', folder])
  if (done.status !== 0) throw new Error(`no small disk could be mounted: ${done.stderr}`)
}

/** Writes pieces until the limit or the end of the disk. */
function writeUntil(file: number, piece: Buffer, isEnough: () => boolean): void {
  try {
    while (!isEnough()) writeSync(file, piece)
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOSPC') throw error
  }
}

export function smallDisk(size_mib: number): SmallDisk | null {
  if (!isRoot()) return null
  const folder = mkdtempSync(join(tmpdir(), 'central-desk-disk-'))
  chmodSync(folder, 0o711)
  mounted(folder, size_mib)
  after(() => {
    // Lazily: a process that is just ending may still stand in it.
    spawnSync('umount', ['-l', folder])
    rmdirSync(folder)
  })
  const filler = join(folder, 'filler')
  const free_bytes = () => {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  }
  return {
    folder,
    free_bytes,
    fill(left_bytes) {
      const file = openSync(filler, 'a')
      writeUntil(file, PIECE, () => free_bytes() - PIECE.length < left_bytes)
      writeUntil(file, PAGE, () => free_bytes() <= left_bytes)
      closeSync(file)
    },
    empty: () => rmSync(filler, { force: true }),
  }
}
