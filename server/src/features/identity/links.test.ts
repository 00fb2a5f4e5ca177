/** Invitation and reset links: good once, for a time, for one address; also when six people open one at once. */
import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import {
  changeRole,
  listInvitations,
  listMembers,
  removeMember,
  withdrawInvitation,
} from '@central-desk/contract/members.ts'
import {
  acceptInvitation,
  getInvitation,
  getPasswordReset,
  getSession,
  signIn,
  usePasswordReset,
} from '@central-desk/contract/session.ts'
import type { Client } from '#test/support/client.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { inviteToken, joinAs, PASSWORD, type Person, signInAgain, signUpOwner } from '#test/support/people.ts'
import { rowsOf } from '#test/support/rows.ts'
import { makeResetLink } from './operator.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const NEW = { name: 'Nusrat Jahan', password: 'seven purple ducks fly' }

let desk: TestDesk
let rahima: Person
let kabir: Person
let people = 0
const newAddress = () => `nusrat${++people}@shapla.example`

before(async () => {
  desk = await bootDesk()
  rahima = await signUpOwner(desk, { name: 'Rahima', email: 'rahima@shapla.example', workspaceName: 'Shapla Crafts' })
  kabir = await signUpOwner(desk, { name: 'Kabir', email: 'kabir@meghna.example', workspaceName: 'Meghna Telecom' })
})
beforeEach(() => desk.clock.advance(2 * MINUTE))

const accept = (client: Client, token: string, body: object = {}) =>
  client.call(acceptInvitation, { params: { token }, body })
const look = (token: string) => desk.client().call(getInvitation, { params: { token } })

async function membersOf(person: Person): Promise<{ id: string; email: string; role: string }[]> {
  return (await person.client.call(listMembers, { params: { workspaceId: person.workspaceId } })).body.members
}

test('a link says what it offers and makes a new user a member, once', async () => {
  const email = newAddress()
  const token = await inviteToken(rahima, email.toUpperCase(), 'agent')
  assert.deepEqual((await look(token)).body, { workspaceName: 'Shapla Crafts', email, role: 'agent', hasUser: false })
  const client = desk.client()
  const joined = await accept(client, token, NEW)
  assert.equal(joined.status, 201, joined.text)
  assert.deepEqual([joined.body.user.email, joined.body.memberships[0].role], [email, 'agent'])
  assert.equal((await client.call(getSession)).body.user.name, NEW.name)
  assert.equal((await membersOf(rahima)).find((member) => member.email === email)?.role, 'agent')
  assert.equal((await look(token)).body.code, 'gone')
  assert.equal((await accept(desk.client(), token, NEW)).body.code, 'gone')
  const [entry] = await rowsOf(desk, `select after from audit_entry where action = 'member.joined' order by at desc`)
  assert.equal(entry.after.role, 'agent')
})

test('the database holds no link that opens', async () => {
  const token = await inviteToken(rahima, newAddress(), 'viewer')
  const rows = await rowsOf(desk, 'select token_hash::text as hash, i::text as whole from invitation i')
  assert.ok(rows.length > 0)
  for (const { hash, whole } of rows) {
    assert.ok(!whole.includes(token) && hash !== `\\x${Buffer.from(token, 'base64url').toString('hex')}`)
  }
})

test('an unknown link is not found; a new user gives a name and a password', async () => {
  assert.equal((await look('b'.repeat(43))).body.code, 'not_found')
  const answer = await accept(desk.client(), await inviteToken(rahima, newAddress(), 'agent'))
  assert.deepEqual(answer.body.fields, [
    { field: 'name', code: 'missing' },
    { field: 'password', code: 'missing' },
  ])
})

test('it is good for seven days, and not after it was withdrawn', async () => {
  const token = await inviteToken(rahima, newAddress(), 'agent')
  desk.clock.advance(7 * DAY - 1_000)
  assert.equal((await look(token)).status, 200)
  desk.clock.advance(1_001)
  assert.equal((await look(token)).body.code, 'gone')
  assert.equal((await accept(desk.client(), token, NEW)).body.code, 'gone')

  rahima = { ...rahima, client: await signInAgain(desk, rahima) }
  kabir = { ...kabir, client: await signInAgain(desk, kabir) }
  const second = await inviteToken(rahima, newAddress(), 'agent')
  const params = { workspaceId: rahima.workspaceId }
  const { invitations } = (await rahima.client.call(listInvitations, { params })).body
  const withdrawal = { params: { ...params, invitationId: invitations[0].id } }
  assert.equal((await rahima.client.call(withdrawInvitation, withdrawal)).status, 204)
  assert.equal((await accept(desk.client(), second, NEW)).body.code, 'gone')
  assert.equal((await rahima.client.call(withdrawInvitation, withdrawal)).body.code, 'gone')
})

test('inviting an address again kills the link before', async () => {
  const email = newAddress()
  const first = await inviteToken(rahima, email, 'agent')
  const second = await inviteToken(rahima, email, 'viewer')
  assert.equal((await look(first)).body.code, 'gone')
  assert.equal((await look(second)).body.role, 'viewer')
})

