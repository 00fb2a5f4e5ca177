/**
 * The vault: makes, opens, rotates, retires and destroys the keys of workspaces.
 * Each workspace has three families (content, look-up, search) with versions of their own, so that rotating what seals
 * messages never moves the hashes by which a phone number is found.
 * Unwrapped keys stay in memory for a minute at most; a new version opens at once and seals only when every process
 * must have learnt of it; a version is retired only when no process can still be sealing with it.
 */
import type { Clock, Randomness } from '../clock.ts'
import { type KeyContext, type KeyProvider, KeyTrouble } from './key-provider.ts'
import { KEY_FAMILIES, type KeptKey, type KeyFamily, type KeyRing, type KeyStore } from './key-store.ts'
import { KEY_BYTES, secretKey } from './primitives.ts'
import { type SealCounts, type UnwrappedKey, type WorkspaceKeys, workspaceKeys } from './workspace-keys.ts'

export const KEYS_IN_MEMORY_MS = 60_000
/** Twice the time in memory: once for the stale copy to run out, once as margin for work that still holds one. */
export const NEW_VERSION_SEALS_AFTER_MS = 2 * KEYS_IN_MEMORY_MS

export interface NewVersion {
  version: number
  seals_from: Date
}

/** What may be told of a key: everything but the key. */
export interface KeptVersion {
  family: KeyFamily
  version: number
  state: 'active' | 'retired'
  created_at: Date
  seals_from: Date
  /** From then on no process seals with an older one, so what stands under an older one can be found once and for all. */
  settled_at: Date
}

export interface Vault {
  readonly storeId: string
  create(workspaceId: string): Promise<WorkspaceKeys>
  open(workspaceId: string): Promise<WorkspaceKeys>
  /** Newest first in each family, retired ones among them. */
  versions(workspaceId: string): Promise<KeptVersion[]>
  rotateContent(workspaceId: string): Promise<NewVersion>
  /** Forgets a content version. The caller has sealed everything under it anew; nothing sealed by it opens again. */
  retireContent(workspaceId: string, version: number): Promise<void>
  /** Begins a re-index: the new version is queried at once and written from `seals_from` on. */
  rotateIndex(workspaceId: string, family: 'lookup' | 'search'): Promise<NewVersion>
  /** Ends a re-index: hashes and tokens of that version are found no more. */
  retireIndex(workspaceId: string, family: 'lookup' | 'search', version: number): Promise<void>
  /** Makes everything of the workspace unreadable, for good. */
  destroy(workspaceId: string): Promise<void>
  /** Whether the key provider answers: wraps and unwraps a key that serves nothing else. Throws `KeyTrouble`. */
  check(): Promise<void>
}

interface VaultOptions {
  provider: KeyProvider
  store: KeyStore
  clock: Clock
  randomness: Randomness
}

export function createVault(options: VaultOptions): Vault {
  const { provider, store, clock } = options
  const memory = new KeyMemory(clock)
  const sealCounts = new Map<string, SealCounts>()

  async function unwrapRing(workspaceId: string): Promise<WorkspaceKeys> {
    const ring = await store.read(workspaceId)
    const unwrapped = await Promise.all(
      ring.keys.filter(isActive).map((kept) => unwrapKey(provider, workspaceId, kept)),
    )
    const counts = sealCounts.get(workspaceId) ?? new Map()
    sealCounts.set(workspaceId, counts)
    return workspaceKeys({ ...options, workspaceId, unwrapped, sealCounts: counts })
  }

  const open = (workspaceId: string) => memory.get(workspaceId, () => unwrapRing(workspaceId))

  async function rotate(workspaceId: string, family: KeyFamily): Promise<NewVersion> {
    const seals_from = new Date(clock.now().getTime() + NEW_VERSION_SEALS_AFTER_MS)
    let version = 0
    await store.update(workspaceId, async (ring) => {
      version = 1 + Math.max(0, ...ring.keys.filter((kept) => kept.family === family).map((kept) => kept.version))
      return { ...ring, keys: [...ring.keys, await newKey(options, workspaceId, { family, version, seals_from })] }
    })
    memory.forget(workspaceId)
    return { version, seals_from }
  }

  async function retire(workspaceId: string, family: KeyFamily, version: number): Promise<void> {
    await store.update(workspaceId, (ring) => {
      refuseInUse(ring, family, version, clock.now())
      return { ...ring, keys: ring.keys.map((kept) => (is(kept, family, version) ? retired(kept) : kept)) }
    })
    memory.forget(workspaceId)
  }

  return {
    storeId: store.id,
    async create(workspaceId) {
      const first = KEY_FAMILIES.map((family) =>
        newKey(options, workspaceId, { family, version: 1, seals_from: clock.now() }),
      )
      await store.create({ schema: 1, workspace: workspaceId, keys: await Promise.all(first) })
      return open(workspaceId)
    },
    open,
    async versions(workspaceId) {
      const { keys } = await store.read(workspaceId)
      return keys.map(factsOf).sort((a, b) => a.family.localeCompare(b.family) || b.version - a.version)
    },
    async check() {
      const context = { purpose: 'readiness' }
      const key = options.randomness.bytes(KEY_BYTES)
      const unwrapped = await provider.unwrap(context, await provider.wrap(context, key))
      if (!unwrapped.equals(key)) throw new KeyTrouble('provider_refused', 'The key provider gave back another key.')
    },
    rotateContent: (workspaceId) => rotate(workspaceId, 'content'),
    retireContent: (workspaceId, version) => retire(workspaceId, 'content', version),
    rotateIndex: rotate,
    retireIndex: retire,
    async destroy(workspaceId) {
      try {
        await store.destroy(workspaceId, clock.now())
      } finally {
        memory.forget(workspaceId)
        sealCounts.delete(workspaceId)
      }
    },
  }
}

