/**
 * The key store after crashes, between processes, and after destruction: whole rings, no lost change, no way back.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { reopenVault, vaultForTest } from '../../../test/support/vault.ts'
import { KeyTrouble } from './index.ts'
import type { KeyRing } from './key-store.ts'

const workspace = '0193a5c0-7b1e-7cc3-98c4-dc0c0c07398f'
const neighbour = '0193a5c0-7b1e-7cc3-98c4-dc0c0c073990'
const trouble = (code: string) => (error: unknown) => error instanceof KeyTrouble && error.code === code

async function ringFile(folder: string, workspaceId: string): Promise<KeyRing> {
  return JSON.parse(await readFile(join(folder, 'workspaces', `${workspaceId}.json`), 'utf8'))
}

test('a ring holds three families, wrapped, in a file that only the owner may read', async (t) => {
  const { folder, vault, provider } = await vaultForTest(t)
  await vault.create(workspace)
  const ring = await ringFile(folder, workspace)
  assert.deepEqual(
    ring.keys.map((kept) => [kept.family, kept.version, kept.state, kept.wrapped_by]),
    [
      ['content', 1, 'active', provider.id],
      ['lookup', 1, 'active', provider.id],
      ['search', 1, 'active', provider.id],
    ],
  )
  assert.equal((await stat(join(folder, 'workspaces', `${workspace}.json`))).mode & 0o777, 0o600)
})

test('a workspace is made once; one that was never made is unknown', async (t) => {
  const { vault } = await vaultForTest(t)
  await assert.rejects(vault.open(workspace), trouble('workspace_unknown'))
  const made = await Promise.allSettled([1, 2, 3].map(() => vault.create(workspace)))
  assert.equal(made.filter((one) => one.status === 'fulfilled').length, 1)
  await assert.rejects(vault.create(workspace), trouble('workspace_exists'))
})

test('destruction leaves a tombstone without key material, and the neighbour whole', async (t) => {
  const { folder, vault, clock } = await vaultForTest(t)
  const place = { table: 'message', row: 'm1', field: 'body' }
  const envelope = (await vault.create(neighbour)).seal(place, 'still here')
  await vault.create(workspace)
  const ring = await ringFile(folder, workspace)
  await vault.destroy(workspace)
  assert.deepEqual(await readdir(join(folder, 'workspaces')), [`${workspace}.destroyed`, `${neighbour}.json`])
  const tombstone = await readFile(join(folder, 'workspaces', `${workspace}.destroyed`), 'utf8')
  for (const kept of ring.keys) assert.ok(kept.wrapped && !tombstone.includes(kept.wrapped))
  await assert.rejects(vault.open(workspace), trouble('workspace_destroyed'))
  await assert.rejects(vault.create(workspace), trouble('workspace_destroyed'))
  await assert.rejects(vault.rotateContent(workspace), trouble('workspace_destroyed'))
  const restarted = await reopenVault(folder, clock)
  await assert.rejects(restarted.vault.create(workspace), trouble('workspace_destroyed'))
  assert.equal((await restarted.vault.open(neighbour)).unsealText(place, envelope), 'still here')
})

test('a ring that a crash left beside its tombstone opens nothing and is wiped at the next start', async (t) => {
  const { folder, vault, clock } = await vaultForTest(t)
  await vault.create(workspace)
  const path = join(folder, 'workspaces', `${workspace}.json`)
  const ring = await readFile(path)
  await vault.destroy(workspace)
  await writeFile(path, ring, { mode: 0o600 })
  await assert.rejects(vault.open(workspace), trouble('workspace_destroyed'))
  await reopenVault(folder, clock)
  await assert.rejects(stat(path), { code: 'ENOENT' })
})

test('changes from several openers of one store are all kept', async (t) => {
  const { folder, vault, clock } = await vaultForTest(t)
  await vault.create(workspace)
  const second = await reopenVault(folder, clock)
  const versions = await Promise.all(
    [vault, second.vault, vault, second.vault].map(async (one) => (await one.rotateContent(workspace)).version),
  )
  assert.deepEqual(versions.sort(), [2, 3, 4, 5])
  assert.equal((await ringFile(folder, workspace)).keys.length, 7)
})

test('locks and side files of a dead process hold nobody up', async (t) => {
  const { folder, vault, clock } = await vaultForTest(t)
  await vault.create(workspace)
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  const deadPid = child.pid as number
  const run = '00000000-0000-4000-8000-000000000000'
  for (const pid of [deadPid, process.pid]) {
    await writeFile(join(folder, 'workspaces', `${workspace}.lock`), `${pid} ${run}`, { mode: 0o600 })
    await writeFile(join(folder, 'workspaces', `.side-${pid}-${run}.0`), 'half a ring', { mode: 0o600 })
    await vault.rotateContent(workspace)
    await reopenVault(folder, clock)
    assert.deepEqual(await readdir(join(folder, 'workspaces')), [`${workspace}.json`])
  }
})

test('a ring of another workspace, a broken file and an id that is a path are refused', async (t) => {
  const { folder, vault } = await vaultForTest(t)
  await vault.create(workspace)
  await vault.create(neighbour)
  const path = (id: string) => join(folder, 'workspaces', `${id}.json`)
  const fresh = await reopenVault(folder, (await vaultForTest(t)).clock)
  await writeFile(path(workspace), await readFile(path(neighbour)))
  await assert.rejects(fresh.vault.open(workspace), trouble('store_malformed'))
  for (const broken of ['', '{', '[]', '{"schema":2}']) {
    await writeFile(path(workspace), broken)
    await assert.rejects(fresh.vault.open(workspace), trouble('store_malformed'), broken)
  }
  for (const id of ['../master', workspace.toUpperCase(), '', `${workspace}/..`]) {
    await assert.rejects(vault.open(id), TypeError)
  }
})
