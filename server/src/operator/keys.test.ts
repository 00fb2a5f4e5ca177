/**
 * `bin/desk keys …` and `bin/desk audit verify` as an operator meets them, beside a desk that runs on the same home. Last
 * the destruction of one workspace's keys, and yesterday's copy of the database put back after it: the destroyed one stays
 * unreadable, its neighbour reads on.
 */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { getThread, listConversations } from '@central-desk/contract/conversations.ts'
import { createInbox } from '@central-desk/contract/inboxes.ts'
import pino from 'pino'
import { createDesk, type Desk } from '#src/app.ts'
import { parseConfig } from '#src/config.ts'
import { type Foundation, layFoundation } from '#src/foundation.ts'
import { systemClock } from '#src/kernel/clock.ts'
import { withClient } from '#src/postgres/address.ts'
import { Client } from '#test/support/client.ts'
import { freePort, type TestDesk } from '#test/support/desk.ts'
import { uuidOf } from '#test/support/inbound.ts'
import { type Person, signInAgain, signUpOwner } from '#test/support/people.ts'
import { postMessage, until } from '#test/support/stage.ts'
import { auditVerify } from './audit-verify.ts'
import { keysReindex, keysReseal, keysRetire, keysRotate } from './keys.ts'
import { keysDestroy } from './keys-destroy.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const TEN_MINUTES_MS = 10 * 60_000

type Shop = { person: Person; inbox: { key: string; signingSecret: string } }

const place = mkdtempSync(join(tmpdir(), 'central-desk-operator-'))
const home = join(place, 'home')
// So that the database of a test that runs as root lies in its home.
chmodSync(place, 0o711)
let port: number
let foundation: Foundation | undefined
let desk: Desk | undefined
let shapla: Shop
let meghna: Shop

async function start(): Promise<void> {
  const { config, problems } = parseConfig({ DESK_HOME: home, PORT: String(port) })
  assert.ok(config, problems?.join() ?? '')
  foundation = await layFoundation(config, pino({ level: 'silent' }), () => {})
  const web = { tls: null, trustedProxies: [], version: 'test', demoInboxKey: null, pageFolders: null }
  desk = await createDesk({ ...foundation.parts, ...web })
  await desk.app.listen({ port, host: '127.0.0.1' })
  desk.start('all')
}

async function stop(): Promise<void> {
  await desk?.stop()
  desk = undefined
  await foundation?.close()
  foundation = undefined
}

const asTestDesk = () => ({ client: () => new Client(port), clock: systemClock, port }) as unknown as TestDesk

async function open(name: string, email: string): Promise<Shop> {
  const person = await signUpOwner(asTestDesk(), { name: 'Rahima', email, workspaceName: name })
  const params = { workspaceId: person.workspaceId }
  const made = await person.client.call(createInbox, { params, body: { channel: 'api', name: 'ERP', settings: {} } })
  assert.equal(made.status, 201, made.text)
  return { person, inbox: { key: made.body.inbox.key, signingSecret: made.body.signingSecret } }
}

async function textsOf({ person }: Shop): Promise<string[]> {
  const params = { workspaceId: person.workspaceId }
  const { body } = await person.client.call(listConversations, { params, query: { view: 'all' } })
  const [row] = body.conversations ?? []
  if (!row) return []
  const thread = await person.client.call(getThread, { params: { ...params, conversationId: row.id } })
  return thread.body.items.flatMap((item: { text?: string }) => item.text ?? [])
}

async function write(shop: Shop, text: string): Promise<void> {
  await postMessage(asTestDesk(), shop.inbox, { from: { id: 'c-1', name: 'Karim' }, text })
  await until(async () => ((await textsOf(shop)).includes(text) ? true : null), text)
}

before(async () => {
  port = await freePort()
  await start()
  shapla = await open('Shapla Crafts', 'rahima@shapla.example')
  meghna = await open('Meghna Telecom', 'kabir@meghna.example')
  for (const shop of [shapla, meghna]) await write(shop, 'the first message')
})
after(async () => {
  await stop()
  rmSync(place, { recursive: true, force: true })
})

/** One run of the command line, while this process goes on serving. */
function operator(...words: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const env = { PATH: process.env.PATH ?? '', DESK_HOME: home, PORT: String(port) }
  const child = spawn(process.execPath, [MAIN, ...words], { env, stdio: 'pipe' })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })))
}

const idOf = ({ person }: Shop) => uuidOf('workspace', person.workspaceId)
const ringFile = (shop: Shop) => join(home, 'keys', 'workspaces', `${idOf(shop)}.json`)

/**
 * As if ten minutes had gone by since the newest versions were made: the commands go by the real clock. So does the desk,
 * which has forgotten its keys by then, as a new start does.
 */
