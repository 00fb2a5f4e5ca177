/**
 * Sealed files on disk, under `<folder>/<workspace>/<last two digits of the id>/<id>`. A file appears under its name
 * whole and flushed, or not at all: it is written beside, flushed, renamed, and the folder flushed. Only sealed bytes
 * are ever written. Folders are 0700, files 0600.
 */
import { type FileHandle, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Randomness } from '../../kernel/clock.ts'
import { type FilePlace, sealFile } from '../../kernel/vault/index.ts'

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
/** Files on their way in. On the same disk as the rest, or the rename would be a copy. */
const INCOMING = '.incoming'

export interface FileStore {
  /** Seals what comes and answers the key, once the file is safely in place. */
  write(place: FilePlace, plain: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer>
  open(place: FilePlace): Promise<FileHandle>
  /** A file that is gone already is as good as removed. */
  remove(place: FilePlace): Promise<void>
  /** Removes what was left on its way in before that moment: its writer died. */
  removeAbandoned(before: Date): Promise<void>
}

export function createFileStore(folder: string, randomness: Randomness): FileStore {
  const incoming = join(folder, INCOMING)
  const pathOf = ({ workspaceId, fileId }: FilePlace) => join(folder, workspaceId, fileId.slice(-2), fileId)

  return {
    async write(place, plain) {
      await mkdir(incoming, { recursive: true, mode: FOLDER_MODE })
      const side = join(incoming, place.fileId)
      const { key, chunks } = sealFile(place, plain, randomness)
      try {
        await writeWhole(side, chunks)
        await putInPlace(side, pathOf(place))
      } catch (error) {
        await removeIfThere(side)
        throw error
      }
      return key
    },
    open: (place) => open(pathOf(place), 'r'),
    remove: (place) => removeIfThere(pathOf(place)),
    async removeAbandoned(before) {
      for (const name of await namesIn(incoming)) {
        const path = join(incoming, name)
        const found = await stat(path).catch(ignoreMissing)
        if (found && found.mtime < before) await removeIfThere(path)
      }
    },
  }
}

async function writeWhole(path: string, chunks: AsyncIterable<Buffer>): Promise<void> {
  const file = await open(path, 'wx', FILE_MODE)
  try {
    await file.writeFile(chunks)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function putInPlace(side: string, path: string): Promise<void> {
  const made = await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE })
  await rename(side, path)
  await flushFolder(dirname(path))
  // New folders are names in their parents, which must last as long as the file does.
  if (made === undefined) return
  let folder = dirname(path)
  while (folder !== dirname(made)) {
    folder = dirname(folder)
    await flushFolder(folder)
  }
}

async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(ignoreMissing)) ?? []
}

async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch(ignoreMissing)
}

function ignoreMissing(error: unknown): undefined {
  if ((error as { code?: string }).code !== 'ENOENT') throw error
}
