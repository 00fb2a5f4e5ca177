/** Files over HTTP: what goes in sealed comes out whole, for those who may, for as long as they may, and inertly. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { uploadAttachment, writeNote } from '@central-desk/contract/conversations.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { removeMember } from '@central-desk/contract/members.ts'
import { signOut } from '@central-desk/contract/session.ts'
import type { Answer } from '#test/support/client.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { connectInbox, receiveOne, uuidOf } from '#test/support/inbound.ts'
import { joinAs, type Personas, type Person, personas, signInAgain } from '#test/support/people.ts'
import { rowsOf } from '#test/support/rows.ts'
import { createFilesRoom } from './index.ts'
import { deleteUnused } from './queries.ts'
import { sweepUnused, UNUSED_FOR_MS } from './sweep.ts'
import { createFileStore } from './store.ts'

const MINUTE = 60_000
const PNG = Buffer.concat([
  Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0', 'latin1'),
  randomBytes(200_000),
])

let desk: TestDesk
let people: Personas

before(async () => {
  desk = await bootDesk({ withWorkers: false })
  people = await personas(desk)
})

function upload(person: Person, bytes: Buffer, fileName = 'photo.png', workspaceId = person.workspaceId) {
  return person.client.call(uploadAttachment, { params: { workspaceId }, query: { fileName }, body: bytes })
}

async function uploaded(person: Person, bytes: Buffer, fileName?: string) {
  const answer = await upload(person, bytes, fileName)
  assert.equal(answer.status, 201, answer.text)
  return answer.body
}

/** As a browser asks: no cookie, just the address. */
function read(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  return desk.client().raw('GET', new URL(url).pathname, { origin: 'files', headers })
}

const pathOf = (person: Person, attachmentId: string) => {
  const id = uuidOf('attachment', attachmentId)
  return join(desk.home, 'files', uuidOf('workspace', person.workspaceId), id.slice(-2), id)
}

test('an image is told by its bytes, measured, and given back as it came', async () => {
  const { rahima } = people
  const file = await uploaded(rahima, PNG, 'ছবি.txt')
  assert.deepEqual(
    { ...file, id: '', url: '' },
    { id: '', url: '', fileName: 'ছবি.txt', mediaType: 'image/png', byteSize: PNG.length, width: 640, height: 480 },
  )
  assert.match(file.url, /^http:\/\/files\.localhost:\d+\/a\/[A-Za-z0-9_-]+$/)
  const answer = await read(file.url)
  assert.equal(answer.status, 200)
  assert.deepEqual(answer.bytes, PNG)
  assert.equal(answer.headers['content-type'], 'image/png')
  assert.match(String(answer.headers['content-disposition']), /^inline; /)
})

test('what a browser may do with a file is nothing but show it', async () => {
  const file = await uploaded(people.rahima, PNG)
  const { headers } = await read(file.url)
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.match(String(headers['content-security-policy']), /default-src 'none'.*sandbox/)
  assert.equal(headers['cross-origin-resource-policy'], 'cross-origin')
  assert.match(String(headers['cache-control']), /^private/)
  assert.equal(headers['set-cookie'], undefined)
})

test('HTML and SVG leave as a download of unknown bytes, whatever their names say', async () => {
  const hostile = [
    '<svg onload=alert(1) xmlns="http://www.w3.org/2000/svg"/>',
    '<html><script>alert(1)</script></html>',
  ]
  for (const [place, text] of hostile.entries()) {
    const file = await uploaded(people.rahima, Buffer.from(text), ['a.svg', 'b.png'][place])
    assert.equal(file.mediaType, 'application/octet-stream')
    assert.deepEqual([file.width, file.height], [null, null])
    const { headers } = await read(file.url)
    assert.equal(headers['content-type'], 'application/octet-stream')
    assert.match(String(headers['content-disposition']), /^attachment; /)
  }
})