async function letTimePass(shop: Shop): Promise<void> {
  const ring = JSON.parse(readFileSync(ringFile(shop), 'utf8'))
  for (const key of ring.keys) key.seals_from = new Date(Date.parse(key.seals_from) - TEN_MINUTES_MS).toISOString()
  writeFileSync(ringFile(shop), JSON.stringify(ring), { mode: 0o600 })
  await stop()
  await start()
}

test('a workspace that there is none of, and words too few or too many, are refused', async () => {
  const said: string[] = []
  const voice = { say: () => assert.fail('nothing was done'), complain: (text: string) => void said.push(text) }
  for (const command of [keysRotate, keysReseal, keysReindex, keysRetire]) {
    for (const words of [[], ['--every'], ['shapla-crafts', 'meghna-telecom']]) {
      assert.equal(await command.run(words, voice), 2, command.words)
    }
  }
  assert.deepEqual(new Set(said), new Set(['Give one workspace, or --all.']))
  assert.equal(await keysDestroy.run(['shapla-crafts'], voice), 2)
  assert.equal(await auditVerify.run(['shapla-crafts', 'meghna-telecom'], voice), 2)
  const nobody = await operator('keys', 'rotate', 'nobody-there')
  assert.deepEqual([nobody.code, nobody.out, nobody.err], [1, '', 'No workspace is called nobody-there.\n'])
  assert.equal((await operator('audit', 'verify', 'nobody-there')).code, 1)
  const mistyped = await operator('keys', 'destroy', 'shapla-crafts', '--yes-really', 'meghna-telecom')
  assert.equal(mistyped.code, 2)
  assert.match(mistyped.err, /nothing was destroyed/)
  for (const shop of [shapla, meghna]) assert.deepEqual(await textsOf(shop), ['the first message'])
})

test('rotate, reseal and retire, beside the running desk', async () => {
  const rotated = await operator('keys', 'rotate', 'shapla-crafts')
  assert.deepEqual([rotated.code, rotated.err], [0, ''])
  assert.match(rotated.out, /^shapla-crafts: content version 2 seals from 20\S+Z\n$/)
  assert.match((await operator('keys', 'retire', 'shapla-crafts')).out, /content version 1 stays: the newer one is not/)
  await letTimePass(shapla)
  assert.match(
    (await operator('keys', 'retire', 'shapla-crafts')).out,
    /content version 1 stays: \d+ rows are not under/,
  )
  const resealed = await operator('keys', 'reseal', shapla.person.workspaceId)
  assert.deepEqual([resealed.code, resealed.err], [0, ''])
  assert.match(resealed.out, /^shapla-crafts: [1-9]\d* of \d+ rows changed, all under version 2 now\n$/)
  const listed = await operator('keys', 'list')
  assert.match(
    listed.out,
    /^shapla-crafts \(Shapla Crafts\)\n {2}content 2: made .*, seals from .*, [1-9]\d* values\n/m,
  )
  assert.match(listed.out, /^ {2}content 1: made .*, 0 values$/m)
  for (const { wrapped } of JSON.parse(readFileSync(ringFile(shapla), 'utf8')).keys) {
    assert.ok(!listed.out.includes(wrapped.slice(0, 12)))
  }
  assert.equal(
    (await operator('keys', 'retire', '--all')).out.split('\n')[1],
    'shapla-crafts: content version 1 is gone',
  )
  assert.deepEqual(await textsOf(shapla), ['the first message'])
})

