/**
 * The archive of a home on a small scale: what goes in comes out, what was cut, changed, made by a newer program or
 * sealed under another passphrase is refused with its own sentence before a byte is used, and no entry leads outside.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { systemRandomness } from '../../kernel/clock.ts'
import { attempt } from './attempt.ts'
import { type Entry, packEntries, type Sink, unpackEntries } from './entries.ts'
import { readPassphrase } from './passphrase.ts'
import { readArchive, writeArchive } from './sealed-archive.ts'

const place = mkdtempSync(join(tmpdir(), 'central-desk-archive-'))
after(() => rmSync(place, { recursive: true, force: true }))

const PASSPHRASE = 'ছয়টি হলুদ হাঁস সাঁতার কাটে'
const { signal } = new AbortController()
const ABOUT: Entry = {
  kind: 'about',
  program: '1.0.0',
  made_at: '2026-11-24T04:00:00.000Z',
  migrations: ['0001_scope.sql'],
  hasKeys: true,
  size_bytes: 1_000,
}
const LARGE = randomBytes(700_000)
const ENTRIES: readonly Entry[] = [
  ABOUT,
  { kind: 'folder', path: 'files', mode: 0o700 },
  { kind: 'file', path: 'files/empty', mode: 0o600, content: [] },
  {
    kind: 'file',
    path: 'files/large',
    mode: 0o600,
    content: [LARGE.subarray(0, 10), Buffer.alloc(0), LARGE.subarray(10)],
  },
]

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

async function packed(entries: readonly Entry[]): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of packEntries(each(entries))) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** Keeps what comes out. */
function collector(): Sink & { readonly found: Map<string, Buffer> } {
  const found = new Map<string, Buffer>()
  return {
    found,
    about: async () => {},
    folder: async ({ path }) => void found.set(`${path}/`, Buffer.alloc(0)),
    file: async ({ path }) => {
      const pieces: Buffer[] = []
      return {
        write: async (piece) => void pieces.push(Buffer.from(piece)),
        close: async () => void found.set(path, Buffer.concat(pieces)),
      }
    },
  }
}

async function sealed(name: string): Promise<string> {
  const path = join(place, name)
  const file = await open(path, 'wx')
  await writeArchive(file, packEntries(each(ENTRIES)), { passphrase: PASSPHRASE, randomness: systemRandomness, signal })
  await file.close()
  return path
}

async function opened(path: string, passphrase = PASSPHRASE): Promise<Map<string, Buffer>> {
  const file = await open(path, 'r')
  const sink = collector()
  try {
    await readArchive(file, { name: 'it', passphrase, signal }, (plain) => unpackEntries(plain, sink))
    return sink.found
  } finally {
    await file.close()
  }
}

test('what goes in comes out, also under the passphrase in other code points', async () => {
  const path = await sealed('whole')
  const found = await opened(path, PASSPHRASE.normalize('NFD'))
  assert.deepEqual([...found.keys()], ['files/', 'files/empty', 'files/large'])
  assert.ok(found.get('files/large')?.equals(LARGE))
  const bytes = readFileSync(path)
  assert.ok(!bytes.includes('files/large') && !bytes.includes(LARGE.subarray(0, 32)), 'nothing stands in the clear')
})

