/** Sign-up over HTTP: what is made, what is refused, and what is kept of it. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { getSession, signUp } from '@central-desk/contract/session.ts'
import { listMembers } from '@central-desk/contract/members.ts'
import { getWorkspace } from '@central-desk/contract/workspaces.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { PASSWORD } from '#test/support/people.ts'
import { rowsOf } from '#test/support/rows.ts'

let desk: TestDesk
let visitors = 0
before(async () => {
  desk = await bootDesk({ trustsForwarding: true })
})

function stranger() {
  const client = desk.client()
  client.network = `203.0.113.${++visitors}`
  return client
}
const body = (email: string, more: object = {}) => ({
  name: 'Rahima Begum',
  email,
  password: PASSWORD,
  workspaceName: 'Shapla Crafts',
  language: 'en',
  ...more,
})

test('a sign-up makes a user, a workspace with keys, and its owner, and signs in', async () => {
  const client = stranger()
  const { status, body: view } = await client.call(signUp, { body: body('rahima@shapla.example', { language: 'bn' }) })
  assert.equal(status, 201)
  assert.equal(view.user.email, 'rahima@shapla.example')
  assert.equal(view.user.preferences.language, 'bn')
  const [{ role, workspace }] = view.memberships
  assert.deepEqual([role, workspace.slug], ['owner', 'shapla-crafts'])
  const params = { workspaceId: workspace.id }
  assert.equal((await client.call(getWorkspace, { params })).body.timeZone, 'Asia/Dhaka')
  assert.deepEqual(
    (await client.call(listMembers, { params })).body.members.map((member: { role: string }) => member.role),
    ['owner'],
  )
  const entries = await rowsOf(desk, `select action, actor_kind from audit_entry where action = 'workspace.created'`)
  assert.deepEqual(entries, [{ action: 'workspace.created', actor_kind: 'member' }])
})

test('the same address, however it is spelled, is taken; the answer comes after the same hashing', async () => {
  await stranger().call(signUp, { body: body('taken@shapla.example') })
  const before = desk.passwordEvaluations()
  const second = await stranger().call(signUp, { body: body('TAKEN@Shapla.EXAMPLE') })
  assert.deepEqual([second.status, second.body.code], [409, 'already_taken'])
  assert.deepEqual(second.body.fields, [{ field: 'email', code: 'already_taken' }])
  assert.equal(desk.passwordEvaluations() - before, 1)
  assert.equal(second.headers['set-cookie'], undefined)
})

test('of five sign-ups with one address at the same moment one is made, whole', async () => {
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => stranger().call(signUp, { body: body('race@shapla.example') })),
  )
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(4).fill(409)])
  const [{ members }] = await rowsOf(
    desk,
    `select count(*)::int as members from member join app_user u on u.id = user_id where u.email = 'race@shapla.example'`,
  )
  assert.equal(members, 1)
})

test('two workspaces of one name get two addresses; a Bangla name and a name without letters get one too', async () => {
  const slugOf = async (email: string, workspaceName: string) => {
    const answer = await stranger().call(signUp, { body: body(email, { workspaceName }) })
    return answer.body.memberships[0].workspace.slug
  }
  assert.equal(await slugOf('one@meghna.example', 'Meghna Telecom'), 'meghna-telecom')
  assert.match(await slugOf('two@meghna.example', 'Meghna  Telecom!'), /^meghna-telecom-[a-z0-9]{5}$/)
  assert.equal(await slugOf('three@meghna.example', 'মেঘনা টেলিকম'), 'meghna-telikm')
  assert.match(await slugOf('four@meghna.example', '★ ★'), /^desk-[a-z0-9]{5}$/)
})

test('cookies are for this origin and its server only; the session cookie is renewed when somebody else signs up', async () => {
  const client = stranger()
  const first = await client.call(signUp, { body: body('first@cookie.example') })
  for (const cookie of first.headers['set-cookie'] as string[]) {
    assert.match(cookie, /; Path=\/; HttpOnly; SameSite=Lax(; Max-Age=\d+)?$/)
    assert.doesNotMatch(cookie, /Domain/i)
  }
  assert.equal(client.cookies.has('desk_visit'), false)
  const token = client.cookies.get('desk_session') ?? ''
  await client.call(signUp, { body: body('second@cookie.example') })
  assert.notEqual(client.cookies.get('desk_session'), token)
  const old = desk.client()
  old.cookies.set('desk_session', token)
  assert.equal((await old.call(getSession)).body.user, null)
  const stored = await rowsOf(desk, `select encode(token_hash, 'base64') as hash from session`)
  assert.ok(
    stored.length > 0 && stored.every(({ hash }) => hash !== Buffer.from(token, 'base64url').toString('base64')),
  )
})

test('an address that could not be kept or written as it is, is refused with its field', async () => {
  for (const email of ['nobody', 'a@b@c', '"İ x"@shapla.example', '']) {
    const answer = await stranger().call(signUp, { body: body(email) })
    assert.deepEqual([answer.status, answer.body.fields[0].field], [422, 'email'], email)
  }
})