test('reindex, beside the running desk, then the old look-up key waits for repetitions', async () => {
  const begun = spawn(process.execPath, [MAIN, 'keys', 'reindex', 'shapla-crafts'], {
    env: { PATH: process.env.PATH ?? '', DESK_HOME: home, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said = await new Promise<string>((resolve) => begun.stdout.once('data', (chunk) => resolve(String(chunk))))
  assert.match(said, /^shapla-crafts: waits until 20\S+Z, when no process seals with the older version any more\n/)
  // Killed while it waits; the next one goes on with what it began.
  begun.kill('SIGKILL')
  await letTimePass(shapla)
  const done = await operator('keys', 'reindex', 'shapla-crafts')
  assert.deepEqual([done.code, done.err], [0, ''])
  assert.match(done.out, /look-up keys: [1-9]\d* of \d+ rows changed, all under version 2 now\n/)
  assert.match(done.out, /search keys: [1-9]\d* of \d+ rows changed, all under version 2 now\n$/)
  const { out } = await operator('keys', 'retire', 'shapla-crafts')
  assert.match(out, /^shapla-crafts: look-up version 1 stays until 20\S+Z, so that calls which are repeated are known/)
  assert.match(out, /search version 1 is gone\n$/)
  await write(shapla, 'from whom we know')
})

test('reindex of all begins everywhere before it waits for anything', async () => {
  const versionsOf = (shop: Shop) => {
    const { keys } = JSON.parse(readFileSync(ringFile(shop), 'utf8')) as { keys: { family: string; version: number }[] }
    return Math.max(...keys.filter(({ family }) => family === 'search').map(({ version }) => version))
  }
  const versions = [shapla, meghna].map(versionsOf)
  const begun = spawn(process.execPath, [MAIN, 'keys', 'reindex', '--all'], {
    env: { PATH: process.env.PATH ?? '', DESK_HOME: home, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said = await new Promise<string>((resolve) => begun.stdout.once('data', (chunk) => resolve(String(chunk))))
  begun.kill('SIGKILL')
  assert.match(said, /: waits until 20/)
  assert.deepEqual(
    [shapla, meghna].map(versionsOf),
    versions.map((version) => version + 1),
  )
  for (const shop of [shapla, meghna]) await letTimePass(shop)
  const done = await operator('keys', 'reindex', '--all')
  assert.deepEqual([done.code, done.err], [0, ''])
  assert.deepEqual(await textsOf(meghna), ['the first message'])
})

test('audit verify says that trails are whole, and names an entry that was changed', async () => {
  const whole = await operator('audit', 'verify')
  assert.deepEqual([whole.code, whole.err], [0, ''])
  assert.match(whole.out, /^meghna-telecom: \d+ entries as written, head [0-9a-f]{64}\.\nshapla-crafts: /)
  const owner = foundation?.owner
  assert.ok(owner)
  const change = (by: string) =>
    // The owner of the tables is held by the policies too; the trail can only be changed by taking them away first.
    withClient(owner, async (client) => {
      await client.query('alter table desk.audit_entry no force row level security')
      await client.query(
        `update desk.audit_entry set action = case when $2 = 'there' then action || '.' else rtrim(action, '.') end
         where workspace_id = $1 and number = 2`,
        [idOf(shapla), by],
      )
      await client.query('alter table desk.audit_entry force row level security')
    })
  await change('there')
  const broken = await operator('audit', 'verify', 'shapla-crafts')
  assert.deepEqual([broken.code, broken.out], [1, ''])
  assert.equal(broken.err, 'shapla-crafts: 1 entry as written; entry 2 is not as it was written.\n')
  await change('back')
  assert.equal((await operator('audit', 'verify', 'shapla-crafts')).code, 0)
})

async function signedInAgain(shop: Shop): Promise<Shop> {
  return { ...shop, person: { ...shop.person, client: await signInAgain(asTestDesk(), shop.person) } }
}

async function isRefused({ person }: Shop): Promise<void> {
  const params = { workspaceId: person.workspaceId }
  const answer = await person.client.call(listConversations, { params, query: { view: 'all' } })
  assert.deepEqual([answer.status, answer.body.code], [410, 'workspace_destroyed'])
}

test('destroyed is destroyed, also when yesterday’s copy of the database is put back', async () => {
  const dataFolder = join(home, 'postgres', 'data')
  const texts = await textsOf(shapla)
  await stop()
  const yesterday = `${dataFolder}-yesterday`
  assert.equal(spawnSync('cp', ['-a', dataFolder, yesterday]).status, 0)
  await start()

  const done = await operator('keys', 'destroy', 'shapla-crafts', '--yes-really', 'shapla-crafts')
  assert.deepEqual([done.code, done.err], [0, ''])
  assert.match(done.out, /the keys are destroyed/)
  const again = await operator('keys', 'destroy', 'shapla-crafts', '--yes-really', 'shapla-crafts')
  assert.deepEqual([again.code, again.err], [1, 'shapla-crafts: its keys were destroyed before.\n'])
  // The desk would forget the keys within a minute; it forgets them at once when it is started again.
  await stop()
  await start()
  await isRefused(shapla)
  assert.match((await operator('audit', 'verify', 'shapla-crafts')).out, /^shapla-crafts: \d+ entries as written/)
  await write(meghna, 'the neighbour goes on')

  await stop()
  rmSync(dataFolder, { recursive: true })
  renameSync(yesterday, dataFolder)
  await start()
  await isRefused(shapla)
  const kernel = desk?.kernel
  assert.ok(kernel)
  await assert.rejects(kernel.vault.open(idOf(shapla)), { code: 'workspace_destroyed' })
  await assert.rejects(kernel.vault.create(idOf(shapla)), { code: 'workspace_destroyed' })
  meghna = await signedInAgain(meghna)
  assert.deepEqual(await textsOf(meghna), ['the first message'], 'the neighbour reads what was in the copy')
  await write(meghna, 'and writes on')
  assert.ok(texts.includes('the first message'))
})
