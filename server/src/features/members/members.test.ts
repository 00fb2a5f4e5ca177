/** Owners stay out of reach of admins, the last owner stays, and who is removed keeps nothing. */
import assert from 'node:assert/strict'
import { before, beforeEach, test } from 'node:test'
import { decodeId } from '@central-desk/contract/ids.ts'
import {
  changeRole,
  createInvitation,
  listInvitations,
  listMembers,
  removeMember,
} from '@central-desk/contract/members.ts'
import type { Role } from '@central-desk/contract/permissions.ts'
import { acceptInvitation, getSession } from '@central-desk/contract/session.ts'
import { getWorkspace } from '@central-desk/contract/workspaces.ts'
import type { Answer } from '#test/support/client.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { joinAs, type Person, signUpOwner } from '#test/support/people.ts'
import { type Row, rowsOf } from '#test/support/rows.ts'

let desk: TestDesk
let rahima: Person
let tanvir: Person
let nusrat: Person
let workspaceUuid: string
let auditNumber: number

before(async () => {
  desk = await bootDesk()
  const at = (name: string) => ({ name, email: `${name.toLowerCase()}@shapla.example` })
  rahima = await signUpOwner(desk, { ...at('Rahima'), workspaceName: 'Shapla Crafts' })
  tanvir = await joinAs(desk, rahima, 'admin', at('Tanvir'))
  nusrat = await joinAs(desk, rahima, 'agent', at('Nusrat'))
  workspaceUuid = decodeId('workspace', rahima.workspaceId) ?? ''
})
beforeEach(async () => {
  desk.clock.advance(120_000)
  await beginAgain()
})

/** Everybody has the first role again; bcrypt makes new people dear. */
async function beginAgain(): Promise<void> {
  await desk.kernel.doors.inWorkspace({ workspaceId: workspaceUuid, actor: { kind: 'system' } }, async ({ db }) => {
    for (const [{ memberId }, role] of [
      [rahima, 'owner'],
      [tanvir, 'admin'],
      [nusrat, 'agent'],
    ] as const) {
      const member = decodeId('member', memberId)
      await db.updateTable('member').set({ role, removed_at: null }).where('id', '=', member).execute()
    }
  })
  auditNumber = (await rowsOf(desk, 'select number from audit_head where workspace_id = $1', [workspaceUuid]))[0].number
}

/** Entries of this test, oldest first. */
function entries(): Promise<Row[]> {
  return rowsOf(
    desk,
    `select action, result, before, after from audit_entry where workspace_id = $1 and number > $2 order by number`,
    [workspaceUuid, auditNumber],
  )
}

const setRole = (by: Person, whose: Person, role: Role) =>
  by.client.call(changeRole, { params: { workspaceId: by.workspaceId, memberId: whose.memberId }, body: { role } })
const remove = (by: Person, whose: Person) =>
  by.client.call(removeMember, { params: { workspaceId: by.workspaceId, memberId: whose.memberId } })
const invite = (by: Person, email: string, role: Role) =>
  by.client.call(createInvitation, { params: { workspaceId: by.workspaceId }, body: { email, role } })

async function roles(): Promise<Record<string, Role>> {
  const { members } = (await rahima.client.call(listMembers, { params: { workspaceId: rahima.workspaceId } })).body
  return Object.fromEntries(members.map((member: { name: string; role: Role }) => [member.name, member.role]))
}

test('members are listed by name, with when they were last seen', async () => {
  const { body } = await nusrat.client.call(listMembers, { params: { workspaceId: nusrat.workspaceId } })
  assert.deepEqual(
    body.members.map((member: { name: string }) => member.name),
    ['Nusrat', 'Rahima', 'Tanvir'],
  )
  assert.equal(Date.parse(body.members[0].lastSeenAt), desk.clock.now().getTime())
})

