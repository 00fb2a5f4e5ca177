/**
 * `bin/desk restore-home`: a home out of one file, into DESK_HOME. Everything is laid out in a folder beside it and put
 * in place by one rename at the end: a home is there whole, or not at all. Refuses a home that holds anything, a wrong
 * passphrase, a file that was cut short or changed, and one of a newer program, each with a sentence.
 */
import { existsSync, readdirSync, rmdirSync } from 'node:fs'
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Config, readConfig } from '../../config.ts'
import { readMigrations } from '../../kernel/migrate.ts'
import { MIGRATIONS_FOLDER } from '../../kernel/prepare-database.ts'
import { freeBytes } from '../../kernel/disk.ts'
import { StartRefusal } from '../../kernel/start-refusal.ts'
import { isRoot } from '../../postgres/identity.ts'
import type { Command, Voice } from '../command.ts'
import { readArguments } from './arguments.ts'
import { attempt } from './attempt.ts'
import { type About, type FileEntry, type Folder, type Sink, unpackEntries } from './entries.ts'
import { requireEmbedded } from './open-database.ts'
import { readPassphrase, typistAt } from './passphrase.ts'
import { progressOf } from './progress.ts'
import { readArchive } from './sealed-archive.ts'

const MIB = 1024 * 1024
/** What may stand in a restored file: to its owner, and nothing to others. */
const MODE_MASK = 0o700
/** Root serves the database as another user, who must be let through to it. */
const PASSABLE = 0o711

function requireEmpty(home: string): void {
  if (!existsSync(home)) return
  let names: string[]
  try {
    names = readdirSync(home)
  } catch {
    throw new StartRefusal(`${home} is no folder.`)
  }
  if (names.length > 0) throw new StartRefusal(`${home} is not empty; a home is only restored where there is none.`)
}

function checkAbout(about: About, name: string, folder: string): void {
  const known = new Set(readMigrations(MIGRATIONS_FOLDER).map((migration) => migration.name))
  const unknown = about.migrations.find((migration) => !known.has(migration))
  if (unknown) {
    throw new StartRefusal(
      `${name} was made by a newer version of Central Desk (${about.program}, migration ${unknown}); restore it with that version.`,
    )
  }
  const free_bytes = freeBytes(folder)
  if (free_bytes >= about.size_bytes) return
  const [free, needed] = [free_bytes, about.size_bytes].map((bytes) => Math.ceil(bytes / MIB))
  throw new StartRefusal(`There is no room for it in ${folder}: it needs ${needed} MiB and ${free} MiB are free.`)
}

type Restored = { about: About | null }

/** Writes entries below a folder; `restored` learns what they are about. */
function sinkInto(folder: string, name: string, voice: Voice, restored: Restored): Sink {
  let tell: (count: number) => void = () => {}
  return {
    async about(about) {
      checkAbout(about, name, folder)
      tell = progressOf(voice, 'Restoring', about.size_bytes)
      restored.about = about
    },
    folder: async ({ path, mode }: Folder) => {
      await mkdir(join(folder, path), { mode: mode & MODE_MASK })
    },
    async file({ path, mode }: FileEntry) {
      const file = await open(join(folder, path), 'wx', mode & MODE_MASK)
      return {
        async write(piece) {
          for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten
          tell(piece.length)
        },
        async close() {
          await file.sync()
          await file.close()
        },
      }
    },
  }
}

async function putInPlace(made: string, home: string): Promise<void> {
  if (isRoot()) for (const path of [made, join(made, 'postgres')]) await chmod(path, PASSABLE)
  if (existsSync(home)) rmdirSync(home)
  await rename(made, home)
  const parent = await open(dirname(home), 'r')
  await parent.sync().finally(() => parent.close())
}

async function restore({ home }: Config, file: string, passphrase: string, voice: Voice): Promise<About> {
  const parent = dirname(home)
  const made = join(parent, `.${basename(home)}.restoring`)
  await mkdir(parent, { recursive: true })
  if (existsSync(made)) {
    throw new StartRefusal(`${made} is there: another restore works on it, or one was killed; remove it then.`)
  }
  const archive = await open(file, 'r').catch((error: { code?: string }) => {
    throw new StartRefusal(`${file} cannot be read (${error.code}).`)
  })
  const restored: Restored = { about: null }
  const work = async (signal: AbortSignal) => {
    await mkdir(made, { mode: 0o700 })
    const name = basename(file)
    const sink = sinkInto(made, name, voice, restored)
    await readArchive(archive, { name, passphrase, signal }, (plain) => unpackEntries(plain, sink))
    await putInPlace(made, home)
  }
  try {
    await attempt(work, () => rm(made, { recursive: true, force: true }))
  } finally {
    await archive.close()
  }
  if (!restored.about) throw new StartRefusal(`${file} holds nothing.`)
  return restored.about
}

export const restoreHome: Command = {
  words: 'restore-home',
  takes: '[--passphrase-file FILE] FILE',
  says: 'bring a home back from a file of backup-home, into an empty DESK_HOME',
  help:
    'DESK_HOME must not be there yet, or be an empty folder. Run it as the user who will run the desk. The home appears\n' +
    'whole at the end, or not at all. Then start the desk, sign in, and open an old conversation with an attachment.\n' +
    'A backup made --without-keys needs its keys folder put into the home before the start.\n' +
    'Exit code 0: the home is there. 1: refused or failed, and nothing was left behind.',
  async run(args, voice) {
    const given = readArguments(args)
    if (given === null || given.isWithoutKeys) {
      voice.complain('Give one FILE to read; see bin/desk restore-home --help.')
      return 2
    }
    const config = readConfig()
    requireEmbedded(config, 'a home is restored with the embedded one.')
    requireEmpty(config.home)
    const typist = typistAt(process.stdin, process.stderr)
    const passphrase = await readPassphrase({ file: given.passphraseFile, typist, isNew: false })
    const about = await restore(config, given.file, passphrase, voice)
    voice.say(`Restored: ${config.home}, as it was on ${about.made_at}.`)
    if (!about.hasKeys) voice.say(`Without keys: put the keys folder into ${config.home} before you start the desk.`)
    return 0
  },
}