test('a file that is cut, changed, newer, foreign or under another passphrase is refused with its sentence', async () => {
  const bytes = readFileSync(await sealed('attacked'))
  const CHANGED = 'it is cut short or was changed; nothing was restored.'
  const flip = (at: number) => {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    return changed
  }
  const attacks: [what: string, bytes: Buffer, sentence: string][] = [
    ['its last byte', bytes.subarray(0, -1), CHANGED],
    ['its last chunks', bytes.subarray(0, bytes.length - 200_000), CHANGED],
    ['all but its head', bytes.subarray(0, 84), CHANGED],
    ['half of its head', bytes.subarray(0, 40), CHANGED],
    ['a byte in the middle', flip(Math.floor(bytes.length / 2)), CHANGED],
    ['the last byte changed', flip(bytes.length - 1), CHANGED],
    ['more behind the end', Buffer.concat([bytes, bytes.subarray(-100)]), CHANGED],
    ['its salt', flip(10), 'The passphrase does not open it.'],
    ['a newer format', Buffer.concat([bytes.subarray(0, 6), Buffer.from([2]), bytes.subarray(7)]), NEWER],
    ['another file', Buffer.from('-- PostgreSQL database dump'), 'it is no backup of a home.'],
    ['nothing', Buffer.alloc(0), 'it is no backup of a home.'],
  ]
  for (const [what, content, sentence] of attacks) {
    const path = join(place, 'attack')
    writeFileSync(path, content)
    await assert.rejects(opened(path), { name: 'StartRefusal', message: sentence }, what)
  }
  writeFileSync(join(place, 'attack'), bytes)
  await assert.rejects(opened(join(place, 'attack'), 'another passphrase altogether'), {
    message: 'The passphrase does not open it.',
  })
})

const NEWER = 'it was made by a newer version of Central Desk; restore it with that version.'

test('no entry leads outside, and an end that is missing or counts wrong is noticed', async () => {
  const read = (bytes: Buffer) => unpackEntries(each([bytes]), collector())
  for (const path of ['../x', '/etc/x', 'a/../../x', 'a//x', '.', '', 'a\0b', 'x'.repeat(5_000)]) {
    const entry: Entry = { kind: 'file', path, mode: 0o600, content: [] }
    await assert.rejects(read(await packed([ABOUT, entry])), /outside the home/, path.slice(0, 20))
  }
  const whole = await packed(ENTRIES)
  assert.deepEqual(await read(whole), { files: 2 })
  for (const bytes of [whole.subarray(0, -1), Buffer.concat([whole, Buffer.from('x')]), Buffer.alloc(0)]) {
    await assert.rejects(read(bytes), { name: 'StartRefusal' })
  }
  const miscounted = Buffer.from(whole.toString('latin1').replace('"files":2', '"files":3'), 'latin1')
  await assert.rejects(read(miscounted), { name: 'StartRefusal' })
  await assert.rejects(read(await packed(ENTRIES.slice(1))), { name: 'StartRefusal' }, 'what it is about comes first')
})

test('a passphrase comes from a file of its own, or is typed twice, and is not short', async () => {
  const file = join(place, 'passphrase')
  writeFileSync(file, `${PASSPHRASE}\n`, { mode: 0o600 })
  assert.equal(await readPassphrase({ file, typist: null, isNew: true }), PASSPHRASE)
  chmodSync(file, 0o640)
  await assert.rejects(readPassphrase({ file, typist: null, isNew: false }), /may be read by others/)
  await assert.rejects(readPassphrase({ file: join(place, 'none'), typist: null, isNew: false }), /cannot be read/)
  await assert.rejects(readPassphrase({ file: undefined, typist: null, isNew: false }), /--passphrase-file/)
  const typing = (...words: string[]) => ({ ask: async () => words.shift() ?? assert.fail('asked once too often') })
  const typed = (...words: string[]) => readPassphrase({ file: undefined, typist: typing(...words), isNew: true })
  assert.equal(await typed(PASSPHRASE, PASSPHRASE), PASSPHRASE)
  await assert.rejects(typed(PASSPHRASE, `${PASSPHRASE}!`), /not the same/)
  await assert.rejects(typed('fifteen letters'), /at least 16 characters/)
})

test('an interrupt stops a run in order, and takes away what it made', async () => {
  let isUndone = false
  const undo = async () => {
    isUndone = true
  }
  const run = attempt(
    (stop) => new Promise((_done, reject) => stop.addEventListener('abort', () => reject(stop.reason))),
    undo,
  )
  process.emit('SIGTERM', 'SIGTERM')
  await assert.rejects(run, { name: 'StartRefusal', message: 'Interrupted; nothing was left behind.' })
  assert.ok(isUndone)
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' })
  await assert.rejects(
    attempt(() => Promise.reject(full), undo),
    /There is no room/,
  )
})