test('an admin manages agents and admins, but makes, changes, removes and invites no owner', async () => {
  assert.equal((await setRole(tanvir, nusrat, 'admin')).status, 200)
  assert.equal((await setRole(tanvir, nusrat, 'agent')).status, 200)
  const forbidden = [
    await setRole(tanvir, nusrat, 'owner'),
    await setRole(tanvir, tanvir, 'owner'),
    await setRole(tanvir, rahima, 'admin'),
    await remove(tanvir, rahima),
    await invite(tanvir, 'crony@shapla.example', 'owner'),
  ]
  for (const answer of forbidden) assert.deepEqual([answer.status, answer.body.code], [403, 'forbidden'])
  assert.deepEqual(await roles(), { Rahima: 'owner', Tanvir: 'admin', Nusrat: 'agent' })
  assert.deepEqual(
    (await entries()).filter(({ result }) => result === 'denied').map(({ action }) => action),
    ['member.role_changed', 'member.removed', 'member.invited'],
  )
})

test('an owner makes owners; the last one cannot step down or leave', async () => {
  for (const answer of [await setRole(rahima, rahima, 'admin'), await remove(rahima, rahima)]) {
    assert.deepEqual([answer.status, answer.body.code], [409, 'last_owner'])
  }
  assert.equal((await setRole(rahima, tanvir, 'owner')).status, 200)
  assert.equal((await setRole(rahima, rahima, 'admin')).status, 200)
  assert.deepEqual(await roles(), { Rahima: 'admin', Tanvir: 'owner', Nusrat: 'agent' })
  assert.deepEqual(await entries(), [
    { action: 'member.role_changed', result: 'done', before: { role: 'admin' }, after: { role: 'owner' } },
    { action: 'member.role_changed', result: 'done', before: { role: 'owner' }, after: { role: 'admin' } },
  ])
})

async function ownerCount(): Promise<number> {
  const text = `select count(*)::int as n from member where workspace_id = $1 and role = 'owner' and removed_at is null`
  return (await rowsOf(desk, text, [workspaceUuid]))[0].n
}

test('two owners who step down, or throw each other out, at the same moment leave one', async () => {
  const rounds: ((a: Person, b: Person) => Promise<Answer>[])[] = [
    (a, b) => [setRole(a, a, 'admin'), setRole(b, b, 'admin')],
    (a, b) => [setRole(a, b, 'admin'), setRole(b, a, 'admin')],
    (a, b) => [remove(a, a), remove(b, b)],
    (a, b) => [remove(a, b), setRole(b, a, 'viewer')],
  ]
  for (const [round, work] of rounds.entries()) {
    for (let again = 0; again < 5; again++) {
      await beginAgain()
      await setRole(rahima, tanvir, 'owner')
      const statuses = (await Promise.all(work(rahima, tanvir))).map(({ status }) => status)
      assert.equal(await ownerCount(), 1, `round ${round}: ${statuses}`)
      assert.equal(statuses.filter((status) => status < 300).length, 1, `round ${round}: ${statuses}`)
      assert.ok(!statuses.includes(500), `round ${round}: ${statuses}`)
    }
  }
})

test('who is removed is nobody at the next request, and keeps their other workspaces', async () => {
  const other = await signUpOwner(desk, {
    name: 'Kabir',
    email: 'kabir@meghna.example',
    workspaceName: 'Meghna',
  })
  const token = (await invite(other, nusrat.email, 'viewer')).body.link.split('/invite/')[1]
  assert.equal((await nusrat.client.call(acceptInvitation, { params: { token }, body: {} })).status, 201)
  assert.equal((await remove(tanvir, nusrat)).status, 204)
  const params = { workspaceId: nusrat.workspaceId }
  assert.equal((await nusrat.client.call(getWorkspace, { params })).status, 404)
  assert.equal((await nusrat.client.call(getWorkspace, { params: { workspaceId: other.workspaceId } })).status, 200)
  const view = (await nusrat.client.call(getSession)).body
  assert.deepEqual(
    view.memberships.map((one: { workspace: { name: string } }) => one.workspace.name),
    ['Meghna'],
  )
  assert.equal((await remove(tanvir, nusrat)).status, 404)
  assert.equal((await setRole(rahima, nusrat, 'admin')).status, 404)
  assert.deepEqual(await roles(), { Rahima: 'owner', Tanvir: 'admin' })
})

