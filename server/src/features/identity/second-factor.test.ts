/**
 * The second factor from outside: no session without it, each code once however many come at once, and no way around.
 * Codes are made here from the secret that an app would get.
 */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { before, test } from 'node:test'
import * as second from '@central-desk/contract/second-factor.ts'
import { listMembers } from '@central-desk/contract/members.ts'
import { changePassword, getSession, signIn } from '@central-desk/contract/session.ts'
import { getWorkspace, updateWorkspace } from '@central-desk/contract/workspaces.ts'
import type pg from 'pg'
import type { Client } from '#test/support/client.ts'
import { connect } from '#test/support/connections.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { joinAs, PASSWORD, type Person, type Personas, personas } from '#test/support/people.ts'
import { EventReader } from '#test/support/stream.ts'

const STEP_MS = 30_000
const HOUR_MS = 3_600_000
let desk: TestDesk
let who: Personas
let admin: pg.Client
before(async () => {
  desk = await bootDesk({ trustsForwarding: true })
  who = await personas(desk)
  admin = await connect(desk.database.superuser)
})

function bytesOf(letters: string): Buffer {
  const bits = [...letters].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  )
  const bytes = bits.join('').match(/.{8}/g) ?? []
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)))
}

/** What an app shows for a secret now, or some steps away. */
function codeNow(secret: string, steps = 0): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(desk.clock.now().getTime() / STEP_MS) + steps))
  const hash = createHmac('sha1', bytesOf(secret)).update(counter).digest()
  const at = (hash.at(-1) ?? 0) & 15
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

let networks = 0
/** A browser nobody has seen, in a network of its own. */
function stranger(): Client {
  const client = desk.client()
  client.network = `203.0.113.${++networks}`
  return client
}

async function turnOn(person: Person): Promise<{ secret: string; codes: string[] }> {
  const begun = await person.client.call(second.beginSecondFactor, { body: { password: PASSWORD } })
  assert.equal(begun.status, 201, begun.text)
  const { secret } = begun.body
  const confirmed = await person.client.call(second.confirmSecondFactor, { body: { code: codeNow(secret) } })
  assert.equal(confirmed.status, 201, confirmed.text)
  person.client.csrfToken = confirmed.body.session.csrfToken
  desk.clock.advance(STEP_MS)
  return { secret, codes: confirmed.body.recoveryCodes }
}

const withPassword = (client: Client, { email }: Person, password = PASSWORD) =>
  client.call(signIn, { body: { email, password, sharedComputer: false } })
const withCode = (client: Client, code: string) => client.call(second.proveSecondFactor, { body: { code } })
const isSignedIn = async (client: Client) => (await client.call(getSession)).body.user !== null

let kabir: { secret: string; codes: string[] }

test('a secret alone turns nothing on; a code of it does, shows ten recovery codes, and ends every other session', async () => {
  const other = stranger()
  await withPassword(other, who.kabir)
  assert.equal(
    (await who.kabir.client.call(second.beginSecondFactor, { body: { password: 'not it, not it' } })).status,
    401,
  )
  await who.kabir.client.call(second.beginSecondFactor, { body: { password: PASSWORD } })
  assert.deepEqual((await who.kabir.client.call(second.getSecondFactor)).body, { onSince: null, recoveryCodesLeft: 0 })
  assert.equal((await who.kabir.client.call(second.confirmSecondFactor, { body: { code: '000000' } })).status, 401)
  kabir = await turnOn(who.kabir)
  assert.equal(new Set(kabir.codes).size, 10)
  assert.ok(kabir.codes.every((code) => /^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/.test(code)))
  const { onSince, recoveryCodesLeft } = (await who.kabir.client.call(second.getSecondFactor)).body
  assert.ok(onSince)
  assert.equal(recoveryCodesLeft, 10)
  assert.equal(await isSignedIn(other), false)
  assert.equal(await isSignedIn(who.kabir.client), true)
  assert.equal((await who.kabir.client.call(second.beginSecondFactor, { body: { password: PASSWORD } })).status, 409)
})

