/**
 * What a home holds beside its database: keys, sealed files, whatever else lies there; not the locks, logs and notes of
 * a running program. Read after the database's own moment of consistency, so that no row is restored whose key or file
 * is missing: both are made before the row that needs them.
 */
import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openIfThere, piecesOf } from './database-files.ts'
import type { Entry } from './entries.ts'

export const KEYS = 'keys'
const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
/** The database comes its own way; the rest is of the program that runs now. */
const NOT_OF_THE_HOME = /^(postgres|postgres\.json|postgres\.log.*|desk\.lock.*|running\.json.*)$/
/** Files of the key store and of uploads that are being written. */
const ON_THEIR_WAY = /^(\.side-.*|\.incoming|.*\.lock)$/

/** All key files at one moment, in memory: they are small, and a moment later a version may have been retired. */
export async function keyEntries(home: string): Promise<Entry[]> {
  const entries: Entry[] = []
  const visit = async (path: string) => {
    entries.push({ kind: 'folder', path, mode: FOLDER_MODE })
    for (const entry of await readdir(join(home, path), { withFileTypes: true })) {
      if (ON_THEIR_WAY.test(entry.name)) continue
      const inner = `${path}/${entry.name}`
      if (entry.isDirectory()) await visit(inner)
      else entries.push({ kind: 'file', path: inner, mode: FILE_MODE, content: [await readFile(join(home, inner))] })
    }
  }
  await visit(KEYS)
  return entries
}

/** Everything else. A file that goes away meanwhile was swept, and its row was before it. */
export async function* otherEntries(home: string, below = ''): AsyncGenerator<Entry> {
  const entries = await readdir(join(home, below), { withFileTypes: true }).catch((): Dirent[] => [])
  for (const { name } of entries) {
    if (below === '' ? NOT_OF_THE_HOME.test(name) || name === KEYS : ON_THEIR_WAY.test(name)) continue
    const path = below === '' ? name : `${below}/${name}`
    // Follows a link: a folder that was moved to another disk belongs to the home all the same.
    const found = await stat(join(home, path)).catch(() => null)
    if (found?.isDirectory()) {
      yield { kind: 'folder', path, mode: FOLDER_MODE }
      yield* otherEntries(home, path)
    } else if (found?.isFile()) {
      const file = await openIfThere(join(home, path))
      if (file) yield { kind: 'file', path, mode: FILE_MODE, content: piecesOf(file) }
    }
  }
}