test('a name cannot break out of the header', async () => {
  const file = await uploaded(people.rahima, PNG, 'a"; filename="evil.html\u202e/../x')
  const disposition = String((await read(file.url)).headers['content-disposition'])
  assert.equal(disposition.split('"').length, 3)
  assert.doesNotMatch(disposition, /\.\.\//)
})

test('on disk and in the database there is no byte of the file and no letter of its name', async () => {
  const canary = `canary-${randomBytes(12).toString('hex')}`
  const file = await uploaded(people.rahima, Buffer.from(`${canary} ${'x'.repeat(200_000)}`), `${canary}.txt`)
  const sealed = await readFile(pathOf(people.rahima, file.id))
  assert.ok(!sealed.includes(canary))
  const rows = await rowsOf(desk, 'select a::text as row from attachment a')
  assert.ok(rows.every(({ row }) => !row.includes(canary) && !row.includes(Buffer.from(canary).toString('hex'))))
  assert.equal((await read(file.url)).text.slice(0, canary.length), canary)
  assert.ok(!desk.logged().includes(canary))
  assert.deepEqual(await readdir(join(desk.home, 'files', '.incoming')), [])
})

test('ranges give their part and no more; others are refused or ignored', async () => {
  const { url } = await uploaded(people.rahima, PNG)
  const part = await read(url, { range: 'bytes=65500-65600' })
  assert.equal(part.status, 206)
  assert.equal(part.headers['content-range'], `bytes 65500-65600/${PNG.length}`)
  assert.deepEqual(part.bytes, PNG.subarray(65_500, 65_601))
  const tail = await read(url, { range: 'bytes=-7' })
  assert.deepEqual(tail.bytes, PNG.subarray(-7))
  const beyond = await read(url, { range: `bytes=${PNG.length}-` })
  assert.deepEqual([beyond.status, beyond.headers['content-range']], [416, `bytes */${PNG.length}`])
  assert.equal((await read(url, { range: 'bytes=0-1,5-6' })).status, 200)
  assert.equal((await read(url, { range: 'bytes=0-1', 'if-range': '"other"' })).status, 200)
})

test('a browser that has it is told so, and only while the session lives', async () => {
  const client = await signInAgain(desk, people.rahima)
  const { url } = await uploaded({ ...people.rahima, client }, PNG)
  const { etag } = (await read(url)).headers
  const again = await read(url, { 'if-none-match': String(etag) })
  assert.deepEqual([again.status, again.bytes.length], [304, 0])
  await client.call(signOut)
  assert.equal((await read(url, { 'if-none-match': String(etag) })).status, 410)
})

test('a link dies with its time', async () => {
  const { url } = await uploaded(people.rahima, PNG)
  desk.clock.advance(10 * MINUTE - 1)
  assert.equal((await read(url)).status, 200)
  desk.clock.advance(6 * MINUTE)
  assert.equal((await read(url)).body.code, 'gone')
})

test('a link dies with its member', async () => {
  const leaver = await joinAs(desk, people.rahima, 'agent', { name: 'Leaver', email: 'leaver@shapla-crafts.example' })
  const { url } = await uploaded(leaver, PNG)
  assert.equal((await read(url)).status, 200)
  const params = { workspaceId: people.rahima.workspaceId, memberId: leaver.memberId }
  assert.equal((await people.rahima.client.call(removeMember, { params })).status, 204)
  assert.equal((await read(url)).body.code, 'gone')
})

test('lists read within a few minutes give the same address, later ones another', () => {
  const files = createFilesRoom(desk.kernel, { isSessionLive: async () => true })
  const ids = [desk.kernel.mint.next(), desk.kernel.mint.next(), desk.kernel.mint.next()] as const
  const reader = { kind: 'member', workspaceId: ids[0], sessionId: ids[1], memberId: ids[2] } as const
  const start = Math.ceil(desk.clock.now().getTime() / (5 * MINUTE)) * 5 * MINUTE + 1
  desk.clock.set(new Date(start))
  const first = files.linksFor(reader)(ids[0])
  desk.clock.advance(4 * MINUTE)
  assert.equal(files.linksFor(reader)(ids[0]), first)
  assert.notEqual(files.linksFor(reader)(ids[1]), first)
  assert.notEqual(files.linksFor({ ...reader, sessionId: ids[2] })(ids[0]), first)
  desk.clock.advance(MINUTE)
  assert.notEqual(files.linksFor(reader)(ids[0]), first)
})

test('no other token opens anything: every flipped bit, foreign letters, other lengths', async () => {
  const { url } = await uploaded(people.rahima, PNG)
  const token = new URL(url).pathname.slice('/a/'.length)
  const bytes = Buffer.from(token, 'base64url')
  for (let at = 0; at < bytes.length; at += 5) {
    const flipped = Buffer.from(bytes)
    flipped[at] = (flipped[at] ?? 0) ^ 1
    assert.equal((await read(url.replace(token, flipped.toString('base64url')))).status, 404, `byte ${at}`)
  }
  for (const wrong of [`${token}A`, token.slice(1), `${token}.`, 'x', `${token}==`]) {
    assert.ok([404, 422].includes((await read(url.replace(token, wrong))).status), wrong)
  }
  assert.equal((await read(url)).status, 200)
})

test('a link is served on the files origin only', async () => {
  const { url } = await uploaded(people.rahima, PNG)
  for (const origin of ['desk', 'widget', 'demo'] as const) {
    assert.equal((await desk.client().raw('GET', new URL(url).pathname, { origin })).status, 404)
  }
})

test('larger than the limit is refused, declared or not, and leaves nothing behind', async () => {
  const { rahima } = people
  const before = (await rowsOf(desk, 'select id from attachment')).length
  const large = Buffer.alloc(LIMITS.attachmentBytes + 1)
  assert.equal((await upload(rahima, large)).body.code, 'body_too_large')
  assert.equal((await streamed(rahima, large)).code, 'body_too_large')
  assert.equal((await streamed(rahima, Buffer.alloc(2 * LIMITS.attachmentBytes))).code, 'body_too_large')
  assert.equal((await rowsOf(desk, 'select id from attachment')).length, before)
  assert.deepEqual(await readdir(join(desk.home, 'files', '.incoming')), [])
  const exact = await uploaded(rahima, Buffer.alloc(LIMITS.attachmentBytes))
  assert.equal(exact.byteSize, LIMITS.attachmentBytes)
})

/** A body of unsaid length, in pieces. */
async function streamed(person: Person, bytes: Buffer): Promise<{ code?: string }> {
  const { client, workspaceId } = person
  const headers = {
    host: `localhost:${desk.port}`,
    cookie: [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    'x-csrf-token': await client.token(),
    'content-type': 'application/octet-stream',
  }
  const path = `/api/v1/workspaces/${workspaceId}/attachments?fileName=a`
  // The answer counts when all was written, too: a browser reads none before.
  const written = Promise.withResolvers<void>()
  let socket: Socket | undefined
  const answered = new Promise<{ code?: string }>((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: desk.port, method: 'POST', path, headers }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve(JSON.parse(text)))
    })
    request.on('error', reject)
    for (let at = 0; at < bytes.length; at += 1_000_000) request.write(bytes.subarray(at, at + 1_000_000))
    request.on('socket', (used) => {
      socket = used
    })
    request.end(() => written.resolve())
  })
  await written.promise
  const answer = await answered
  assert.equal(socket?.destroyed, false, 'the desk took in what it did not want, instead of leaving the sender to wait')
  return answer
}