test('the password alone gives no session and opens nothing; the code does', async () => {
  const client = stranger()
  const first = await withPassword(client, who.kabir)
  assert.equal(first.status, 201)
  assert.deepEqual([first.body.user, first.body.memberships], [null, []])
  assert.ok(first.body.secondFactorUntil)
  assert.equal(client.cookies.has('desk_session'), false)
  const params = { workspaceId: who.kabir.workspaceId }
  assert.equal((await client.call(getWorkspace, { params })).status, 401)
  assert.equal((await client.call(second.getSecondFactor)).status, 401)
  assert.equal((await client.call(getSession)).body.secondFactorUntil, first.body.secondFactorUntil)
  assert.equal((await withCode(client, '123456')).status, 401)
  const done = await withCode(client, codeNow(kabir.secret))
  assert.equal(done.status, 201)
  assert.equal(done.body.user.hasSecondFactor, true)
  assert.equal((await client.call(getWorkspace, { params })).status, 200)
})

test('a code counts once, also in another browser, and an older one never after a newer', async () => {
  desk.clock.advance(2 * STEP_MS)
  const [one, two, three] = [stranger(), stranger(), stranger()]
  for (const client of [one, two, three]) await withPassword(client, who.kabir)
  const code = codeNow(kabir.secret)
  assert.equal((await withCode(one, code)).status, 201)
  assert.equal((await withCode(two, code)).status, 401)
  assert.equal((await withCode(three, codeNow(kabir.secret, -1))).status, 401)
})

test('one code submitted fifty times at once gives one session', async () => {
  desk.clock.advance(2 * STEP_MS)
  const clients = Array.from({ length: 10 }, stranger)
  await Promise.all(clients.map((client) => withPassword(client, who.kabir)))
  const code = codeNow(kabir.secret)
  const answers = await Promise.all(
    [...clients, ...clients, ...clients, ...clients, ...clients].map((client) => withCode(client, code)),
  )
  assert.equal(answers.filter(({ status }) => status === 201).length, 1)
})

test('a step is good for one code only, however many are right', async () => {
  desk.clock.advance(24 * HOUR_MS)
  const client = stranger()
  await withPassword(client, who.kabir)
  const copy = stranger()
  for (const [name, value] of client.cookies) copy.cookies.set(name, value)
  assert.equal((await withCode(client, codeNow(kabir.secret))).status, 201)
  desk.clock.advance(STEP_MS)
  assert.notEqual((await withCode(copy, codeNow(kabir.secret))).status, 201)
  assert.equal(await isSignedIn(copy), false)
})

test('after five wrong codes the right one is refused from there', async () => {
  desk.clock.advance(2 * STEP_MS)
  const client = stranger()
  await withPassword(client, who.kabir)
  for (let n = 0; n < 5; n++) assert.equal((await withCode(client, `00000${n}`)).status, 401)
  assert.equal((await withCode(client, codeNow(kabir.secret))).status, 401)
})

test('a recovery code signs in once, with or without dashes, and is no code of anybody else', async () => {
  const [code = '', next = ''] = kabir.codes
  const [one, two, other] = [stranger(), stranger(), stranger()]
  for (const client of [one, two, other]) await withPassword(client, who.kabir)
  assert.equal((await withCode(one, code.replaceAll('-', '').toLowerCase())).status, 201)
  assert.equal((await withCode(two, code)).status, 401)
  assert.equal((await withCode(two, next)).status, 201)
  assert.equal((await one.call(second.getSecondFactor)).body.recoveryCodesLeft, 8)
  const tanvir = await turnOn(who.tanvir)
  assert.equal((await withCode(other, tanvir.codes[0] ?? '')).status, 401)
})

test('a step ends with time and with another password', async () => {
  desk.clock.advance(2 * STEP_MS)
  const late = stranger()
  await withPassword(late, who.kabir)
  desk.clock.advance(10 * 60_000 + 1)
  assert.equal((await withCode(late, codeNow(kabir.secret))).status, 410)
  const client = stranger()
  await withPassword(client, who.kabir)
  const body = { current: PASSWORD, next: 'seven quiet boats at dawn' }
  assert.equal((await who.kabir.client.call(changePassword, { body })).status, 200)
  assert.equal((await withCode(client, codeNow(kabir.secret))).status, 410)
  const back = { current: body.next, next: PASSWORD }
  assert.equal((await who.kabir.client.call(changePassword, { body: back })).status, 200)
})

test('what is kept of it is sealed or hashed, and nothing of it is logged', async () => {
  const { rows } = await admin.query('select secret_wrapped from desk.totp')
  assert.ok(rows.length >= 2)
  for (const { secret_wrapped } of rows) assert.equal(secret_wrapped.includes(bytesOf(kabir.secret)), false)
  const codes = await admin.query('select code_key from desk.recovery_code')
  assert.ok(codes.rows.every(({ code_key }) => code_key.length === 32))
  for (const secret of [kabir.secret, ...kabir.codes]) assert.equal(desk.logged().includes(secret), false)
})

