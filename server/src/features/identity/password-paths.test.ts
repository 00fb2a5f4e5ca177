/**
 * Every path that sets a password asks the same gate, and no path leaves one lying about: a canary password goes
 * through all of them, rightly and wrongly, and is then looked for in the log and in every row of the database.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import {
  acceptInvitation,
  changePassword,
  signIn,
  signUp,
  updatePreferences,
  usePasswordReset,
} from '@central-desk/contract/session.ts'
import type { Answer } from '#test/support/client.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { inviteToken, PASSWORD, type Person, signUpOwner } from '#test/support/people.ts'
import { rowsOf } from '#test/support/rows.ts'
import { makeResetLink } from './operator.ts'

const WEAK: Record<string, string> = {
  a: 'password_too_short',
  'Xk9#mQ2$vL7': 'password_too_short',
  পাসওয়ার্ড১: 'password_too_short',
  [`Xk9#mQ2$vL7!${'অ'.repeat(400)}`]: 'password_too_long',
  qwerty123456: 'password_common',
  'Password1234!': 'password_common',
  '1qaz2wsx3edc': 'password_common',
  aaaaaaaaaaaa: 'password_pattern',
  '            ': 'password_pattern',
  abcdefghijkl: 'password_pattern',
  'বাংলাদেশ বাংলাদেশ': 'password_pattern',
  'Shapla-Crafts-2026': 'password_personal',
  rahimabegum2024: 'password_personal',
  'rahima@shapla-crafts.example': 'password_personal',
  'P@ssw0rd1234': 'password_weak',
  liverpool2024: 'password_weak',
}
const CANARY = 'canary-47-geese-cross-Bogra'

let desk: TestDesk
let rahima: Person
let network = 0
before(async () => {
  desk = await bootDesk({ trustsForwarding: true })
  rahima = await signUpOwner(desk, {
    name: 'Rahima Begum',
    email: 'rahima@shapla-crafts.example',
    workspaceName: 'Shapla Crafts',
  })
})

function stranger() {
  const client = desk.client()
  client.network = `203.0.113.${++network}`
  return client
}
async function resetToken(): Promise<string> {
  return (await makeResetLink(desk.kernel, rahima.email))?.link.split('/reset/')[1] ?? ''
}

test('each weak password is refused on each path, with its field, and without a hash being made', async () => {
  const invited = { token: await inviteToken(rahima, 'rahima2@shapla-crafts.example', 'agent') }
  const reset = { token: await resetToken() }
  const { name } = rahima
  const paths: Record<string, (password: string) => Promise<Answer>> = {
    signUp: (password) =>
      stranger().call(signUp, {
        body: { name, email: 'rahima@shapla-crafts.example', password, workspaceName: 'Shapla Crafts', language: 'en' },
      }),
    invitation: (password) => stranger().call(acceptInvitation, { params: invited, body: { name, password } }),
    reset: (password) => stranger().call(usePasswordReset, { params: reset, body: { password } }),
    change: (next) => rahima.client.call(changePassword, { body: { current: PASSWORD, next } }),
  }
  const hashes = desk.passwordEvaluations()
  for (const [password, code] of Object.entries(WEAK)) {
    for (const [path, send] of Object.entries(paths)) {
      const answer = await send(password)
      const field = path === 'change' ? 'next' : 'password'
      // An address inside an invitation is another one than the password names.
      if (path === 'invitation' && password.includes('@shapla')) {
        assert.equal(answer.status, 422, password)
        continue
      }
      assert.deepEqual(
        [answer.status, answer.body.code, answer.body.fields],
        [422, 'weak_password', [{ field, code }]],
        `${path}: ${password}`,
      )
    }
  }
  assert.equal(desk.passwordEvaluations(), hashes)
})

test('a long phrase in small letters is taken; what no column can hold is refused', async () => {
  const email = 'phrase@shapla.example'
  const body = { name: 'Phrase', email, password: 'nodirparebariamarchhilo', workspaceName: 'Nodi', language: 'bn' }
  for (const password of ['nine yellow\u0000 ducks swim', 'nine yellow \ud800 ducks swim']) {
    assert.equal((await stranger().call(signUp, { body: { ...body, password } })).status, 422)
  }
  assert.equal((await stranger().call(signUp, { body })).status, 201)
})

test('a password is found in no log line and no row, whichever way it came', async () => {
  const client = stranger()
  const email = 'canary@shapla.example'
  const right = `${CANARY} right`
  const body = { name: 'Canary', email, password: right, workspaceName: 'marked-workspace', language: 'en' }
  assert.equal((await client.call(signUp, { body })).status, 201)
  const wrong = `${CANARY} wrong`
  await stranger().call(signIn, { body: { email, password: wrong, sharedComputer: false } })
  await stranger().call(signUp, { body: { ...body, email: 'not an address', password: wrong } })
  await stranger().call(signUp, { body })
  await client.call(changePassword, { body: { current: wrong, next: `${CANARY} next` } })
  await client.call(changePassword, { body: { current: right, next: `${CANARY} next` } })
  await client.call(updatePreferences, { body: { password: wrong } })
  const token = await inviteToken(rahima, 'canary2@shapla.example', 'agent')
  await stranger().call(acceptInvitation, { params: { token }, body: { name: 'Canary', password: right } })
  await stranger().call(usePasswordReset, { params: { token: await resetToken() }, body: { password: right } })
  const headers = { 'x-csrf-token': await client.token(), 'content-type': 'application/json' }
  await client.raw('PUT', '/api/v1/password', { headers, body: `{"current": "${wrong}",,,}` })
  await client.raw('PUT', '/api/v1/password', {
    headers,
    body: `{"current": "${wrong}", "next": "${'x'.repeat(300_000)}"}`,
  })
  await client.raw('POST', `/api/v1/session?password=${encodeURIComponent(wrong)}`, { headers, body: '{}' })

  const log = desk.logged()
  assert.ok(log.split('\n').length > 20, 'there is a log to look into')
  for (const needle of [CANARY, 'canary@', 'canary2@', token]) assert.ok(!log.includes(needle), needle)
  assert.ok(!log.includes(encodeURIComponent(CANARY)))
  assert.ok(await isInDatabase('marked-workspace'), 'the search finds what is there')
  assert.equal(await isInDatabase(CANARY), false)
  assert.equal(await isInDatabase(token), false)
})

async function isInDatabase(needle: string): Promise<boolean> {
  const tables = await rowsOf(desk, `select tablename from pg_tables where schemaname in ('desk', 'app')`)
  assert.ok(tables.length > 30)
  for (const { tablename } of tables) {
    const [{ found }] = await rowsOf(
      desk,
      `select exists (select from ${JSON.stringify(tablename)} t where position($1 in t::text) > 0
         or position(encode(convert_to($1, 'UTF8'), 'hex') in t::text) > 0) as found`,
      [needle],
    )
    if (found) return true
  }
  return false
}
