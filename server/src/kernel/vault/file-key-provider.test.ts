/**
 * The master key file: made once, owner-only, whole or absent, and never silently replaced.
 */
import assert from 'node:assert/strict'
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { settableClock } from '../../../test/support/clock.ts'
import { reopenVault, vaultForTest } from '../../../test/support/vault.ts'
import { KeyTrouble } from './index.ts'

const workspace = '0193a5c0-7b1e-7cc3-98c4-dc0c0c07398f'
const trouble = (code: string) => (error: unknown) => error instanceof KeyTrouble && error.code === code

test('the first start makes 32 bytes that only the owner may read; the next start takes the same', async (t) => {
  const { folder, provider, store } = await vaultForTest(t)
  const key = await stat(join(folder, 'master.key'))
  assert.equal(key.size, 32)
  assert.equal(key.mode & 0o777, 0o600)
  assert.equal((await stat(join(folder, 'workspaces'))).mode & 0o777, 0o700)
  const again = await reopenVault(folder, settableClock())
  assert.equal(again.provider.id, provider.id)
  assert.equal(again.store.id, store.id)
})

test('two first starts at once agree on one key', async (t) => {
  const { folder } = await vaultForTest(t)
  await rm(folder, { recursive: true })
  await mkdir(folder)
  const both = await Promise.all([1, 2].map(() => reopenVault(folder, settableClock())))
  assert.equal(both[0]?.provider.id, both[1]?.provider.id)
  assert.equal(both[0]?.store.id, both[1]?.store.id)
})

test('a missing key file beside used keys is said, and no new key is made', async (t) => {
  const { folder, vault, clock } = await vaultForTest(t)
  await vault.create(workspace)
  const path = join(folder, 'master.key')
  const kept = await readFile(path)
  await rm(path)
  await assert.rejects(reopenVault(folder, clock), (error: unknown) => {
    return error instanceof KeyTrouble && error.code === 'key_file_missing' && /key file is missing/.test(error.message)
  })
  await assert.rejects(stat(path), { code: 'ENOENT' })
  await writeFile(path, kept, { mode: 0o600 })
  await (await reopenVault(folder, clock)).vault.open(workspace)
})

test('a key of another length, one that others may read, and another key are refused', async (t) => {
  const { folder, clock } = await vaultForTest(t)
  const path = join(folder, 'master.key')
  const kept = await readFile(path)
  for (const wrong of [Buffer.alloc(0), kept.subarray(1), Buffer.concat([kept, Buffer.from('\n')])]) {
    await writeFile(path, wrong)
    await assert.rejects(reopenVault(folder, clock), trouble('key_file_malformed'))
  }
  await writeFile(path, Buffer.alloc(32, 1))
  await assert.rejects(reopenVault(folder, clock), trouble('other_master_key'))
  await writeFile(path, kept)
  for (const mode of [0o640, 0o604, 0o620, 0o601]) {
    await chmod(path, mode)
    await assert.rejects(reopenVault(folder, clock), trouble('key_file_open_to_others'))
  }
  await chmod(path, 0o600)
  await reopenVault(folder, clock)
})

test('a wrapped key opens in its own context only, and under its own master key only', async (t) => {
  const { provider } = await vaultForTest(t)
  const { provider: stranger } = await vaultForTest(t)
  const context = { workspace, family: 'content', version: '1' }
  const key = Buffer.alloc(32, 5)
  const wrapped = await provider.wrap(context, key)
  assert.ok(!wrapped.includes(key.subarray(0, 4)))
  assert.deepEqual(await provider.unwrap({ version: '1', family: 'content', workspace }, wrapped), key)
  for (const other of [{ ...context, version: '2' }, { ...context, family: 'lookup' }, { workspace }]) {
    await assert.rejects(provider.unwrap(other, wrapped), trouble('provider_refused'))
  }
  await assert.rejects(stranger.unwrap(context, wrapped), trouble('provider_refused'))
  for (let index = 0; index < wrapped.length; index++) {
    const flipped = Buffer.from(wrapped)
    flipped.writeUInt8(flipped.readUInt8(index) ^ 1, index)
    await assert.rejects(provider.unwrap(context, flipped), trouble('provider_refused'))
  }
})

test('start-up secrets stay the same across starts and differ by label and by master key', async (t) => {
  const { folder, provider, clock } = await vaultForTest(t)
  const { provider: stranger } = await vaultForTest(t)
  const { provider: restarted } = await reopenVault(folder, clock)
  const secret = provider.deriveSecret('scope-signing')
  assert.equal(secret.length, 32)
  assert.deepEqual(restarted.deriveSecret('scope-signing'), secret)
  assert.notDeepEqual(provider.deriveSecret('scope-signing2'), secret)
  assert.notDeepEqual(stranger.deriveSecret('scope-signing'), secret)
})