const ask = (by: Person, secondFactorFrom: string | null) =>
  by.client.call(updateWorkspace, { params: { workspaceId: by.workspaceId }, body: { secondFactorFrom } })
const read = (by: Person) => by.client.call(getWorkspace, { params: { workspaceId: by.workspaceId } })
const inHours = (hours: number) => new Date(desk.clock.now().getTime() + hours * HOUR_MS).toISOString()

test('a workspace asks for it: whoever asks needs one, there is time, then nobody without one comes in by any way', async () => {
  const refused = await ask(who.rahima, inHours(24))
  assert.deepEqual([refused.status, refused.body.fields[0].code], [422, 'own_second_factor_first'])
  assert.equal((await ask(who.tanvir, inHours(24 * 91))).status, 422)
  const asked = await ask(who.tanvir, inHours(24))
  assert.equal(asked.status, 200, asked.text)
  const own = (await who.nusrat.client.call(getSession)).body.memberships[0]
  assert.equal(own.secondFactorFrom, asked.body.secondFactorFrom)
  assert.equal((await read(who.nusrat)).status, 200)
  const stream = new EventReader(
    who.nusrat.client,
    `/api/v1/workspaces/${who.nusrat.workspaceId}/events/stream?after=0`,
  )
  desk.clock.advance(24 * HOUR_MS)
  const kept = await read(who.nusrat)
  assert.deepEqual([kept.status, kept.body.code], [403, 'second_factor_needed'])
  const again = stranger()
  assert.ok((await withPassword(again, who.nusrat)).body.user)
  assert.equal((await again.call(getWorkspace, { params: { workspaceId: who.nusrat.workspaceId } })).status, 403)
  stream.cut()
  const invited = await joinAs(desk, who.tanvir, 'agent', { name: 'Shirin', email: 'shirin@shapla-crafts.example' })
  assert.equal((await read(invited)).status, 403)
  assert.equal((await read(who.tanvir)).status, 200)
  // Those next door are not asked.
  assert.equal((await read(who.kabir)).status, 200)
  await turnOn(who.nusrat)
  assert.equal((await read(who.nusrat)).status, 200)
  const { body } = await who.tanvir.client.call(listMembers, { params: { workspaceId: who.tanvir.workspaceId } })
  const having = body.members.filter((member: { hasSecondFactor: boolean }) => member.hasSecondFactor)
  assert.deepEqual(
    having.map(({ email }: { email: string }) => email).sort(),
    [who.nusrat.email, who.tanvir.email].sort(),
  )
})

test('a session that proved nothing gains nothing when another one turns it on', async () => {
  const { client } = who.farid
  const beside = stranger()
  await withPassword(beside, who.farid)
  await turnOn({ ...who.farid, client: beside })
  assert.equal(await isSignedIn(client), false)
})

test('turning it off takes the password and a code, and is in the trail', async () => {
  const person = who.tanvir
  const fresh = (await turnOnAgain(person)).secret
  const wrong = { password: 'not it, not it', code: codeNow(fresh) }
  assert.equal((await person.client.call(second.endSecondFactor, { body: wrong })).status, 401)
  desk.clock.advance(STEP_MS)
  assert.equal(
    (await person.client.call(second.endSecondFactor, { body: { password: PASSWORD, code: '000000' } })).status,
    401,
  )
  const body = { password: PASSWORD, code: codeNow(fresh) }
  assert.equal((await person.client.call(second.endSecondFactor, { body })).status, 200)
  assert.equal((await read(person)).status, 403)
  const { rows } = await admin.query(
    "select action from desk.audit_entry where workspace_id = (select workspace_id from desk.member where email = $1) and action like 'member.second_factor%' order by number desc limit 1",
    [person.email],
  )
  assert.equal(rows[0].action, 'member.second_factor_off')
})

/** The secret of before is in nobody's hands here: off by a recovery code, on again. */
async function turnOnAgain(person: Person): Promise<{ secret: string; codes: string[] }> {
  const { rows } = await admin.query('select id from desk.app_user where email = $1', [person.email])
  await admin.query('delete from desk.totp where user_id = $1', [rows[0].id])
  return turnOn(person)
}
