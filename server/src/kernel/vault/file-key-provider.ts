/**
 * The master key as a file, `master.key`: 32 random bytes, 0600, made at the first start. For one host.
 * It protects what leaves the machine (a database dump, a backup without the key folder), not what sits beside it:
 * whoever can read this file and the key store can read everything.
 * Refuses a key of another length, a key that others may read, and to make a new key where an old one was in use.
 */
import { createHash, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import type { Randomness } from '../clock.ts'
import { createSecretFile, makeSecretFolder, readSecretFile } from './durable-files.ts'
import { type KeyContext, type KeyProvider, KeyTrouble, spellContext } from './key-provider.ts'
import {
  bind,
  decrypt,
  encrypt,
  KEY_BYTES,
  NONCE_BYTES,
  SealBroken,
  secretKey,
  startUpSecret,
  subkey,
} from './primitives.ts'

export const MASTER_KEY_FILE = 'master.key'

interface FileKeyOptions {
  folder: string
  /** True when keys wrapped by a master key exist already: then a missing file is a loss, not a first start. */
  storeIsUsed: boolean
  randomness: Randomness
}

export async function openFileKeyProvider({ folder, storeIsUsed, randomness }: FileKeyOptions): Promise<KeyProvider> {
  await makeSecretFolder(folder)
  const path = join(folder, MASTER_KEY_FILE)
  let bytes = await readSecretFile(path)
  if (!bytes) {
    if (storeIsUsed) {
      throw new KeyTrouble(
        'key_file_missing',
        `The key file is missing: put ${path} back; a new one would open nothing`,
      )
    }
    await createSecretFile(path, randomness.bytes(KEY_BYTES))
    bytes = await readSecretFile(path)
  }
  if (bytes?.length !== KEY_BYTES) {
    throw new KeyTrouble('key_file_malformed', `${path} is not a key: it must have exactly ${KEY_BYTES} bytes`)
  }
  return fileKeyProvider(bytes, randomness)
}

function fileKeyProvider(masterBytes: Buffer, randomness: Randomness): KeyProvider {
  const master = secretKey(masterBytes)
  const wrapping = subkey(master, 'master/wrap')
  masterBytes.fill(0)
  return {
    id: `file:${fingerprint(master)}`,
    async wrap(context, key) {
      const nonce = randomness.bytes(NONCE_BYTES)
      return Buffer.concat([nonce, encrypt(wrapping, nonce, associated(context), key)])
    },
    async unwrap(context, wrapped) {
      try {
        return decrypt(wrapping, wrapped.subarray(0, NONCE_BYTES), associated(context), wrapped.subarray(NONCE_BYTES))
      } catch (error) {
        if (!(error instanceof SealBroken)) throw error
        throw new KeyTrouble('provider_refused', 'A workspace key does not open under this master key')
      }
    },
    deriveSecret: (label) => startUpSecret(master, label),
  }
}

function associated(context: KeyContext): Buffer {
  return bind('wrapped-key', spellContext(context))
}

/** A name for the key that gives nothing away: the hash of a value derived from it. */
function fingerprint(master: KeyObject): string {
  return createHash('sha256').update(startUpSecret(master, 'name-of-master-key')).digest('hex').slice(0, 16)
}