function factsOf({ family, version, state, created_at, seals_from }: KeptKey): KeptVersion {
  const from_ms = Date.parse(seals_from)
  const settled_at = new Date(from_ms + KEYS_IN_MEMORY_MS)
  return { family, version, state, created_at: new Date(created_at), seals_from: new Date(from_ms), settled_at }
}

function isActive(kept: KeptKey): boolean {
  return kept.state === 'active'
}

function is(kept: KeptKey, family: KeyFamily, version: number): boolean {
  return kept.family === family && kept.version === version
}

function retired(kept: KeptKey): KeptKey {
  return { ...kept, state: 'retired', wrapped: null }
}

/** A version may go once a newer one has been sealing for longer than any process remembers the older as newest. */
function refuseInUse(ring: KeyRing, family: KeyFamily, version: number, now: Date): void {
  const isSucceeded = ring.keys.some(
    (kept) => kept.family === family && isActive(kept) && kept.version > version && factsOf(kept).settled_at <= now,
  )
  if (ring.keys.some((kept) => is(kept, family, version) && isActive(kept)) && isSucceeded) return
  throw new KeyTrouble('version_in_use', `Version ${version} of the ${family} keys cannot be retired now`)
}

function contextOf(workspaceId: string, family: KeyFamily, version: number): KeyContext {
  return { workspace: workspaceId, family, version: String(version) }
}

async function newKey(
  { provider, clock, randomness }: VaultOptions,
  workspaceId: string,
  { family, version, seals_from }: NewVersion & { family: KeyFamily },
): Promise<KeptKey> {
  const secret = randomness.bytes(KEY_BYTES)
  const wrapped = await provider.wrap(contextOf(workspaceId, family, version), secret)
  secret.fill(0)
  return {
    family,
    version,
    state: 'active',
    created_at: clock.now().toISOString(),
    seals_from: seals_from.toISOString(),
    wrapped_by: provider.id,
    wrapped: wrapped.toString('base64'),
  }
}

async function unwrapKey(provider: KeyProvider, workspaceId: string, kept: KeptKey): Promise<UnwrappedKey> {
  const wrapped = Buffer.from(kept.wrapped ?? '', 'base64')
  const bytes = await provider.unwrap(contextOf(workspaceId, kept.family, kept.version), wrapped)
  const secret = secretKey(bytes)
  bytes.fill(0)
  return { family: kept.family, version: kept.version, seals_from: new Date(kept.seals_from), secret }
}

interface Remembered {
  keys: Promise<WorkspaceKeys>
  forget_at_ms: number
}

/**
 * Opened keys by workspace. Concurrent openings share one; a failed one is not remembered; whatever is older than the
 * limit is dropped by the next opening of any workspace and, when nobody opens anything, by a timer.
 */
class KeyMemory {
  /** In the order they were opened, which is the order in which they run out. */
  readonly #remembered = new Map<string, Remembered>()
  readonly #clock: Clock
  #timer: NodeJS.Timeout | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get(workspaceId: string, unwrap: () => Promise<WorkspaceKeys>): Promise<WorkspaceKeys> {
    this.#dropOutdated()
    const known = this.#remembered.get(workspaceId)
    if (known) return known.keys
    const entry = { keys: unwrap(), forget_at_ms: this.#clock.now().getTime() + KEYS_IN_MEMORY_MS }
    this.#remembered.set(workspaceId, entry)
    entry.keys.catch(() => {
      if (this.#remembered.get(workspaceId) === entry) this.#remembered.delete(workspaceId)
    })
    this.#timer ??= setInterval(() => this.#dropOutdated(), KEYS_IN_MEMORY_MS).unref()
    return entry.keys
  }

  forget(workspaceId: string): void {
    this.#remembered.delete(workspaceId)
  }

  #dropOutdated(): void {
    const now_ms = this.#clock.now().getTime()
    for (const [workspaceId, entry] of this.#remembered) {
      if (entry.forget_at_ms > now_ms) break
      this.#remembered.delete(workspaceId)
    }
    if (this.#remembered.size > 0 || !this.#timer) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