test('conversations of a removed member become unassigned, drafts are destroyed, in the same transaction', async () => {
  const member = decodeId('member', nusrat.memberId)
  const envelope = Buffer.concat([Buffer.from([0xc1]), Buffer.alloc(40)])
  const [{ conversation }] = await rowsOf(
    desk,
    `with inbox as (
       insert into inbox (workspace_id, id, channel, name, key, created_at)
       values ($1, gen_random_uuid(), 'api', 'API', substr(md5(random()::text), 1, 20), now()) returning id),
     contact as (
       insert into contact (workspace_id, id, created_at, last_seen_at)
       values ($1, gen_random_uuid(), now(), now()) returning id),
     address as (
       insert into contact_address (workspace_id, id, contact_id, inbox_id, external_key, external_sealed, created_at)
       select $1, gen_random_uuid(), contact.id, inbox.id, sha256('x'), $3, now() from contact, inbox returning id),
     open as (
       insert into conversation (workspace_id, id, number, inbox_id, contact_id, contact_address_id, status, assignee_id,
         last_activity_at, created_at)
       select $1, gen_random_uuid(), n, inbox.id, contact.id, address.id, status, $2, now(), now()
       from inbox, contact, address, (values (1, 'open'), (2, 'closed')) states (n, status) returning id, status),
     drafts as (
       insert into draft (workspace_id, member_id, conversation_id, mode, text_sealed, updated_at)
       select $1, $2, id, 'reply', $3, now() from open)
     select id as conversation from open where status = 'open'`,
    [workspaceUuid, member, envelope],
  )
  assert.equal((await remove(rahima, nusrat)).status, 204)
  const left = await rowsOf(
    desk,
    'select count(assignee_id)::int as assigned from conversation where workspace_id = $1',
    [workspaceUuid],
  )
  const drafts = await rowsOf(desk, 'select from draft where workspace_id = $1', [workspaceUuid])
  assert.deepEqual([left[0].assigned, drafts.length], [0, 0])
  const events = await rowsOf(
    desk,
    `select kind, conversation_id, facts from event where workspace_id = $1 and number > 2 order by number`,
    [workspaceUuid],
  )
  assert.deepEqual(
    events.filter(({ kind }) => kind === 'conversation.changed'),
    [{ kind: 'conversation.changed', conversation_id: conversation, facts: { what: 'unassigned', memberId: member } }],
  )
  assert.deepEqual((await entries())[0].after, { unassignedConversations: 2 })
})

test('an invitation’s link is shown once; who belongs already is not invited', async () => {
  const answer = await invite(tanvir, 'New.Person@Shapla.example', 'agent')
  assert.match(answer.body.link, new RegExp(`^http://localhost:${desk.port}/invite/[A-Za-z0-9_-]{43}$`))
  const params = { workspaceId: rahima.workspaceId }
  const { invitations } = (await rahima.client.call(listInvitations, { params })).body
  assert.deepEqual(invitations, [answer.body.invitation])
  assert.deepEqual(Object.keys(invitations[0]).sort(), ['createdAt', 'email', 'expiresAt', 'id', 'role'])
  assert.equal(invitations[0].email, 'new.person@shapla.example')
  const taken = await invite(tanvir, nusrat.email.toUpperCase(), 'viewer')
  assert.deepEqual([taken.status, taken.body.fields[0].field], [409, 'email'])
})

test('a second link to one address, made at the same moment by another admin, lets nobody back in', async () => {
  const email = 'sadia@shapla.example'
  const invite = async (by: Person) => {
    const body = { email, role: 'agent' }
    const answer = await by.client.call(createInvitation, { params: { workspaceId: rahima.workspaceId }, body })
    return answer.body.link.split('/').at(-1) as string
  }
  const [first, second] = [await invite(rahima), await invite(tanvir)]
  // Neither had seen the other's, so both are open.
  await desk.kernel.doors.inWorkspace({ workspaceId: workspaceUuid, actor: { kind: 'system' } }, ({ db }) =>
    db.updateTable('invitation').set({ withdrawn_at: null }).where('email', '=', email).execute(),
  )
  const sadia = desk.client()
  const body = { name: 'Sadia', password: 'nine yellow ducks swim' }
  const joined = await sadia.call(acceptInvitation, { params: { token: second }, body })
  assert.equal(joined.status, 201, joined.text)
  const { memberId } = joined.body.memberships[0]
  const params = { workspaceId: rahima.workspaceId, memberId }
  assert.equal((await rahima.client.call(removeMember, { params })).status, 204)
  assert.equal((await sadia.call(acceptInvitation, { params: { token: first }, body: {} })).status, 410)
  assert.deepEqual((await sadia.call(getSession)).body.memberships, [])
})