test('an upload that breaks off leaves nothing behind and is no bug', async () => {
  const { client, workspaceId } = people.rahima
  const before = (await rowsOf(desk, 'select id from attachment')).length
  const headers = {
    host: `localhost:${desk.port}`,
    cookie: [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    'x-csrf-token': await client.token(),
    'content-length': '1000000',
  }
  const path = `/api/v1/workspaces/${workspaceId}/attachments?fileName=a`
  await new Promise<void>((resolve) => {
    const request = httpRequest({ host: '127.0.0.1', port: desk.port, method: 'POST', path, headers })
    request.on('error', () => resolve())
    request.on('close', () => resolve())
    request.write(Buffer.alloc(300_000))
    setTimeout(() => request.destroy(), 100)
  })
  while ((await readdir(join(desk.home, 'files', '.incoming'))).length > 0);
  assert.equal((await rowsOf(desk, 'select id from attachment')).length, before)
  assert.ok(!desk.logged().includes('a bug'))
})

test('a program is refused by its name and by its first bytes, and leaves nothing behind', async () => {
  const { rahima } = people
  const before = (await rowsOf(desk, 'select id from attachment')).length
  const windows = Buffer.concat([Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'), Buffer.alloc(500)])
  for (const [bytes, name] of [
    [PNG, 'photo.png.exe'],
    [PNG, 'photo.EXE. '],
    [windows, 'photo.png'],
    [Buffer.from('\x7fELF\x02\x01\x01', 'latin1'), 'list.pdf'],
    [Buffer.from('#!/bin/sh\nrm -rf ~\n'), 'notes.txt'],
  ] as const) {
    const { status, body } = await upload(rahima, bytes, name)
    assert.deepEqual([status, body.code], [415, 'program_file'], name)
  }
  assert.equal((await rowsOf(desk, 'select id from attachment')).length, before)
  assert.deepEqual(await readdir(join(desk.home, 'files', '.incoming')), [])
  assert.equal((await uploaded(rahima, Buffer.from('MZ is how it begins'), 'notes.txt')).fileName, 'notes.txt')
})

test('an empty file, a viewer, a neighbour and nobody are refused', async () => {
  const { rahima, farid, kabir } = people
  assert.equal((await upload(rahima, Buffer.alloc(0))).status, 400)
  assert.equal((await upload(farid, PNG)).body.code, 'forbidden')
  assert.equal((await upload(kabir, PNG, 'a.png', rahima.workspaceId)).body.code, 'not_found')
  const params = { workspaceId: rahima.workspaceId }
  const nobody = await desk.client().call(uploadAttachment, { params, query: { fileName: 'a' }, body: PNG })
  assert.equal(nobody.status, 401)
})

test('a JSON file is a file like any other', async () => {
  const { rahima } = people
  const params = { workspaceId: rahima.workspaceId }
  const headers = { 'content-type': 'application/json' }
  const body = Buffer.from('{ not json')
  const answer = await rahima.client.call(uploadAttachment, { params, query: { fileName: 'a.json' }, body, headers })
  assert.equal(answer.status, 201, answer.text)
  assert.equal((await read(answer.body.url)).text, '{ not json')
})

test('a sealed file that was cut, altered or moved gives out nothing that is not its own', async () => {
  const { rahima } = people
  const [one, other] = [await uploaded(rahima, PNG), await uploaded(rahima, PNG)]
  const path = pathOf(rahima, one.id)
  const sealed = await readFile(path)
  const isRefused = async () => {
    const answer = await read(one.url).catch(() => null)
    return answer === null || !answer.bytes.equals(PNG)
  }
  await truncate(path, sealed.length - 1)
  assert.ok(await isRefused())
  await writeFile(path, await readFile(pathOf(rahima, other.id)))
  assert.ok(await isRefused())
  sealed[100] = (sealed[100] ?? 0) ^ 1
  await writeFile(path, sealed)
  assert.ok(await isRefused())
  sealed[100] = (sealed[100] ?? 0) ^ 1
  await writeFile(path, sealed)
  assert.ok(!(await isRefused()))
  assert.match(desk.logged(), /a sealed file does not open/)
})

test('bytes that come with a message are stored, linked and read whole again', async () => {
  const { rahima } = people
  const files = createFilesRoom(desk.kernel, { isSessionLive: async () => true })
  const workspaceId = uuidOf('workspace', rahima.workspaceId)
  const keys = await desk.kernel.vault.open(workspaceId)
  const stored = await files.storeBytes(keys, workspaceId, { fileName: 'x/y.png', bytes: PNG })
  await receiveOne(desk, await connectInbox(desk, rahima), { from: 'mitu', text: '', files: [stored] })
  await desk.kernel.doors.inWorkspace({ workspaceId, actor: { kind: 'system' } }, async (tx) => {
    const row = await tx.db.selectFrom('attachment').selectAll().where('id', '=', stored.id).executeTakeFirstOrThrow()
    assert.ok(row.message_id)
    assert.deepEqual(await files.openBytes(tx, row), PNG)
  })
})

test('uploads that nobody used are swept after a day, with their files; used ones stay', async () => {
  const { rahima } = people
  const inbox = await connectInbox(desk, rahima)
  const { conversationId } = await receiveOne(desk, inbox, { from: 'mitu', text: 'hello' })
  const [unused, used] = [await uploaded(rahima, PNG), await uploaded(rahima, PNG)]
  const params = { workspaceId: rahima.workspaceId, conversationId }
  const body = { clientMessageId: 'sweep-test-note-1', text: '', attachmentIds: [used.id] }
  assert.equal((await rahima.client.call(writeNote, { params, body })).status, 201)
  const store = createFileStore(desk.kernel.filesFolder, desk.kernel.randomness)
  const isThere = async (id: string) => {
    const rows = await rowsOf(desk, 'select id from attachment where id = $1', [uuidOf('attachment', id)])
    const file = await readFile(pathOf(rahima, id)).catch(() => null)
    assert.equal(rows.length === 1, file !== null, 'row and file go together')
    return file !== null
  }
  desk.clock.advance(UNUSED_FOR_MS - MINUTE)
  await sweepUnused(desk.kernel, store)
  assert.ok(await isThere(unused.id))
  desk.clock.advance(2 * MINUTE)
  await sweepUnused(desk.kernel, store)
  assert.ok(!(await isThere(unused.id)))
  assert.ok(await isThere(used.id))
})

test('a file that was put into a note after the sweep had found it stays', async () => {
  const { rahima } = people
  const { conversationId } = await receiveOne(desk, await connectInbox(desk, rahima), { from: 'mitu', text: 'hello' })
  const file = await uploaded(rahima, PNG)
  const params = { workspaceId: rahima.workspaceId, conversationId }
  const body = { clientMessageId: 'sweep-test-note-2', text: '', attachmentIds: [file.id] }
  assert.equal((await rahima.client.call(writeNote, { params, body })).status, 201)
  const workspaceId = uuidOf('workspace', rahima.workspaceId)
  const options = { workspaceId, actor: { kind: 'system' }, door: 'desk_worker' } as const
  const sweep = (id: string) =>
    desk.kernel.doors.inWorkspace(options, (tx) => deleteUnused(tx, [uuidOf('attachment', id)]))
  assert.deepEqual(await sweep(file.id), [])
  const unused = await uploaded(rahima, PNG)
  assert.equal((await sweep(unused.id)).length, 1)
})

test('what a dead writer left on its way in is swept after a day, and nothing younger', async () => {
  const folder = join(desk.home, 'files', '.incoming')
  const [old, young] = ['old', 'young'].map((name) => join(folder, name)) as [string, string]
  const now = desk.clock.now().getTime()
  for (const [path, age] of [
    [old, UNUSED_FOR_MS + MINUTE],
    [young, UNUSED_FOR_MS - MINUTE],
  ] as const) {
    await writeFile(path, 'sealed')
    await utimes(path, new Date(now - age), new Date(now - age))
  }
  await sweepUnused(desk.kernel, createFileStore(desk.kernel.filesFolder, desk.kernel.randomness))
  assert.deepEqual(await readdir(folder), ['young'])
})
