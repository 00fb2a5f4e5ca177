/**
 * As whom the database runs. PostgreSQL refuses root, so root gives its rights away first: to uid 65534 where that
 * one can enter the folders, else inside a user namespace of its own. An ordinary user runs it as itself (one without
 * a name inside such a namespace too).
 * Whether an identity can do a thing is found out by letting it try, never by computing from modes: access lists,
 * mounts and containers make such sums wrong.
 */
import { type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { chownSync, lstatSync, readdirSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'

export type Identity = {
  readonly name: 'own' | 'dropped' | 'namespaced'
  /** What stands in front of a command. */
  readonly prefix: readonly string[]
  readonly spawnAs: Pick<SpawnOptions, 'uid' | 'gid'>
  /** Who must own the files it writes; null when that is always so. */
  readonly owner: { readonly uid: number; readonly gid: number } | null
}

const NOBODY = 65534

/** Nothing of our own environment reaches the database: it may hold secrets, and PG* variables change behaviour. */
const BARE_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' }

export const OWN_IDENTITY: Identity = { name: 'own', prefix: [], spawnAs: {}, owner: null }

export function droppedIdentity(uid = NOBODY, gid = NOBODY): Identity {
  return { name: 'dropped', prefix: [], spawnAs: { uid, gid }, owner: { uid, gid } }
}

/** Outside the namespace these processes are still root's, without its special rights: root must own their files. */
export const NAMESPACED_IDENTITY: Identity = {
  name: 'namespaced',
  prefix: ['unshare', '-U', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`],
  spawnAs: {},
  owner: { uid: 0, gid: 0 },
}

export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** Containers run programs under numbers that no user bears, and initdb asks for the name. */
function hasName(): boolean {
  try {
    return userInfo().username !== ''
  } catch {
    return false
  }
}

/** Spawns `command` as that identity, in the root folder, with a bare environment. */
export function spawnAs(identity: Identity, command: readonly string[], options: SpawnOptions) {
  const [program, ...args] = [...identity.prefix, ...command] as [string, ...string[]]
  return spawn(program, args, { cwd: '/', env: BARE_ENVIRONMENT, ...identity.spawnAs, ...options })
}

/** Runs `command` to its end as that identity. Status null: it could not be started, or a signal ended it. */
export function runAs(identity: Identity, command: readonly string[]): { status: number | null; said: string } {
  const [program, ...args] = [...identity.prefix, ...command] as [string, ...string[]]
  const options = { cwd: '/', env: BARE_ENVIRONMENT, encoding: 'utf8', ...identity.spawnAs } as const
  const done = spawnSync(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  return { status: done.status, said: `${done.stderr ?? ''}${done.stdout ?? ''}${done.error?.message ?? ''}`.trim() }
}

export function canEnter(identity: Identity, folder: string): boolean {
  return runAs(identity, ['/bin/sh', '-c', 'cd -- "$1"', 'sh', folder]).status === 0
}

/**
 * Who runs the database of `dataFolder` (which need not be there yet): null when nobody we can be may enter its
 * parent. Root leaves a data folder of an ordinary user to that user, or the user could not start it again.
 */
export function identityFor(dataFolder: string, parent: string): Identity | null {
  if (!isRoot()) return hasName() || !canEnter(NAMESPACED_IDENTITY, parent) ? OWN_IDENTITY : NAMESPACED_IDENTITY
  const found = statSync(dataFolder, { throwIfNoEntry: false })
  const isOfUser = found !== undefined && found.uid !== 0 && found.uid !== NOBODY
  const choices = isOfUser ? [droppedIdentity(found.uid, found.gid)] : [droppedIdentity(), NAMESPACED_IDENTITY]
  return choices.find((identity) => canEnter(identity, parent)) ?? null
}

/** Gives a folder and all in it to an identity, as when the way to run the database has changed since last time. */
export function giveTo(identity: Identity, folder: string): void {
  if (!identity.owner || !isRoot()) return
  const { uid, gid } = identity.owner
  const found = lstatSync(folder)
  if (found.uid === uid && found.gid === gid) return
  if (found.isDirectory()) for (const name of readdirSync(folder)) giveTo(identity, join(folder, name))
  // The folder itself comes last: a run that was cut short begins again where it stopped.
  if (!found.isSymbolicLink()) chownSync(folder, uid, gid)
}
