/**
 * The front door of the vault. Start-up calls `openKeys` and `createVault`; everything else gets a `Vault` or, for one
 * request or job, the `WorkspaceKeys` of one workspace. What is not named here is private to this folder.
 */
import type { Randomness } from '../clock.ts'
import { type AwsKmsSettings, openAwsKmsKeyProvider } from './aws-kms-key-provider.ts'
import { openFileKeyProvider } from './file-key-provider.ts'
import type { KeyProvider } from './key-provider.ts'
import { fileKeyStoreIsUsed, type KeyStore, openFileKeyStore } from './key-store.ts'

export type { AwsKmsSettings } from './aws-kms-key-provider.ts'
export {
  FILE_CHUNK_BYTES,
  type FilePlace,
  openFile,
  openFileRange,
  type SealedFile,
  sealedFileBytes,
  sealFile,
} from './file-cipher.ts'
export { type KeyProvider, KeyTrouble, type KeyTroubleCode } from './key-provider.ts'
export type { KeyFamily, KeyStore } from './key-store.ts'
export {
  PASSPHRASE_COST,
  PASSPHRASE_WRAPPED_BYTES,
  unwrapUnderPassphrase,
  wrapUnderPassphrase,
} from './passphrase-key.ts'
export { SealBroken } from './primitives.ts'
export type { SearchWord } from './search-tokens.ts'
export {
  createVault,
  KEYS_IN_MEMORY_MS,
  type KeptVersion,
  NEW_VERSION_SEALS_AFTER_MS,
  type NewVersion,
  type Vault,
} from './vault.ts'
export { ENVELOPE_FORMAT, type SealPlace, SEALED_TEXT_BYTES_MAX, type WorkspaceKeys } from './workspace-keys.ts'

interface OpenKeysOptions {
  /** `$DESK_HOME/keys`. */
  folder: string
  randomness: Randomness
  /** Where the master key is in AWS KMS; else it is a file in the folder. */
  awsKms?: AwsKmsSettings
}

export interface Keys {
  provider: KeyProvider
  store: KeyStore
}

/** Master key and key store of this home, made at the first start. Throws `KeyTrouble` with a sentence to print. */
export async function openKeys({ folder, randomness, awsKms }: OpenKeysOptions): Promise<Keys> {
  const common = { folder, randomness, storeIsUsed: await fileKeyStoreIsUsed(folder) }
  const provider = awsKms ? await openAwsKmsKeyProvider({ ...common, ...awsKms }) : await openFileKeyProvider(common)
  const store = await openFileKeyStore({ folder, masterKeyId: provider.id, randomness })
  return { provider, store }
}
