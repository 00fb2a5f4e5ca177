/**
 * The unwrapped keys of one workspace, as operations: seal, unseal, look-up hashes and search tokens.
 * An envelope is format byte 0xC1, two bytes of key version, a 96-bit random nonce, ciphertext, 16-byte tag. Format,
 * workspace, table, row, field and key version are bound to it, so it opens in no other place.
 * Sealing takes the newest version whose time has come, opening any that is kept. Hold this object for one request or
 * job, never longer: the vault forgets it after a minute so that a destroyed workspace goes dark.
 */
import type { KeyObject } from 'node:crypto'
import type { Clock, Randomness } from '../clock.ts'
import type { KeyFamily } from './key-store.ts'
import { bind, decrypt, encrypt, keyedHash, NONCE_BYTES, SealBroken, subkey, TAG_BYTES } from './primitives.ts'
import { type SearchWord, searchWords, tokensOf } from './search-tokens.ts'

export interface SealPlace {
  table: string
  row: string
  field: string
}

export interface WorkspaceKeys {
  readonly workspaceId: string
  seal(place: SealPlace, plaintext: string | Buffer): Buffer
  /** Throws `SealBroken`. */
  unseal(place: SealPlace, envelope: Buffer): Buffer
  unsealText(place: SealPlace, envelope: Buffer): string
  /** The version an envelope was sealed under: what a rotation job looks for. */
  versionOf(envelope: Buffer): number
  /** 32 bytes that are equal for equal text of one purpose. The caller normalises the text first. */
  lookup(purpose: string, text: string): Buffer
  /** The same under every kept version, newest first: what to query while a re-index runs. */
  lookupAll(purpose: string, text: string): Buffer[]
  searchTokens(text: string): bigint[]
  /** What to look for, word by word; while a re-index runs, under every kept version. */
  searchQuery(text: string): SearchWord[]
}

export interface UnwrappedKey {
  family: KeyFamily
  version: number
  seals_from: Date
  secret: KeyObject
}

export const ENVELOPE_FORMAT = 0xc1
export const SEALED_TEXT_BYTES_MAX = 16 * 1024 * 1024
/**
 * Random 96-bit nonces are safe for 2^32 seals under one key (NIST SP 800-38D, 8.3). Each process stops far below, so
 * that even sixteen processes together stay under; a version's subkeys are per table, which leaves more room still.
 */
export const SEALS_PER_VERSION_MAX = 2 ** 28

const VERSION_AT = 1
const NONCE_AT = 3
const BODY_AT = NONCE_AT + NONCE_BYTES

/** Seals made by this process, by key version. Lives in the vault, so that forgetting keys does not forget counts. */
export type SealCounts = Map<number, number>

interface WorkspaceKeysOptions {
  workspaceId: string
  unwrapped: UnwrappedKey[]
  sealCounts: SealCounts
  clock: Clock
  randomness: Randomness
}

export function workspaceKeys(options: WorkspaceKeysOptions): WorkspaceKeys {
  const { workspaceId, sealCounts, clock, randomness } = options
  const families = {
    content: new KeyVersions(options.unwrapped, 'content', clock),
    lookup: new KeyVersions(options.unwrapped, 'lookup', clock),
    search: new KeyVersions(options.unwrapped, 'search', clock),
  }
  const associated = (place: SealPlace, version: number) =>
    bind('seal', ENVELOPE_FORMAT, workspaceId, place.table, place.row, place.field, version)

  function unseal(place: SealPlace, envelope: Buffer): Buffer {
    const version = versionOf(envelope)
    const key = families.content.subkey(version, `seal/${place.table}`)
    if (!key) throw new SealBroken()
    return decrypt(key, envelope.subarray(NONCE_AT, BODY_AT), associated(place, version), envelope.subarray(BODY_AT))
  }

  return {
    workspaceId,
    seal(place, plaintext) {
      const bytes = typeof plaintext === 'string' ? Buffer.from(plaintext) : plaintext
      if (bytes.length > SEALED_TEXT_BYTES_MAX) throw new RangeError('Too large to seal in one piece')
      const version = families.content.current()
      count(sealCounts, version)
      const head = Buffer.alloc(BODY_AT)
      head[0] = ENVELOPE_FORMAT
      head.writeUInt16BE(version, VERSION_AT)
      const nonce = randomness.bytes(NONCE_BYTES)
      nonce.copy(head, NONCE_AT)
      const key = families.content.subkey(version, `seal/${place.table}`) as KeyObject
      return Buffer.concat([head, encrypt(key, nonce, associated(place, version), bytes)])
    },
    unseal,
    unsealText: (place, envelope) => unseal(place, envelope).toString('utf8'),
    versionOf,
    lookup: (purpose, text) => lookupHash(families.lookup, families.lookup.current(), purpose, text),
    lookupAll: (purpose, text) =>
      families.lookup.kept().map((version) => lookupHash(families.lookup, version, purpose, text)),
    searchTokens: (text) => tokensOf(searchKey(families.search, families.search.current()), text),
    searchQuery: (text) =>
      searchWords(
        families.search.kept().map((version) => searchKey(families.search, version)),
        text,
      ),
  }
}

/** Throws `SealBroken` for what is no envelope of ours. */
function versionOf(envelope: Buffer): number {
  if (envelope.length < BODY_AT + TAG_BYTES || envelope[0] !== ENVELOPE_FORMAT) throw new SealBroken()
  return envelope.readUInt16BE(VERSION_AT)
}

function lookupHash(keys: KeyVersions, version: number, purpose: string, text: string): Buffer {
  return keyedHash(keys.subkey(version, `lookup/${purpose}`) as KeyObject, Buffer.from(text))
}

function searchKey(keys: KeyVersions, version: number): KeyObject {
  return keys.subkey(version, 'search') as KeyObject
}

function count(sealCounts: SealCounts, version: number): void {
  const made = (sealCounts.get(version) ?? 0) + 1
  if (made > SEALS_PER_VERSION_MAX) throw new Error(`Key version ${version} has sealed its share: rotate it`)
  sealCounts.set(version, made)
}

/** The kept versions of one family, with the subkeys derived from them so far. */
class KeyVersions {
  readonly #keys: UnwrappedKey[]
  readonly #subkeys = new Map<string, KeyObject>()
  readonly #clock: Clock

  constructor(unwrapped: UnwrappedKey[], family: KeyFamily, clock: Clock) {
    this.#keys = unwrapped.filter((key) => key.family === family).sort((a, b) => b.version - a.version)
    this.#clock = clock
  }

  /** The newest version whose time has come. */
  current(): number {
    const now = this.#clock.now()
    const key = this.#keys.find((candidate) => candidate.seals_from <= now) ?? this.#keys.at(-1)
    if (!key) throw new Error('A key family without a key cannot seal')
    return key.version
  }

  kept(): number[] {
    return this.#keys.map((key) => key.version)
  }

  /** Undefined when that version is not kept. */
  subkey(version: number, purpose: string): KeyObject | undefined {
    const name = `${version}/${purpose}`
    const known = this.#subkeys.get(name)
    if (known) return known
    const key = this.#keys.find((candidate) => candidate.version === version)
    if (!key) return undefined
    const derived = subkey(key.secret, `${key.family}/${purpose}`)
    this.#subkeys.set(name, derived)
    return derived
  }
}
