/**
 * A home backed up while people write into it, and brought back elsewhere: what had its yes before the backup began is
 * there, once, with its words, notes and files; new messages go on. The file says nothing to whoever lacks the
 * passphrase. A backup without keys says nothing even to them. What must be refused leaves nothing behind.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as conversations from '@central-desk/contract/conversations.ts'
import { systemRandomness } from '#src/kernel/clock.ts'
import { packEntries } from '#src/operator/backup/entries.ts'
import { writeArchive } from '#src/operator/backup/sealed-archive.ts'
import { huntIn } from '#test/support/hunt.ts'
import { launchProgram, type Program, startProgram, untilTrue } from '#test/support/program.ts'
import { signInAgain } from '#test/support/people.ts'
import { ROOT } from '#test/support/source.ts'
import { done, makeStage, postHook, postMessage, type Stage, until } from '#test/support/stage.ts'

const KNOWN_COUNT = 12
const PASSPHRASE = 'six yellow ducks swim by night'
/** On a slow machine a run says how far it is. */
const PROGRESS = /^(Backing up|Restoring): \d+ of about \d+ MiB \.\.\.\n/gm
const OPERATOR = join(ROOT, 'server', 'src', 'operator', 'main.ts')

const place = mkdtempSync(join(tmpdir(), 'central-desk-backup-'))
chmodSync(place, 0o711)
const home = join(place, 'home')
const backup = join(place, 'desk.backup')
const passphraseFile = join(place, 'passphrase')
let program: Program
let stage: Stage
let known: readonly string[] = []

before(async () => {
  writeFileSync(passphraseFile, PASSPHRASE, { mode: 0o600 })
  program = await startProgram({ home })
  stage = await makeStage(program.desk, 'Shapla Crafts', 'marker')
})
after(async () => {
  await program?.end()
  rmSync(place, { recursive: true, force: true })
})

