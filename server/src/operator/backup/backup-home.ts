/**
 * `bin/desk backup-home`: the whole home into one file sealed under a passphrase, also while the desk works. Written
 * beside and put in place at the end, so a file under that name is a whole backup. Refuses to overwrite, and a place
 * inside the home, which the next backup would take with it.
 */
import { existsSync, realpathSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import type pg from 'pg'
import { type Config, readConfig } from '../../config.ts'
import { systemClock, systemRandomness } from '../../kernel/clock.ts'
import { StartRefusal } from '../../kernel/start-refusal.ts'
import { withClient } from '../../postgres/address.ts'
import { version } from '../../version.ts'
import type { Command, Voice } from '../command.ts'
import { type BackupArguments, readArguments } from './arguments.ts'
import { attempt } from './attempt.ts'
import { databaseEntries, sizeBelow } from './database-files.ts'
import { type Entry, packEntries } from './entries.ts'
import { keyEntries, otherEntries } from './home-files.ts'
import { type OpenDatabase, requireEmbedded, withEmbedded } from './open-database.ts'
import { readPassphrase, typistAt } from './passphrase.ts'
import { progressOf } from './progress.ts'
import { writeArchive } from './sealed-archive.ts'

/** Where the database lies in a home that was restored, wherever it lay before. */
const DATABASE_FOLDER = 'postgres/data'
const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
const MIB = 1024 * 1024

function checkPlace(file: string, { home }: Config): void {
  const folder = dirname(file)
  if (!existsSync(folder)) throw new StartRefusal(`There is no folder ${folder}.`)
  if (existsSync(file)) throw new StartRefusal(`${file} is there already; backups are never overwritten.`)
  const isInside = `${realpathSync(folder)}${sep}`.startsWith(`${realpathSync(home)}${sep}`)
  if (isInside) throw new StartRefusal(`${file} would lie inside the home; put it outside ${home}.`)
}

async function createBeside(making: string): Promise<FileHandle> {
  try {
    return await open(making, 'wx', FILE_MODE)
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error
    throw new StartRefusal(`${making} is there: another backup writes it, or one was killed; remove it then.`)
  }
}

type Source = {
  readonly client: pg.Client
  readonly home: string
  readonly dataFolder: string
  readonly size_bytes: number
}

async function* homeEntries(
  { client, home, dataFolder, size_bytes }: Source,
  isWithoutKeys: boolean,
): AsyncGenerator<Entry> {
  const { rows } = await client.query<{ name: string }>('select name from app.migration order by name')
  yield {
    kind: 'about',
    program: version,
    made_at: systemClock.now().toISOString(),
    migrations: rows.map(({ name }) => name),
    hasKeys: !isWithoutKeys,
    size_bytes,
  }
  yield { kind: 'folder', path: dirname(DATABASE_FOLDER), mode: FOLDER_MODE }
  let keys: Entry[] = []
  yield* databaseEntries(client, dataFolder, DATABASE_FOLDER, async () => {
    if (!isWithoutKeys) keys = await keyEntries(home)
  })
  yield* keys
  yield* otherEntries(home)
}

async function* counted(pieces: AsyncIterable<Buffer>, onBytes: (count: number) => void): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    onBytes(piece.length)
    yield piece
  }
}

async function write(
  config: Config,
  { superuser, dataFolder }: OpenDatabase,
  { file, isWithoutKeys }: BackupArguments,
  passphrase: string,
  voice: Voice,
): Promise<number> {
  const making = `${file}.making`
  const handle = await createBeside(making)
  const home = realpathSync(config.home)
  const size_bytes = (await sizeBelow(dataFolder)) + (await sizeBelow(join(home, 'files')))
  const work = async (signal: AbortSignal) => {
    await withClient(superuser, (client) => {
      const plain = packEntries(homeEntries({ client, home, dataFolder, size_bytes }, isWithoutKeys))
      const told = counted(plain, progressOf(voice, 'Backing up', size_bytes))
      return writeArchive(handle, told, { passphrase, randomness: systemRandomness, signal })
    })
    const { size } = await handle.stat()
    await rename(making, file)
    return size
  }
  try {
    return await attempt(work, () => rm(making, { force: true }))
  } finally {
    await handle.close()
  }
}

const WITH_KEYS =
  'It holds the keys: whoever has it and the passphrase reads everything. Keep the passphrase somewhere else.'
const WITHOUT_KEYS =
  'It does NOT hold the keys: alone it opens nothing that customers wrote. Back up the keys folder of the home apart.'

export const backupHome: Command = {
  words: 'backup-home',
  takes: '[--without-keys] [--passphrase-file FILE] FILE',
  says: 'write the home (embedded database, files, keys) into one sealed file, also while the desk runs',
  help:
    'FILE holds the state of the moment in which the copy of the database ended, sealed under a passphrase of at least\n' +
    '16 characters: typed, or the content of a file that only you may read (0600). There is no way to open it without.\n' +
    'With the keys (usual) one file brings the desk back, and whoever has file and passphrase reads everything; it also\n' +
    'brings back keys that were destroyed after it was made. --without-keys leaves them out: such a file opens nothing\n' +
    'that customers wrote until the keys folder is put back beside it.\n' +
    'For the embedded database only. The disk needs room for the log that grows meanwhile, and for FILE where it goes.\n' +
    'Exit code 0: FILE is whole. 1: refused or failed, and nothing was left behind.',
  async run(args, voice) {
    const given = readArguments(args)
    if (given === null) {
      voice.complain('Give one FILE to write; see bin/desk backup-home --help.')
      return 2
    }
    const config = readConfig()
    requireEmbedded(config, 'it is backed up by its own tools (docs/how-to/run-it-for-real.md).')
    const bytes = await withEmbedded(config, voice, async (database) => {
      checkPlace(given.file, config)
      const typist = typistAt(process.stdin, process.stderr)
      const passphrase = await readPassphrase({ file: given.passphraseFile, typist, isNew: true })
      return write(config, database, given, passphrase, voice)
    })
    voice.say(`Backed up: ${given.file}, ${(bytes / MIB).toFixed(1)} MiB.`)
    voice.say(given.isWithoutKeys ? WITHOUT_KEYS : WITH_KEYS)
    return 0
  },
}
