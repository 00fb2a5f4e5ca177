/** How a session lives and ends, by a clock that the test moves. */
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { markRead } from '@central-desk/contract/conversations.ts'
import { changePassword, getSession, signIn, signOut, updatePreferences } from '@central-desk/contract/session.ts'
import { getWorkspace } from '@central-desk/contract/workspaces.ts'
import type { Client } from '#test/support/client.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { connectInbox, receiveOne } from '#test/support/inbound.ts'
import { PASSWORD, type Person, signInAgain, signUpOwner } from '#test/support/people.ts'
import { rowsOf } from '#test/support/rows.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let desk: TestDesk
let rahima: Person
let people = 0
beforeEach(async () => {
  desk ??= await bootDesk()
  // Far enough from the last test that no budget is left over from it.
  desk.clock.advance(2 * MINUTE)
  const email = `rahima${++people}@shapla.example`
  rahima = await signUpOwner(desk, { name: 'Rahima', email, workspaceName: 'Shapla Crafts' })
})

async function statusOf(client: Client): Promise<number> {
  return (await client.call(getWorkspace, { params: { workspaceId: rahima.workspaceId } })).status
}
/** What a person does, as opposed to what a screen polls. */
const act = (client: Client) => client.call(updatePreferences, { body: { preferences: { compactList: true } } })

test('a session idles for seven days and not a second longer', async () => {
  desk.clock.advance(7 * DAY - MINUTE)
  assert.equal(await statusOf(rahima.client), 200)
  desk.clock.advance(MINUTE + SECOND)
  assert.equal(await statusOf(rahima.client), 401)
  assert.equal((await act(rahima.client)).status, 401)
  assert.equal((await rahima.client.call(getSession)).body.user, null)
})

test('seven days of nothing but polling end a session', async () => {
  for (let hours = 0; hours < 7 * 24; hours += 6) {
    assert.equal(await statusOf(rahima.client), 200, `after ${hours} hours`)
    desk.clock.advance(6 * HOUR)
  }
  assert.equal(await statusOf(rahima.client), 401)
})

test('what a person does moves the idle clock, up to thirty days in all', async () => {
  for (let day = 0; day < 28; day += 4) {
    desk.clock.advance(4 * DAY)
    assert.equal((await act(rahima.client)).status, 200, `day ${day + 4}`)
  }
  desk.clock.advance(2 * DAY - MINUTE)
  const { body } = await rahima.client.call(getSession)
  assert.equal(Date.parse(body.idleExpiresAt), desk.clock.now().getTime() + MINUTE)
  assert.equal((await act(rahima.client)).status, 200)
  desk.clock.advance(MINUTE + SECOND)
  assert.equal(await statusOf(rahima.client), 401)
})

test('a screen may say that its person is active; a poll without that says nothing', async () => {
  const activeAt = async () => (await rowsOf(desk, 'select max(last_active_at) as at from session'))[0].at.getTime()
  const begun = await activeAt()
  desk.clock.advance(5 * MINUTE)
  await statusOf(rahima.client)
  assert.equal(await activeAt(), begun)
  const params = { workspaceId: rahima.workspaceId }
  await rahima.client.call(getWorkspace, { params, headers: { 'x-user-active': '1' } })
  assert.equal(await activeAt(), begun + 5 * MINUTE)
  desk.clock.advance(59 * SECOND)
  await act(rahima.client)
  assert.equal(await activeAt(), begun + 5 * MINUTE, 'written down at most once a minute')
})

test('a page that was left open and marks what comes in as read is no person', async () => {
  const activeAt = async () => (await rowsOf(desk, 'select max(last_active_at) as at from session'))[0].at.getTime()
  const { conversationId } = await receiveOne(desk, await connectInbox(desk, rahima), { from: 'mitu', text: 'hello' })
  const mark = (readNumber: number, headers = {}) => {
    const params = { workspaceId: rahima.workspaceId, conversationId }
    return rahima.client.call(markRead, { params, body: { readNumber }, headers })
  }
  const begun = await activeAt()
  desk.clock.advance(5 * MINUTE)
  assert.equal((await mark(1)).status, 204)
  assert.equal(await activeAt(), begun)
  assert.equal((await mark(0, { 'x-user-active': '1' })).status, 204)
  assert.equal(await activeAt(), begun + 5 * MINUTE)
  for (let day = 0; day < 6; day++) {
    desk.clock.advance(DAY)
    assert.equal((await mark(day % 2)).status, 204)
  }
  desk.clock.advance(DAY + SECOND)
  assert.equal((await mark(1)).status, 401)
})