test('of six who open one link at once one comes in', async () => {
  const email = newAddress()
  const token = await inviteToken(rahima, email, 'agent')
  const clients = Array.from({ length: 6 }, () => desk.client())
  for (const client of clients) await client.token()
  const answers = await Promise.all(clients.map((client) => accept(client, token, NEW)))
  assert.equal(answers.filter(({ status }) => status === 201).length, 1)
  assert.ok(answers.every(({ status }) => [201, 401, 410].includes(status)))
  assert.equal((await membersOf(rahima)).filter((member) => member.email === email).length, 1)
  const [{ users }] = await rowsOf(desk, 'select count(*)::int as users from app_user where email = $1', [email])
  assert.equal(users, 1)
})

test('a user who is there must sign in first, with that address and no other; then joins, once', async () => {
  const nusrat = await joinAs(desk, rahima, 'agent', { name: 'Nusrat', email: newAddress() })
  const token = await inviteToken(kabir, nusrat.email, 'admin')
  assert.equal((await look(token)).body.hasUser, true)
  // The link alone, even with a new password, opens no existing user.
  assert.equal((await accept(desk.client(), token, NEW)).body.code, 'not_signed_in')
  assert.equal((await accept(rahima.client, token)).body.code, 'not_signed_in')
  const clients = [nusrat.client, await signInAgain(desk, nusrat)]
  const answers = await Promise.all(clients.map((client) => accept(client, token)))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 410])
  const view = (await nusrat.client.call(getSession)).body
  assert.deepEqual(
    view.memberships.map((membership: { role: string }) => membership.role),
    ['admin', 'agent'],
  )
  await signInAgain(desk, nusrat)
})

test('who was removed may be invited again and is the same member as before', async () => {
  const nusrat = await joinAs(desk, rahima, 'agent', { name: 'Nusrat', email: newAddress() })
  const params = { workspaceId: rahima.workspaceId, memberId: nusrat.memberId }
  assert.equal((await rahima.client.call(removeMember, { params })).status, 204)
  assert.deepEqual((await nusrat.client.call(getSession)).body.memberships, [])
  const again = await accept(nusrat.client, await inviteToken(rahima, nusrat.email, 'viewer'))
  assert.deepEqual([again.status, again.body.memberships[0].memberId], [201, nusrat.memberId])
  assert.equal(again.body.memberships[0].role, 'viewer')
})

test('an invitation dies with the right of who made it', async () => {
  const owner = await joinAs(desk, rahima, 'owner', { name: 'Second Owner', email: newAddress() })
  const [toOwn, toWork] = [
    await inviteToken(owner, newAddress(), 'owner'),
    await inviteToken(owner, newAddress(), 'agent'),
  ]
  const params = { workspaceId: rahima.workspaceId, memberId: owner.memberId }
  await rahima.client.call(changeRole, { params, body: { role: 'admin' } })
  assert.equal((await look(toOwn)).body.code, 'gone')
  assert.equal((await look(toWork)).status, 200)
  await rahima.client.call(removeMember, { params })
  assert.equal((await look(toWork)).body.code, 'gone')
})

async function resetToken(person: Person): Promise<string> {
  const made = await makeResetLink(desk.kernel, person.email)
  assert.match(made?.link ?? '', /^http:\/\/localhost:\d+\/reset\/[A-Za-z0-9_-]{43}$/)
  return made?.link.split('/reset/')[1] ?? ''
}
const reset = (token: string, password: string) =>
  desk.client().call(usePasswordReset, { params: { token }, body: { password } })

test('a reset link sets a password once, ends every session, opens the locked lanes, and is in the trail', async () => {
  const nusrat = await joinAs(desk, rahima, 'agent', { name: 'Nusrat', email: newAddress() })
  const attempt = (password: string) =>
    desk.client().call(signIn, { body: { email: nusrat.email, password, sharedComputer: false } })
  for (let tries = 0; tries < 5; tries++) await attempt('nine yellow ducks sank')
  assert.equal((await attempt(PASSWORD)).status, 401)
  const [token, other] = [await resetToken(nusrat), await resetToken(nusrat)]
  const link = await desk.client().call(getPasswordReset, { params: { token } })
  assert.equal(link.body.email, nusrat.email)
  assert.equal(Date.parse(link.body.expiresAt), desk.clock.now().getTime() + 60 * MINUTE)
  const answers = await Promise.all(Array.from({ length: 3 }, () => reset(token, NEW.password)))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 410, 410])
  assert.equal((await reset(other, 'four orange ducks walk')).body.code, 'gone', 'links beside it die too')
  assert.equal((await nusrat.client.call(getSession)).body.user, null)
  assert.equal((await attempt(NEW.password)).status, 201)
  const entries = await rowsOf(
    desk,
    `select actor_kind, target from audit_entry where action = 'member.reset_link_made' and target = $1`,
    [nusrat.memberId],
  )
  assert.deepEqual(
    entries.map((entry) => entry.actor_kind),
    ['operator', 'operator'],
  )
})

test('a reset link runs out after an hour; nobody gets one for an address without a user', async () => {
  const token = await resetToken(rahima)
  desk.clock.advance(60 * MINUTE - 1)
  assert.equal((await desk.client().call(getPasswordReset, { params: { token } })).status, 200)
  desk.clock.advance(2)
  assert.equal((await desk.client().call(getPasswordReset, { params: { token } })).body.code, 'gone')
  assert.equal((await reset(token, NEW.password)).body.code, 'gone')
  assert.equal(await makeResetLink(desk.kernel, 'nobody@shapla.example'), null)
  await signInAgain(desk, rahima)
})
