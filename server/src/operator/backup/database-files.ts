/**
 * The files of the embedded database while it works, consistent to the moment of the end: PostgreSQL's own low-level
 * backup. Between its start and its stop every file is read in any order, whatever is written meanwhile; the log from
 * start to stop comes last and makes them one state when the copy is started. The log cannot be recycled before it was
 * read: a slot holds it, and goes with our connection.
 */
import { randomBytes } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import { assert } from '../../kernel/assert.ts'
import type { Entry } from './entries.ts'

const READ_AT_ONCE_BYTES = 256 * 1024
const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
/** Their contents mean nothing to another server; the folders must be there. */
const EMPTY_FOLDERS = new Set([
  ...['pg_wal', 'pg_replslot', 'pg_dynshmem', 'pg_notify', 'pg_serial'],
  ...['pg_snapshots', 'pg_stat_tmp', 'pg_subtrans', 'pg_tblspc'],
])
const FOLDERS_OF_LOG = ['pg_wal/archive_status', 'pg_wal/summaries']
/** Of this run of the server, or rebuilt by the next. */
const LEFT_OUT = /^(postmaster\.(pid|opts)|backup_label.*|tablespace_map.*|current_logfiles.*|.*\.auto\.conf\.tmp)$/
const REBUILT = /^(pg_internal\.init.*|pgsql_tmp.*|t\d+_\d+.*)$/
/** Says where the database ends and begins; read after all other files, as PostgreSQL's own tool does. */
const CONTROL_FILE = 'global/pg_control'
const SEGMENT = /^[0-9A-F]{24}$/

/** A file that is gone by now was dropped; the log says so too. */
export async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return null
    throw error
  }
}

export async function* piecesOf(file: FileHandle): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      // A buffer of its own each time: what was given out may still wait to be written.
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(READ_AT_ONCE_BYTES), 0, READ_AT_ONCE_BYTES)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

async function* fileAt(root: string, path: string, into: string): AsyncGenerator<Entry> {
  const file = await openIfThere(join(root, path))
  if (file) yield { kind: 'file', path: `${into}/${path}`, mode: FILE_MODE, content: piecesOf(file) }
}

async function* filesBelow(root: string, into: string, below = ''): AsyncGenerator<Entry> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch((): Dirent[] => [])
  for (const { name, isFolder } of entries.map((one) => ({ name: one.name, isFolder: one.isDirectory() }))) {
    const path = below === '' ? name : `${below}/${name}`
    if ((below === '' && LEFT_OUT.test(name)) || REBUILT.test(name) || path === CONTROL_FILE) continue
    if (!isFolder) {
      yield* fileAt(root, path, into)
      continue
    }
    yield { kind: 'folder', path: `${into}/${path}`, mode: FOLDER_MODE }
    if (!EMPTY_FOLDERS.has(path)) yield* filesBelow(root, into, path)
  }
}

/** Segments of the log from the first to the last that the copy needs. */
async function* logFiles(root: string, into: string, first: string, last: string): AsyncGenerator<Entry> {
  for (const path of FOLDERS_OF_LOG) yield { kind: 'folder', path: `${into}/${path}`, mode: FOLDER_MODE }
  const names = (await readdir(join(root, 'pg_wal'))).filter((name) => SEGMENT.test(name))
  const needed = names.filter((name) => name >= first && name <= last).sort()
  assert(needed[0] === first, `the first needed segment of the log, ${first}, is still there`)
  for (const name of needed) yield* fileAt(join(root, 'pg_wal'), name, `${into}/pg_wal`)
}

type Stopped = { label: string; last: string }

/**
 * Every entry of the copy. `client` is a superuser's connection that nobody else uses meanwhile. `onStop` is told the
 * moment to which the copy will be consistent: what lies beside the database is read after it.
 */
export async function* databaseEntries(
  client: pg.Client,
  dataFolder: string,
  into: string,
  onStop: () => Promise<void>,
): AsyncGenerator<Entry> {
  const slot = `central_desk_backup_${randomBytes(6).toString('hex')}`
  await client.query('select pg_create_physical_replication_slot($1, true, true)', [slot])
  await client.query("select pg_backup_start('central-desk backup-home', true)")
  yield { kind: 'folder', path: into, mode: FOLDER_MODE }
  yield* filesBelow(dataFolder, into)
  yield* fileAt(dataFolder, CONTROL_FILE, into)
  const { rows } = await client.query<Stopped>(
    'select labelfile as label, pg_walfile_name(lsn) as last from pg_backup_stop(false)',
  )
  await onStop()
  const { label = '', last = '' } = rows[0] ?? {}
  const [, first = ''] = /\(file ([0-9A-F]{24})\)/.exec(label) ?? []
  assert(SEGMENT.test(first) && SEGMENT.test(last), 'the backup says which segments it needs')
  yield { kind: 'file', path: `${into}/backup_label`, mode: FILE_MODE, content: [Buffer.from(label)] }
  yield* logFiles(dataFolder, into, first, last)
}

/** Bytes of all files below a folder, for the progress of a run; what comes and goes meanwhile does not matter. */
export async function sizeBelow(folder: string): Promise<number> {
  let size_bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => [])) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) size_bytes += await sizeBelow(path)
    else size_bytes += (await stat(path).catch(() => null))?.size ?? 0
  }
  return size_bytes
}
