/**
 * A vault on a throw-away key folder, with real randomness and a clock that a test moves.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { systemRandomness } from '../../src/kernel/clock.ts'
import { createVault, type KeyProvider, type KeyStore, openKeys, type Vault } from '../../src/kernel/vault/index.ts'
import { type SettableClock, settableClock } from './clock.ts'

export interface VaultForTest {
  folder: string
  clock: SettableClock
  provider: KeyProvider
  store: KeyStore
  vault: Vault
}

/** The folder is removed after the test. */
export async function vaultForTest(t: TestContext): Promise<VaultForTest> {
  const folder = await mkdtemp(join(tmpdir(), 'central-desk-keys-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return reopenVault(folder, settableClock())
}

/** What a restart, or a second process on the same folder, would see. */
export async function reopenVault(folder: string, clock: SettableClock): Promise<VaultForTest> {
  const { provider, store } = await openKeys({ folder, randomness: systemRandomness })
  return {
    folder,
    clock,
    provider,
    store,
    vault: createVault({ provider, store, clock, randomness: systemRandomness }),
  }
}