test('on a shared computer the cookie ends with the browser, the session after eight hours, and no device is kept', async () => {
  const client = desk.client()
  const body = { email: rahima.email, password: PASSWORD, sharedComputer: true }
  const answer = await client.call(signIn, { body })
  const cookies = answer.headers['set-cookie'] as string[]
  assert.match(cookies.find((cookie) => cookie.startsWith('desk_session=')) ?? '', /; SameSite=Lax$/)
  assert.equal(client.cookies.has('desk_device'), false)
  for (let hour = 1; hour < 8; hour++) {
    desk.clock.advance(HOUR)
    assert.equal((await act(client)).status, 200)
  }
  desk.clock.advance(HOUR + SECOND)
  assert.equal(await statusOf(client), 401)
})

test('signing in makes a new token and ends the session that this browser had', async () => {
  const planted = rahima.client.cookies.get('desk_session') ?? ''
  await rahima.client.call(signIn, { body: { email: rahima.email, password: PASSWORD, sharedComputer: false } })
  assert.notEqual(rahima.client.cookies.get('desk_session'), planted)
  assert.equal(await statusOf(rahima.client), 200)
  const copy = desk.client()
  copy.cookies.set('desk_session', planted)
  assert.equal(await statusOf(copy), 401)
})

test('after sign-out a copy of the cookie opens nothing', async () => {
  const copy = desk.client()
  copy.cookies.set('desk_session', rahima.client.cookies.get('desk_session') ?? '')
  assert.equal(await statusOf(copy), 200)
  assert.equal((await rahima.client.call(signOut)).status, 204)
  assert.equal(rahima.client.cookies.has('desk_session'), false)
  assert.equal(await statusOf(copy), 401)
})

test('a new password ends every other session and known device, and renews the own token', async () => {
  const elsewhere = await signInAgain(desk, rahima)
  const before = new Map(rahima.client.cookies)
  const next = 'seven purple ducks fly'
  const answer = await rahima.client.call(changePassword, { body: { current: PASSWORD, next } })
  assert.equal(answer.status, 200, answer.text)
  assert.equal(await statusOf(rahima.client), 200)
  assert.equal((await act(rahima.client)).status, 200, 'the CSRF token of the answer fits the new session token')
  assert.equal(await statusOf(elsewhere), 401)
  const copy = desk.client()
  copy.cookies.set('desk_session', before.get('desk_session') ?? '')
  assert.equal(await statusOf(copy), 401)
  assert.notEqual(rahima.client.cookies.get('desk_device'), before.get('desk_device'))
  const [{ devices }] = await rowsOf(
    desk,
    `select count(*)::int as devices from known_device d join app_user u on u.id = d.user_id where u.email = $1`,
    [rahima.email],
  )
  assert.equal(devices, 1)
  const again = await desk
    .client()
    .call(signIn, { body: { email: rahima.email, password: next, sharedComputer: false } })
  assert.equal(again.status, 201)
})

test('a wrong present password changes nothing', async () => {
  const answer = await rahima.client.call(changePassword, {
    body: { current: 'nine yellow ducks sank', next: 'seven purple ducks fly' },
  })
  assert.deepEqual([answer.status, answer.body.code], [401, 'wrong_credentials'])
  assert.deepEqual(answer.body.fields, [{ field: 'current', code: 'wrong_credentials' }])
  await signInAgain(desk, rahima)
})

test('a user who was disabled is signed out at the next request and cannot come back', async () => {
  await rowsOf(desk, 'update app_user set disabled_at = $1 where email = $2', [desk.clock.now(), rahima.email])
  assert.equal(await statusOf(rahima.client), 401)
  const answer = await rahima.client.call(signIn, {
    body: { email: rahima.email, password: PASSWORD, sharedComputer: false },
    headers: { 'x-csrf-token': (await rahima.client.call(getSession)).body.csrfToken },
  })
  assert.equal(answer.body.code, 'wrong_credentials')
})

test('a session that was not swept yet is as dead as a swept one; the sweep keeps live ones', async () => {
  const count = async () => (await rowsOf(desk, 'select count(*)::int as n from session'))[0].n
  const sessions = await count()
  assert.ok(sessions > 3)
  desk.clock.advance(61 * DAY)
  const fresh = await signInAgain(desk, rahima)
  const second = await bootDesk({ beside: desk })
  for (let tries = 0; tries < 200 && (await count()) > 1; tries++)
    await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(await count(), 1)
  assert.equal(await statusOf(fresh), 200)
  await second.stop()
})
