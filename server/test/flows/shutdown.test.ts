/**
 * The end of a program, asked for and not. SIGTERM in the middle of work: what is being answered is answered, what had
 * its yes is there after the next start, once, streams end in order and resume where they were, exit code 0. A caller
 * who never finishes holds nothing up for long. A killed launcher leaves neither server nor database behind.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as conversations from '@central-desk/contract/conversations.ts'
import { postmasterPid } from '#src/postgres/orphan.ts'
import { freePort } from '#test/support/desk.ts'
import { launchProgram, processesIn, type Program, startProgram, untilTrue } from '#test/support/program.ts'
import { ROOT } from '#test/support/source.ts'
import { done, makeStage, postHook, type Stage, until } from '#test/support/stage.ts'
import { Visitor } from '#test/support/visitor.ts'

const SENDERS = 4
const HALF = Buffer.alloc(40_000, 'half of it ')

const place = mkdtempSync(join(tmpdir(), 'central-desk-shutdown-'))
chmodSync(place, 0o711)
const home = join(place, 'home')
const dataFolder = join(home, 'postgres', 'data')
let program: Program
let stage: Stage

before(async () => {
  program = await startProgram({ home })
  stage = await makeStage(program.desk, 'Shapla Crafts', 'marker')
})
after(async () => {
  await program?.end()
  rmSync(place, { recursive: true, force: true })
})

/** Sends one after the other until nobody answers; what got its 200. */
async function sendUntilGone(sender: number, acknowledged: string[]): Promise<void> {
  for (let turn = 0; ; turn++) {
    const text = `sender ${sender} turn ${turn}`
    const body = JSON.stringify({ type: 'message', id: text, from: { id: `s-${sender}` }, text })
    const answer = await postHook(program.desk, stage.apiInbox, body).catch(() => null)
    if (!answer) return
    if (answer.status === 200) acknowledged.push(text)
    else assert.equal(answer.status, 503, answer.text)
  }
}

/** An upload whose second half waits for `finish`; without that it never ends. */
async function halfUpload(): Promise<{ finish(): void; answer: Promise<number | null> }> {
  const { client, workspaceId } = stage.owner
  const path = conversations.uploadAttachment.path.replace(':workspaceId', workspaceId)
  const headers = {
    host: `localhost:${program.port}`,
    cookie: [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    'x-csrf-token': await client.token(),
    'content-type': 'application/octet-stream',
    'content-length': String(2 * HALF.length),
  }
  const url = { host: '127.0.0.1', port: program.port, method: 'POST', path: `${path}?fileName=a.txt`, headers }
  const call = httpRequest({ ...url, agent: false })
  const answer = new Promise<number | null>((resolve) => {
    call.on('response', (response) => response.resume().on('end', () => resolve(response.statusCode ?? null)))
    call.on('error', () => resolve(null))
  })
  await new Promise<void>((resolve) => call.write(HALF, () => resolve()))
  return { finish: () => call.end(HALF), answer }
}

test('SIGTERM answers what is in flight, ends streams in order, and loses nothing it said yes to', async () => {
  const visitor = await Visitor.come(program.desk, stage.webchatInbox.key)
  assert.equal((await visitor.write('before the stop')).status, 202)
  const [first] = await visitor.thread(1)
  const stream = await visitor.follow(first?.number).ready()
  const upload = await halfUpload()
  const acknowledged: string[] = []
  const senders = Array.from({ length: SENDERS }, (_none, sender) => sendUntilGone(sender, acknowledged))
  await untilTrue(() => acknowledged.length >= 3 * SENDERS)

  const ended = program.end('SIGTERM')
  await stream.ended()
  upload.finish()
  assert.equal(await upload.answer, 201, 'the upload in flight was answered')
  await Promise.all(senders)
  assert.equal(await ended, 0)
  assert.deepEqual(processesIn(dataFolder), [], 'no database is left')

  program = await startProgram({ home, port: program.port })
  const params = { workspaceId: stage.owner.workspaceId }
  const texts = await until(async () => {
    const found = await textsOf(params)
    return acknowledged.every((text) => found.includes(text)) ? found : null
  }, 'every acknowledged message')
  for (const text of acknowledged) assert.equal(texts.filter((found) => found === text).length, 1, text)

  // Whoever listened comes back with the number they had and goes on.
  const again = await visitor.follow(first?.number, program.desk).ready()
  assert.equal((await visitor.write('after the stop')).status, 202)
  assert.deepEqual(
    (await again.heard(1)).map(({ text }) => text),
    ['after the stop'],
  )
  again.close()
})

async function textsOf(params: { workspaceId: string }): Promise<string[]> {
  const page = await done(stage, conversations.listConversations, { params, query: { view: 'all' } })
  const texts: string[] = []
  for (const { id } of page.conversations as { id: string }[]) {
    const one = { params: { ...params, conversationId: id }, query: { limit: 100 } }
    const { items } = await done(stage, conversations.getThread, one)
    texts.push(...items.flatMap((item: { text?: string }) => item.text ?? []))
  }
  return texts
}

test('a database that was killed is brought up again, and what had its yes is there', async () => {
  const post = (text: string) => {
    const body = JSON.stringify({ type: 'message', id: text, from: { id: 'c-1' }, text })
    return postHook(program.desk, stage.apiInbox, body).catch(() => null)
  }
  assert.equal((await post('before the database was killed'))?.status, 200)
  process.kill(postmasterPid(dataFolder) ?? assert.fail('no database'), 'SIGKILL')
  await untilTrue(async () => (await post('after the database was killed'))?.status === 200)
  const params = { workspaceId: stage.owner.workspaceId }
  const wanted = ['before the database was killed', 'after the database was killed']
  const texts = await until(async () => {
    const found = await textsOf(params).catch((): string[] => [])
    return wanted.every((text) => found.includes(text)) ? found : null
  }, 'both messages')
  for (const text of wanted) assert.equal(texts.filter((found) => found === text).length, 1, text)
})

test('a caller who never finishes does not hold up the end, and it is still exit code 0', async () => {
  const upload = await halfUpload()
  assert.equal(await program.end('SIGTERM'), 0)
  assert.equal(await upload.answer, null)
  assert.deepEqual(processesIn(dataFolder), [])
})

test('a killed launcher leaves neither server nor database', async () => {
  const launched = await launchProgram({ home, isLaunched: true })
  assert.equal(await launched.ready, true, launched.said())
  await assertAllGoneAfter(launched.child)
})

test('a killed npm start leaves neither server nor database', async () => {
  const port = await freePort()
  const env = { ...process.env, DESK_HOME: home, PORT: String(port), LOG_LEVEL: 'warn' }
  const options = { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] as ('ignore' | 'pipe' | 'inherit')[] }
  const npm = spawn('npm', ['start', '--silent', '--', '--empty'], options)
  const [said] = await once(npm.stdout as NodeJS.ReadableStream, 'data')
  assert.match(String(said), /Central Desk is ready/)
  await assertAllGoneAfter(npm)
})

async function assertAllGoneAfter(launcher: ChildProcess): Promise<void> {
  const { pid } = JSON.parse(readFileSync(join(home, 'running.json'), 'utf8')) as { pid: number }
  assert.notEqual(pid, launcher.pid)
  assert.notDeepEqual(processesIn(dataFolder), [])
  launcher.kill('SIGKILL')
  await untilTrue(() => processesIn(dataFolder).length === 0)
  await untilTrue(() => !isAlive(pid))
  const next = await startProgram({ home })
  assert.equal(await next.end(), 0)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