/** One run of the command line. */
function operator(at: string, ...words: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const env = { PATH: process.env.PATH ?? '', TMPDIR: process.env.TMPDIR ?? '/tmp', DESK_HOME: at, PORT: '7799' }
  const child = spawn(process.execPath, [OPERATOR, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const ended = once(child, 'close')
  return ended.then(([code]) => ({ code, out, err: err.replaceAll(PROGRESS, '') }))
}

const withPassphrase = ['--passphrase-file', passphraseFile]
const one = () => ({ workspaceId: stage.owner.workspaceId, conversationId: stage.ids.conversation ?? '' })

async function textsIn(on: Stage): Promise<string[]> {
  const { items } = await done(on, conversations.getThread, { params: one(), query: { limit: 100 } })
  return items.flatMap((item: { text?: string }) => item.text ?? [])
}

/** Sends until told to stop; what got its yes, in order. */
function keepSending(): { stop(): Promise<void>; readonly acknowledged: string[] } {
  const acknowledged: string[] = []
  let isOver = false
  const running = (async () => {
    for (let turn = 0; !isOver; turn++) {
      const text = `while it was backed up ${turn}`
      // One who writes in the conversation that is looked at later, then somebody else, who may write any number.
      const id = turn < KNOWN_COUNT ? 'c-1' : 'c-2'
      await postMessage(program.desk, stage.apiInbox, { from: { id }, text })
      acknowledged.push(text)
    }
  })()
  const stop = () => {
    isOver = true
    return running
  }
  return { stop, acknowledged }
}

/** The stage on a restored desk: the same people, signed in anew with their old passwords. */
async function sameStageOn(restored: Program): Promise<Stage> {
  const client = await signInAgain(restored.desk, stage.owner)
  return { ...stage, desk: restored.desk, owner: { ...stage.owner, client } }
}

test('a backup of a running desk holds all that had its yes before, and the desk goes on', async () => {
  const sender = keepSending()
  await untilTrue(() => sender.acknowledged.length >= KNOWN_COUNT)
  known = sender.acknowledged.slice(0, KNOWN_COUNT)
  const sentBefore = sender.acknowledged.length
  const made = await operator(home, 'backup-home', ...withPassphrase, backup)
  await sender.stop()
  assert.deepEqual([made.code, made.err], [0, ''])
  assert.match(made.out, /^Backed up: \S+, [\d.]+ MiB\.\nIt holds the keys: /)
  assert.ok(sender.acknowledged.length > sentBefore, 'messages came in meanwhile')
  assert.equal(statSync(backup).mode & 0o777, 0o600)
  const clear = [stage.owner.email, 'master.key', 'PG_VERSION', 'app_user', known[0] ?? '']
  assert.deepEqual(huntIn(readFileSync(backup), 'backup', clear), [])
})

test('restored elsewhere it starts, opens old messages, notes and files, and takes new ones', async () => {
  const elsewhere = join(place, 'elsewhere')
  const restored = await operator(elsewhere, 'restore-home', ...withPassphrase, backup)
  assert.deepEqual([restored.code, restored.err], [0, ''])
  const desk = await startProgram({ home: elsewhere })
  assert.match(readFileSync(join(elsewhere, 'postgres.log'), 'utf8'), /completed backup recovery/)
  const same = await sameStageOn(desk)
  const texts = await until(async () => {
    const found = await textsIn(same)
    return known.every((text) => found.includes(text)) ? found : null
  }, 'every message from before the backup')
  for (const text of known) assert.equal(texts.filter((found) => found === text).length, 1, text)
  const thread = await same.owner.client.call(conversations.getThread, { params: one(), query: { limit: 100 } })
  assert.ok(thread.text.includes('note marker') && thread.text.includes('outbound marker'))
  const link = /https?:\/\/files\.localhost:\d+(\/[^"]+)/.exec(thread.text)?.[1] ?? assert.fail('no attachment')
  const file = await same.owner.client.raw('GET', link, { origin: 'files' })
  assert.deepEqual([file.status, file.text], [200, 'marker'])
  const body = JSON.stringify({ type: 'message', id: 'new', from: { id: 'c-1' }, text: 'a new word after the restore' })
  assert.equal((await postHook(desk.desk, stage.apiInbox, body)).status, 200)
  await until(async () => ((await textsIn(same)).includes('a new word after the restore') ? true : null), 'the new one')
  assert.equal(await desk.end(), 0)
})

test('without keys it opens nothing, says so, and starts once the keys are put back', async () => {
  const file = join(place, 'no-keys.backup')
  const made = await operator(home, 'backup-home', '--without-keys', ...withPassphrase, file)
  assert.deepEqual([made.code, made.err], [0, ''])
  assert.match(made.out, /does NOT hold the keys/)
  const elsewhere = join(place, 'keyless')
  const restored = await operator(elsewhere, 'restore-home', ...withPassphrase, file)
  assert.deepEqual([restored.code, restored.err], [0, ''])
  assert.match(restored.out, /Without keys: put the keys folder into /)
  assert.equal(existsSync(join(elsewhere, 'keys')), false)
  const refused = await launchProgram({ home: elsewhere })
  assert.deepEqual([await refused.ready, await refused.ended], [false, 1])
  assert.match(refused.said(), /The key file \S+ is missing beside an existing database/)
  cpSync(join(home, 'keys'), join(elsewhere, 'keys'), { recursive: true })
  const desk = await startProgram({ home: elsewhere })
  const texts = await textsIn(await sameStageOn(desk))
  assert.ok(texts.includes('inbound marker'))
  assert.equal(await desk.end(), 0)
})

async function newerBackup(path: string): Promise<string> {
  async function* entries() {
    const about = { program: '9.0.0', made_at: '2030-01-01T00:00:00.000Z', hasKeys: true, size_bytes: 1 }
    yield { kind: 'about' as const, ...about, migrations: ['0001_scope.sql', '9999_of_tomorrow.sql'] }
  }
  const file = await open(path, 'wx')
  const { signal } = new AbortController()
  await writeArchive(file, packEntries(entries()), { passphrase: PASSPHRASE, randomness: systemRandomness, signal })
  await file.close()
  return path
}

test('what cannot be restored is refused in one sentence, and leaves nothing behind', async () => {
  const cut = join(place, 'cut.backup')
  const bytes = readFileSync(backup)
  writeFileSync(cut, bytes.subarray(0, Math.floor(bytes.length * 0.7)))
  const wrong = join(place, 'wrong-passphrase')
  writeFileSync(wrong, 'seven yellow ducks swim by day', { mode: 0o600 })
  const target = join(place, 'target')
  const newer = await newerBackup(join(place, 'newer.backup'))
  const before = readdirSync(place).sort()
  const refusals: [args: string[], sentence: RegExp][] = [
    [[...withPassphrase, cut], /^cut\.backup is cut short or was changed; nothing was restored\.\n$/],
    [['--passphrase-file', wrong, backup], /^The passphrase does not open desk\.backup\.\n$/],
    [[...withPassphrase, newer], /^newer\.backup was made by a newer version [^\n]*9999_of_tomorrow[^\n]*\n$/],
    [[...withPassphrase, join(place, 'none')], /^\S+ cannot be read \(ENOENT\)\.\n$/],
  ]
  for (const [args, sentence] of refusals) {
    const refused = await operator(target, 'restore-home', ...args)
    assert.deepEqual([refused.code, refused.out], [1, ''], refused.err)
    assert.match(refused.err, sentence)
    assert.deepEqual(readdirSync(place).sort(), before, 'nothing was left behind')
  }
  mkdirSync(target)
  writeFileSync(join(target, 'something'), 'of somebody')
  const refused = await operator(target, 'restore-home', ...withPassphrase, backup)
  assert.deepEqual([refused.code, refused.err.includes('is not empty')], [1, true], refused.err)
  assert.deepEqual(readdirSync(target), ['something'])
})

test('what must not be written is refused before anything is', async () => {
  const short = join(place, 'short')
  writeFileSync(short, 'too short', { mode: 0o600 })
  const refusals: [args: string[], sentence: RegExp][] = [
    [[...withPassphrase, backup], /is there already; backups are never overwritten/],
    [[...withPassphrase, join(home, 'files', 'inside')], /would lie inside the home/],
    [[...withPassphrase, join(place, 'no-folder', 'x')], /There is no folder/],
    [['--passphrase-file', short, join(place, 'x')], /at least 16 characters/],
    [[join(place, 'x')], /Nobody is at a terminal/],
  ]
  for (const [args, sentence] of refusals) {
    const refused = await operator(home, 'backup-home', ...args)
    assert.deepEqual([refused.code, refused.out], [1, ''])
    assert.match(refused.err, sentence)
  }
  assert.deepEqual([existsSync(join(place, 'x')), existsSync(join(place, 'x.making'))], [false, false])
  assert.equal((await operator(home, 'backup-home')).code, 2)
  const nowhere = await operator(join(place, 'nowhere'), 'backup-home', ...withPassphrase, join(place, 'x'))
  assert.deepEqual([nowhere.code, existsSync(join(place, 'nowhere'))], [1, false], nowhere.err)
})

test('a home on which nothing runs is backed up too, and left as it was', async () => {
  assert.equal(await program.end(), 0)
  const file = join(place, 'cold.backup')
  const made = await operator(home, 'backup-home', ...withPassphrase, file)
  assert.deepEqual([made.code, made.err, existsSync(join(home, 'running.json'))], [0, '', false])
  const elsewhere = join(place, 'cold')
  assert.equal((await operator(elsewhere, 'restore-home', ...withPassphrase, file)).code, 0)
  const desk = await startProgram({ home: elsewhere })
  const texts = await textsIn(await sameStageOn(desk))
  for (const text of known) assert.ok(texts.includes(text), text)
  assert.equal(await desk.end(), 0)
})
