/**
 * Where the wrapped keys of the workspaces live: outside the database and outside its backups, or yesterday's backup
 * would undo a destruction. One JSON file for each workspace under `workspaces/`; the wrapped keys in it open only
 * with the master key.
 * Promises that a change is whole or absent, that two processes never overwrite each other's change, and that a
 * destroyed workspace stays destroyed: its tombstone holds no key and forbids a new one under the same id.
 */
import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Randomness } from '../clock.ts'
import {
  createSecretFile,
  makeSecretFolder,
  namesIn,
  readSecretFile,
  replaceSecretFile,
  whileLocked,
  wipeAbandonedSideFiles,
  wipeSecretFile,
} from './durable-files.ts'
import { KeyTrouble } from './key-provider.ts'

export const KEY_FAMILIES = ['content', 'lookup', 'search'] as const
export type KeyFamily = (typeof KEY_FAMILIES)[number]

const KeptKey = Type.Object({
  family: Type.Union([Type.Literal('content'), Type.Literal('lookup'), Type.Literal('search')]),
  version: Type.Integer({ minimum: 1, maximum: 0xffff }),
  state: Type.Union([Type.Literal('active'), Type.Literal('retired')]),
  created_at: Type.String(),
  /** Until then a version opens but does not seal: every process must have learnt of it first. */
  seals_from: Type.String(),
  wrapped_by: Type.String(),
  /** Base64; null once retired. */
  wrapped: Type.Union([Type.String(), Type.Null()]),
})
export type KeptKey = Static<typeof KeptKey>

const KeyRing = Type.Object({ schema: Type.Literal(1), workspace: Type.String(), keys: Type.Array(KeptKey) })
export type KeyRing = Static<typeof KeyRing>

const StoreName = Type.Object({ schema: Type.Literal(1), id: Type.String(), master_key: Type.String() })

export interface KeyStore {
  /** Random, made once. The database remembers it and so notices that it was started beside another store. */
  readonly id: string
  /** Throws `workspace_unknown` or `workspace_destroyed`. */
  read(workspaceId: string): Promise<KeyRing>
  create(ring: KeyRing): Promise<void>
  /** Reads, changes and replaces a ring while nobody else does. */
  update(workspaceId: string, change: (ring: KeyRing) => KeyRing | Promise<KeyRing>): Promise<void>
  destroy(workspaceId: string, destroyed_at: Date): Promise<void>
}

const STORE_FILE = 'store.json'
const WORKSPACES = 'workspaces'
const RING_SUFFIX = '.json'
const TOMBSTONE_SUFFIX = '.destroyed'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** True when this folder has served before, so that a missing master key is a loss and not a first start. */
export async function fileKeyStoreIsUsed(folder: string): Promise<boolean> {
  await makeSecretFolder(join(folder, WORKSPACES))
  if ((await readSecretFile(join(folder, STORE_FILE))) !== null) return true
  return (await namesIn(join(folder, WORKSPACES))).some((name) => !name.startsWith('.'))
}

interface FileKeyStoreOptions {
  folder: string
  /** The id of the provider; a store that was filled under another master key is refused. */
  masterKeyId: string
  randomness: Randomness
}

export async function openFileKeyStore({ folder, masterKeyId, randomness }: FileKeyStoreOptions): Promise<KeyStore> {
  const workspaces = join(folder, WORKSPACES)
  await makeSecretFolder(workspaces)
  const id = await storeId(join(folder, STORE_FILE), masterKeyId, randomness)
  await wipeAbandonedSideFiles(workspaces)
  await finishDestructions(workspaces)
  return fileKeyStore(id, workspaces)
}

async function storeId(path: string, masterKeyId: string, randomness: Randomness): Promise<string> {
  const fresh = { schema: 1, id: randomness.bytes(16).toString('hex'), master_key: masterKeyId }
  if ((await readSecretFile(path)) === null) await createSecretFile(path, asFile(fresh))
  const name = parse(StoreName, await readSecretFile(path), path)
  if (name.master_key !== masterKeyId) {
    throw new KeyTrouble('other_master_key', `These keys were wrapped by ${name.master_key}, not by ${masterKeyId}`)
  }
  return name.id
}

/** A crash between the tombstone and the wiping leaves the ring behind; the tombstone has decided already. */
async function finishDestructions(workspaces: string): Promise<void> {
  for (const name of await namesIn(workspaces)) {
    if (!name.endsWith(TOMBSTONE_SUFFIX)) continue
    await wipeSecretFile(join(workspaces, name.slice(0, -TOMBSTONE_SUFFIX.length) + RING_SUFFIX))
  }
}

function fileKeyStore(id: string, workspaces: string): KeyStore {
  const ringPath = (workspaceId: string) => pathOf(workspaces, workspaceId, RING_SUFFIX)
  const tombstonePath = (workspaceId: string) => pathOf(workspaces, workspaceId, TOMBSTONE_SUFFIX)

  async function refuseDestroyed(workspaceId: string): Promise<void> {
    if ((await readSecretFile(tombstonePath(workspaceId))) === null) return
    throw new KeyTrouble('workspace_destroyed', `The keys of workspace ${workspaceId} were destroyed`)
  }

  async function read(workspaceId: string): Promise<KeyRing> {
    await refuseDestroyed(workspaceId)
    const bytes = await readSecretFile(ringPath(workspaceId))
    if (bytes === null) throw new KeyTrouble('workspace_unknown', `Workspace ${workspaceId} has no keys in this store`)
    const ring = parse(KeyRing, bytes, ringPath(workspaceId))
    if (ring.workspace === workspaceId) return ring
    throw new KeyTrouble('store_malformed', `${ringPath(workspaceId)} holds the keys of another workspace`)
  }

  async function alone(workspaceId: string, change: () => Promise<void>): Promise<void> {
    const lockPath = pathOf(workspaces, workspaceId, '.lock')
    if (await whileLocked(lockPath, change)) return
    throw new KeyTrouble('workspace_busy', `Another change of these keys does not end; its lock is ${lockPath}`)
  }

  return {
    id,
    read,
    create: (ring) =>
      alone(ring.workspace, async () => {
        await refuseDestroyed(ring.workspace)
        if (await createSecretFile(ringPath(ring.workspace), asFile(ring))) return
        throw new KeyTrouble('workspace_exists', `Workspace ${ring.workspace} has its keys already`)
      }),
    update: (workspaceId, change) =>
      alone(workspaceId, async () => {
        const next = await change(await read(workspaceId))
        await replaceSecretFile(ringPath(workspaceId), asFile(next))
      }),
    destroy: (workspaceId, destroyed_at) =>
      alone(workspaceId, async () => {
        const tombstone = { schema: 1, workspace: workspaceId, destroyed_at: destroyed_at.toISOString() }
        await createSecretFile(tombstonePath(workspaceId), asFile(tombstone))
        await wipeSecretFile(ringPath(workspaceId))
      }),
  }
}

function pathOf(workspaces: string, workspaceId: string, suffix: string): string {
  if (!UUID.test(workspaceId)) throw new TypeError('A workspace id is a lower-case UUID')
  return join(workspaces, workspaceId + suffix)
}

function asFile(content: object): Buffer {
  return Buffer.from(`${JSON.stringify(content, null, 2)}\n`)
}

function parse<T extends typeof KeyRing | typeof StoreName>(shape: T, bytes: Buffer | null, path: string): Static<T> {
  try {
    const content: unknown = JSON.parse(String(bytes))
    if (Value.Check(shape, content)) return content as Static<T>
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new KeyTrouble('store_malformed', `${path} is not a file of this key store`)
}
