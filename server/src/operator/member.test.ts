/**
 * `bin/desk member …` as an operator meets it: beside a desk that runs on the same home, and on a home where none runs.
 * The desk goes on, the link works there, and the entries stand in its trail.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { decodeId } from '@central-desk/contract/ids.ts'
import { signIn, usePasswordReset } from '@central-desk/contract/session.ts'
import pino from 'pino'
import { createDesk, type Desk } from '#src/app.ts'
import { parseConfig } from '#src/config.ts'
import { type Foundation, layFoundation } from '#src/foundation.ts'
import type { Logger } from '#src/kernel/log.ts'
import { Client } from '#test/support/client.ts'
import { freePort, type TestDesk } from '#test/support/desk.ts'
import { PASSWORD, type Person, signUpOwner } from '#test/support/people.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const NEXT = 'seven purple ducks fly'

const place = mkdtempSync(join(tmpdir(), 'central-desk-operator-'))
const home = join(place, 'home')
let foundation: Foundation | undefined
let desk: Desk
let port: number
let rahima: Person

before(async () => {
  port = await freePort()
  const { config, problems } = parseConfig({ DESK_HOME: home, PORT: String(port) })
  assert.ok(config, problems?.join() ?? '')
  const log: Logger = pino({ level: 'silent' })
  foundation = await layFoundation(config, log, () => {})
  const web = { tls: null, trustedProxies: [], version: 'test', demoInboxKey: null, pageFolders: null }
  desk = await createDesk({ ...foundation.parts, ...web })
  await desk.app.listen({ port, host: '127.0.0.1' })
  const wanted = { name: 'Rahima', email: 'rahima@shapla.example', workspaceName: 'Shapla Crafts' }
  rahima = await signUpOwner({ client: () => new Client(port) } as TestDesk, wanted)
})
after(async () => {
  await desk?.stop()
  await foundation?.close()
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

const attempt = async (password: string) =>
  (await new Client(port).call(signIn, { body: { email: rahima.email, password, sharedComputer: false } })).status

/** What operators have done in Rahima's workspace. */
function trail(): Promise<string[]> {
  const workspaceId = decodeId('workspace', rahima.workspaceId) ?? ''
  return desk.kernel.doors.inWorkspace({ workspaceId, actor: { kind: 'system' } }, async ({ db }) => {
    const rows = await db.selectFrom('audit_entry').select(['action', 'actor_kind']).orderBy('number').execute()
    return rows.filter((row) => row.actor_kind === 'operator').map((row) => row.action)
  })
}

test('unlock opens the lanes of a running desk, whatever the spelling of the address', async () => {
  for (let tries = 0; tries < 5; tries++) assert.equal(await attempt('nine yellow ducks sank'), 401)
  assert.equal(await attempt(PASSWORD), 401)
  assert.deepEqual(await operator('member', 'unlock', 'Rahima@SHAPLA.example'), {
    code: 0,
    out: 'Unlocked: the next sign-in is looked at again.\n',
    err: '',
  })
  assert.equal(await attempt(PASSWORD), 201)
  assert.deepEqual(await trail(), ['member.unlocked'])
})

test('reset-link prints a link of the desk that sets a new password there', async () => {
  const { code, out, err } = await operator('member', 'reset-link', rahima.email)
  assert.deepEqual([code, err], [0, ''])
  const [, at, token = ''] = /^http:\/\/localhost:(\d+)\/reset\/([A-Za-z0-9_-]{43})\n$/.exec(out) ?? []
  assert.equal(Number(at), port)
  const answer = await new Client(port).call(usePasswordReset, { params: { token }, body: { password: NEXT } })
  assert.equal(answer.status, 204, answer.text)
  assert.deepEqual([await attempt(PASSWORD), await attempt(NEXT)], [401, 201])
  assert.deepEqual(await trail(), ['member.unlocked', 'member.reset_link_made'])
})

test('an address without a user, a missing one and two are refused, and nothing is written', async () => {
  const before = await trail()
  const nobody = await operator('member', 'reset-link', 'nobody@shapla.example')
  assert.deepEqual([nobody.code, nobody.out, nobody.err], [1, '', 'No user has that e-mail address.\n'])
  for (const words of [[], ['rahima'], [rahima.email, rahima.email]]) {
    assert.equal((await operator('member', 'unlock', ...words)).code, 2, words.join())
  }
  assert.deepEqual(await trail(), before)
})

test('without a running desk the command brings up the database for itself and takes it down again', async () => {
  await desk.stop()
  await foundation?.close()
  foundation = undefined
  assert.equal((await operator('member', 'unlock', rahima.email)).code, 0)
  const again = await operator('member', 'unlock', 'nobody@shapla.example')
  assert.deepEqual([again.code, again.err], [1, 'No user has that e-mail address.\n'])
})
