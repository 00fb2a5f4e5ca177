/**
 * Rotation under load loses nothing, also between processes that learn of it late; retirement and destruction take
 * effect within a minute; keys are unwrapped once for many openings and forgotten in time.
 */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { systemRandomness } from '../../../src/kernel/clock.ts'
import { reopenVault, type VaultForTest, vaultForTest } from '../../../test/support/vault.ts'
import { createVault, KEYS_IN_MEMORY_MS, KeyTrouble, NEW_VERSION_SEALS_AFTER_MS, SealBroken } from './index.ts'

const workspace = '0193a5c0-7b1e-7cc3-98c4-dc0c0c07398f'
const place = { table: 'message', row: 'm1', field: 'body' }
const trouble = (code: string) => (error: unknown) => error instanceof KeyTrouble && error.code === code

/** A vault whose provider counts how often it unwraps. */
async function countingVault(t: TestContext): Promise<VaultForTest & { unwrapped: () => number }> {
  const made = await vaultForTest(t)
  let unwrapped = 0
  const provider = {
    ...made.provider,
    unwrap: (...args: Parameters<typeof made.provider.unwrap>) => {
      unwrapped++
      return made.provider.unwrap(...args)
    },
  }
  const vault = createVault({ provider, store: made.store, clock: made.clock, randomness: systemRandomness })
  return { ...made, vault, unwrapped: () => unwrapped }
}

test('concurrent openings unwrap once; after a minute the keys are unwrapped anew', async (t) => {
  const { vault, clock, unwrapped } = await countingVault(t)
  await vault.create(workspace)
  const perOpening = unwrapped()
  clock.advance(KEYS_IN_MEMORY_MS)
  await Promise.all(Array.from({ length: 50 }, () => vault.open(workspace)))
  assert.equal(unwrapped(), 2 * perOpening)
  clock.advance(KEYS_IN_MEMORY_MS - 1)
  await vault.open(workspace)
  assert.equal(unwrapped(), 2 * perOpening)
  clock.advance(1)
  await vault.open(workspace)
  assert.equal(unwrapped(), 3 * perOpening)
})

test('a failed opening is not remembered', async (t) => {
  const { vault } = await vaultForTest(t)
  await assert.rejects(vault.open(workspace), trouble('workspace_unknown'))
  await vault.create(workspace)
  await vault.open(workspace)
})

test('a new content version opens at once in every process and seals only when all must know it', async (t) => {
  const { folder, vault, clock } = await vaultForTest(t)
  const before = (await vault.create(workspace)).seal(place, 'old words')
  const { vault: elsewhere } = await reopenVault(folder, clock)
  const stale = await elsewhere.open(workspace)
  const { version, seals_from } = await vault.rotateContent(workspace)
  assert.deepEqual([version, seals_from.getTime() - clock.now().getTime()], [2, NEW_VERSION_SEALS_AFTER_MS])

  for (let step = 0; step < 12; step++) {
    const keys = await vault.open(workspace)
    const envelope = keys.seal(place, `words ${step}`)
    assert.equal((await elsewhere.open(workspace)).unsealText(place, envelope), `words ${step}`)
    if (clock.now().getTime() < staleUntilMs(seals_from))
      assert.equal(stale.unsealText(place, envelope), `words ${step}`)
    assert.equal(keys.versionOf(envelope), clock.now() >= seals_from ? 2 : 1)
    clock.advance(15_000)
  }
  assert.equal((await vault.open(workspace)).unsealText(place, before), 'old words')
})

/** A copy that another process opened just before the rotation may be in use for this long. */
function staleUntilMs(seals_from: Date): number {
  return seals_from.getTime() - NEW_VERSION_SEALS_AFTER_MS + KEYS_IN_MEMORY_MS
}

test('a version is retired only when its successor has settled; then nothing sealed by it opens', async (t) => {
  const { folder, vault, clock } = await vaultForTest(t)
  const envelope = (await vault.create(workspace)).seal(place, 'words')
  await assert.rejects(vault.retireContent(workspace, 1), trouble('version_in_use'))
  await vault.rotateContent(workspace)
  await assert.rejects(vault.retireContent(workspace, 1), trouble('version_in_use'))
  clock.advance(NEW_VERSION_SEALS_AFTER_MS)
  await assert.rejects(vault.retireContent(workspace, 1), trouble('version_in_use'))
  clock.advance(KEYS_IN_MEMORY_MS)
  const keys = await vault.open(workspace)
  const moved = keys.seal(place, keys.unsealText(place, envelope))
  await vault.retireContent(workspace, 1)
  for (const one of [vault, (await reopenVault(folder, clock)).vault]) {
    const later = await one.open(workspace)
    assert.equal(later.unsealText(place, moved), 'words')
    assert.throws(() => later.unseal(place, envelope), SealBroken)
  }
  await assert.rejects(vault.retireContent(workspace, 1), trouble('version_in_use'))
  await assert.rejects(vault.retireContent(workspace, 2), trouble('version_in_use'))
})

