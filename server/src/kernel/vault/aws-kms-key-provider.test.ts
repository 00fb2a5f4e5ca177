/**
 * The KMS provider against a stand-in that speaks the protocol, verifies signatures and refuses as KMS does: contexts
 * are bound, refusals become codes, passing failures are tried again, nothing opens without the service.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { settableClock } from '../../../test/support/clock.ts'
import { systemRandomness } from '../clock.ts'
import { type AwsKmsSettings, createVault, KEYS_IN_MEMORY_MS, KeyTrouble, openKeys } from './index.ts'

const KEY = 'arn:aws:kms:ap-southeast-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const OTHER_KEY = 'arn:aws:kms:ap-southeast-1:111122223333:key/9999abcd-12ab-34cd-56ef-1234567890ab'
const STAND_IN = fileURLToPath(new URL('../../../../tools/simulators/kms/main.ts', import.meta.url))
const workspace = '0193a5c0-7b1e-7cc3-98c4-dc0c0c07398f'
const place = { table: 'message', row: 'm1', field: 'body' }
const trouble = (code: string) => (error: unknown) => error instanceof KeyTrouble && error.code === code

interface Call {
  operation: string
  key: string
  context: Record<string, string>
  refused?: string
}

class StandIn {
  readonly #process: ChildProcess
  readonly settings: Required<AwsKmsSettings>

  constructor(process: ChildProcess, settings: Required<AwsKmsSettings>) {
    this.#process = process
    this.settings = settings
  }

  async calls(): Promise<Call[]> {
    return (await fetch(`${this.settings.endpoint}/calls`)).json() as Promise<Call[]>
  }

  async tell(what: 'refuse' | 'disable' | 'enable', wish: object): Promise<void> {
    const told = await fetch(`${this.settings.endpoint}/${what}`, { method: 'POST', body: JSON.stringify(wish) })
    assert.equal(told.status, 200)
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill()
      await once(this.#process, 'exit')
    }
  }
}

async function standIn(t: TestContext): Promise<StandIn> {
  const args = [STAND_IN, `--key=${KEY}`, `--key=${OTHER_KEY}`]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface(child.stdout), 'line')
  const kms = new StandIn(child, { keyArn: KEY, ...JSON.parse(line) })
  t.after(() => kms.stop())
  return kms
}

async function keyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'central-desk-kms-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const openWith = (folder: string, awsKms: AwsKmsSettings) => openKeys({ folder, randomness: systemRandomness, awsKms })

test('keys are wrapped by KMS under the context of their workspace, and open again after a restart', async (t) => {
  const kms = await standIn(t)
  const folder = await keyFolder(t)
  const clock = settableClock()
  const first = await openWith(folder, kms.settings)
  const vault = createVault({ ...first, clock, randomness: systemRandomness })
  const envelope = (await vault.create(workspace)).seal(place, 'words')
  const second = await openWith(folder, kms.settings)
  const reopened = createVault({ ...second, clock, randomness: systemRandomness })
  assert.equal((await reopened.open(workspace)).unsealText(place, envelope), 'words')
  assert.deepEqual(second.provider.deriveSecret('scope-signing'), first.provider.deriveSecret('scope-signing'))
  assert.notDeepEqual(second.provider.deriveSecret('scope-signing'), second.provider.deriveSecret('other'))
  const calls = await kms.calls()
  const encrypted = calls.filter((call) => call.operation === 'Encrypt' && call.context.workspace === workspace)
  assert.deepEqual(encrypted.map((call) => call.context.family).sort(), ['content', 'lookup', 'search'])
  assert.ok(calls.every((call) => call.key === KEY && call.context.application === 'central-desk' && !call.refused))
  assert.deepEqual((await readdir(folder)).sort(), ['startup-secret.wrapped', 'store.json', 'workspaces'])
})

test('another context, an altered key and another master key are refused', async (t) => {
  const kms = await standIn(t)
  const { provider } = await openWith(await keyFolder(t), kms.settings)
  const { provider: other } = await openWith(await keyFolder(t), { ...kms.settings, keyArn: OTHER_KEY })
  const context = { workspace, family: 'content', version: '1' }
  const wrapped = await provider.wrap(context, Buffer.alloc(32, 5))
  assert.deepEqual(await provider.unwrap(context, wrapped), Buffer.alloc(32, 5))
  await assert.rejects(provider.unwrap({ ...context, workspace: 'another' }, wrapped), trouble('provider_refused'))
  const altered = Buffer.from(wrapped)
  altered.writeUInt8(altered.readUInt8(altered.length - 1) ^ 1, altered.length - 1)
  await assert.rejects(provider.unwrap(context, altered), trouble('provider_refused'))
  await assert.rejects(other.unwrap(context, wrapped), trouble('provider_refused'))
  const refused = (await kms.calls()).map((call) => call.refused).filter(Boolean)
  assert.deepEqual(refused, ['InvalidCiphertextException', 'InvalidCiphertextException', 'IncorrectKeyException'])
})

test('a passing failure is tried again; a lasting one and an absent service are told apart, and nothing opens', async (t) => {
  const kms = await standIn(t)
  const clock = settableClock()
  const keys = await openWith(await keyFolder(t), kms.settings)
  const vault = createVault({ ...keys, clock, randomness: systemRandomness })
  await vault.create(workspace)
  const openAnew = () => {
    clock.advance(KEYS_IN_MEMORY_MS)
    return vault.open(workspace)
  }
  await kms.tell('refuse', { type: 'KMSInternalException', times: 1 })
  await openAnew()
  await kms.tell('refuse', { type: 'ThrottlingException', times: 9 })
  await assert.rejects(openAnew(), trouble('provider_unreachable'))
  await kms.tell('disable', { key: KEY })
  await assert.rejects(openAnew(), trouble('provider_refused'))
  await kms.tell('enable', { key: KEY })
  await openAnew()
  await kms.stop()
  await assert.rejects(openAnew(), trouble('provider_unreachable'))
})

test('a wrong secret and a wrong region are refused by the service', async (t) => {
  const kms = await standIn(t)
  const folder = await keyFolder(t)
  const credentials = { ...kms.settings.credentials, secretAccessKey: 'wrong' }
  await assert.rejects(openWith(folder, { ...kms.settings, credentials }), trouble('provider_refused'))
  await assert.rejects(
    openWith(folder, { ...kms.settings, keyArn: KEY.replace('southeast-1', 'south-1') }),
    trouble('provider_refused'),
  )
  const refused = (await kms.calls()).map((call) => call.refused)
  assert.deepEqual([...new Set(refused)], ['InvalidSignatureException'])
})

test('a lost start-up secret beside used keys is said, and a folder of another master key is refused', async (t) => {
  const kms = await standIn(t)
  const folder = await keyFolder(t)
  await openWith(folder, kms.settings)
  await assert.rejects(openKeys({ folder, randomness: systemRandomness }), trouble('key_file_missing'))
  const wrapped = await readFile(join(folder, 'startup-secret.wrapped'))
  assert.ok(wrapped.length > 32)
  await assert.rejects(openWith(folder, { ...kms.settings, keyArn: OTHER_KEY }), trouble('provider_refused'))
  await rm(join(folder, 'startup-secret.wrapped'))
  await assert.rejects(openWith(folder, kms.settings), trouble('key_file_missing'))
})

test('an alias, a name that is no ARN, and plain HTTP to another machine are refused before any call', async (t) => {
  const folder = await keyFolder(t)
  for (const keyArn of ['alias/desk', KEY.replace('key/', 'alias/'), 'x']) {
    await assert.rejects(openWith(folder, { keyArn }), trouble('provider_refused'), keyArn)
  }
  const endpoint = 'http://kms.example.test'
  await assert.rejects(openWith(folder, { keyArn: KEY, endpoint }), trouble('provider_refused'))
})

test('over TLS the client offers version 1.3 and nothing older', async (t) => {
  const hellos: Buffer[] = []
  const server: Server = createServer((socket) => {
    socket.once('data', (bytes: Buffer) => {
      hellos.push(bytes)
      socket.destroy()
    })
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
  const endpoint = `https://127.0.0.1:${address.port}`
  await assert.rejects(
    openWith(await keyFolder(t), { keyArn: KEY, endpoint, credentials }),
    trouble('provider_unreachable'),
  )
  assert.ok(hellos.length > 0)
  for (const hello of hellos) assert.deepEqual(offeredVersions(hello), [0x0304])
})

/** The supported_versions extension (43) of a TLS ClientHello record. */
function offeredVersions(hello: Buffer): number[] {
  let at = 5 + 4 + 2 + 32
  at += 1 + hello.readUInt8(at)
  at += 2 + hello.readUInt16BE(at)
  at += 1 + hello.readUInt8(at)
  const end = at + 2 + hello.readUInt16BE(at)
  for (at += 2; at < end; at += 4 + hello.readUInt16BE(at + 2)) {
    if (hello.readUInt16BE(at) !== 43) continue
    const count = hello.readUInt8(at + 4) / 2
    return Array.from({ length: count }, (_, index) => hello.readUInt16BE(at + 5 + 2 * index))
  }
  return []
}