test('rotation under load loses no word', async (t) => {
  const { vault, clock } = await vaultForTest(t)
  await vault.create(workspace)
  const rows = new Map<string, Buffer>()
  const at = (row: string) => ({ ...place, row })
  for (let round = 0; round < 4; round++) {
    const writing = Array.from({ length: 200 }, async (_, index) => {
      const row = `${round}-${index}`
      rows.set(row, (await vault.open(workspace)).seal(at(row), row))
    })
    await Promise.all([...writing, vault.rotateContent(workspace)])
    clock.advance(NEW_VERSION_SEALS_AFTER_MS + KEYS_IN_MEMORY_MS)
    const keys = await vault.open(workspace)
    for (const [row, envelope] of rows) rows.set(row, keys.seal(at(row), keys.unsealText(at(row), envelope)))
    await vault.retireContent(workspace, round + 1)
  }
  const keys = await vault.open(workspace)
  assert.equal(rows.size, 800)
  for (const [row, envelope] of rows) {
    assert.equal(keys.unsealText(at(row), envelope), row)
    assert.equal(keys.versionOf(envelope), 5)
  }
})

test('rotating content moves neither look-up hashes nor search tokens', async (t) => {
  const { vault, clock } = await vaultForTest(t)
  const first = await vault.create(workspace)
  const before = [first.lookup('phone', '01712345678'), first.searchTokens('কত টাকা')]
  await vault.rotateContent(workspace)
  clock.advance(NEW_VERSION_SEALS_AFTER_MS)
  const keys = await vault.open(workspace)
  assert.deepEqual([keys.lookup('phone', '01712345678'), keys.searchTokens('কত টাকা')], before)
})

test('a re-index queries both versions from the start, writes the new one in time, and ends with the new one', async (t) => {
  const { vault, clock } = await vaultForTest(t)
  const first = await vault.create(workspace)
  const oldHash = first.lookup('phone', '01712345678')
  const oldTokens = first.searchTokens('delivery')
  await vault.rotateIndex(workspace, 'lookup')
  await vault.rotateIndex(workspace, 'search')
  const during = await vault.open(workspace)
  assert.deepEqual(during.lookup('phone', '01712345678'), oldHash)
  assert.equal(during.lookupAll('phone', '01712345678').length, 2)
  assert.deepEqual(during.lookupAll('phone', '01712345678')[1], oldHash)
  clock.advance(NEW_VERSION_SEALS_AFTER_MS + KEYS_IN_MEMORY_MS)
  const after = await vault.open(workspace)
  const newHash = after.lookup('phone', '01712345678')
  assert.notDeepEqual(newHash, oldHash)
  assert.deepEqual(after.lookupAll('phone', '01712345678'), [newHash, oldHash])
  const asked = after.searchQuery('delivery').flatMap((word) => word.exact)
  assert.ok(oldTokens.some((token) => asked.includes(token)))
  assert.ok(after.searchTokens('delivery').some((token) => asked.includes(token)))
  await vault.retireIndex(workspace, 'lookup', 1)
  await vault.retireIndex(workspace, 'search', 1)
  const end = await vault.open(workspace)
  assert.deepEqual(end.lookupAll('phone', '01712345678'), [newHash])
  assert.ok(!end.searchQuery('delivery').some((word) => word.exact.some((token) => oldTokens.includes(token))))
})

test('destruction empties the memory here at once and elsewhere within a minute', async (t) => {
  const { folder, vault, clock } = await vaultForTest(t)
  await vault.create(workspace)
  const { vault: elsewhere } = await reopenVault(folder, clock)
  await elsewhere.open(workspace)
  await vault.destroy(workspace)
  await assert.rejects(vault.open(workspace), trouble('workspace_destroyed'))
  clock.advance(KEYS_IN_MEMORY_MS)
  await assert.rejects(elsewhere.open(workspace), trouble('workspace_destroyed'))
})
