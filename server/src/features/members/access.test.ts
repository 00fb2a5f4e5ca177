/**
 * Every route of workspaces and members, by every role, in the own and in the other workspace, and by nobody. What is
 * expected is read from the permission table; what happens is asked over HTTP.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Endpoint } from '@central-desk/contract/endpoint.ts'
import * as members from '@central-desk/contract/members.ts'
import { ROLES, type Permission, type Role, roleMay } from '@central-desk/contract/permissions.ts'
import * as workspaces from '@central-desk/contract/workspaces.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { joinAs, type Person, type Personas, personas } from '#test/support/people.ts'
import { digestOf, rowsOf } from '#test/support/rows.ts'

const CHANGED = ['workspace', 'member', 'invitation', 'tag', 'saved_reply', 'event', 'workspace_counter']

let desk: TestDesk
let people: Personas
let byRole: Record<Role, Person>
before(async () => {
  desk = await bootDesk()
  people = await personas(desk)
  byRole = { owner: people.rahima, admin: people.tanvir, agent: people.nusrat, viewer: people.farid }
})

let made = 0
/** What a call needs to succeed, made afresh by an owner of that workspace. */
type Case = { endpoint: Endpoint; body?: object; needs?: (owner: Person) => Promise<Record<string, string>> }

async function tag(owner: Person) {
  const params = { workspaceId: owner.workspaceId }
  const answer = await owner.client.call(workspaces.createTag, { params, body: { name: `t${++made}`, colour: 'grey' } })
  return { tagId: answer.body.id }
}
const reply = () => ({ shortcut: `r${++made}`, title: 'Reply', text: 'text', language: 'en' })
async function savedReply(owner: Person) {
  const params = { workspaceId: owner.workspaceId }
  return { savedReplyId: (await owner.client.call(workspaces.createSavedReply, { params, body: reply() })).body.id }
}
async function invitation(owner: Person) {
  const params = { workspaceId: owner.workspaceId }
  const body = { email: `guest${++made}@shapla.example`, role: 'agent' }
  return { invitationId: (await owner.client.call(members.createInvitation, { params, body })).body.invitation.id }
}
/** A member row is enough: nobody signs in as them. */
async function member(owner: Person) {
  const email = `member${++made}@shapla.example`
  desk.clock.advance(60_000)
  return { memberId: (await joinAs(desk, owner, 'agent', { name: 'Somebody', email })).memberId }
}

const cases: Case[] = [
  { endpoint: workspaces.getWorkspace },
  { endpoint: workspaces.updateWorkspace, body: { language: 'en' } },
  { endpoint: workspaces.listTags },
  { endpoint: workspaces.createTag, body: { name: 'fresh', colour: 'teal' } },
  { endpoint: workspaces.updateTag, body: { colour: 'teal' }, needs: tag },
  { endpoint: workspaces.deleteTag, needs: tag },
  { endpoint: workspaces.listSavedReplies },
  { endpoint: workspaces.createSavedReply, body: { shortcut: 'fresh', title: 'x', text: 'x', language: 'en' } },
  { endpoint: workspaces.updateSavedReply, body: { text: 'y' }, needs: savedReply },
  { endpoint: workspaces.deleteSavedReply, needs: savedReply },
  { endpoint: members.listMembers },
  { endpoint: members.changeRole, body: { role: 'viewer' }, needs: member },
  { endpoint: members.removeMember, needs: member },
  { endpoint: members.listInvitations },
  { endpoint: members.createInvitation, body: { email: 'fresh@shapla.example', role: 'viewer' } },
  { endpoint: members.withdrawInvitation, needs: invitation },
]

test('the cases are all routes there are', () => {
  const ours = [workspaces, members].flatMap((module) => Object.values(module) as unknown[])
  const mounted = desk.routes.mounted.map(({ endpoint }) => endpoint).filter((endpoint) => ours.includes(endpoint))
  assert.deepEqual(mounted.map(({ name }) => name).sort(), cases.map(({ endpoint }) => endpoint.name).sort())
})

for (const { endpoint, body, needs } of cases) {
  test(endpoint.name, async () => {
    const owner = people.rahima
    const needed = async () => ({ workspaceId: owner.workspaceId, ...(await needs?.(owner)) })
    const send = (person: Person, params: Record<string, string>) => person.client.call(endpoint, { params, body })

    const params = await needed()
    const before = await digestOf(desk, CHANGED)
    assert.equal((await send({ ...owner, client: desk.client() }, params)).status, 401, 'nobody')
    const stranger = await send(people.kabir, params)
    assert.deepEqual([stranger.status, stranger.body.code], [404, 'not_found'], 'the stranger next door')
    const theirs = { ...params, workspaceId: people.kabir.workspaceId }
    // With the own workspace and the other one's row: lists are one's own, rows are not there.
    if (needs) assert.equal((await send(people.kabir, theirs)).status, 404, 'a stranger’s row')
    assert.equal((await send(owner, theirs)).status, 404, 'an owner next door')
    for (const role of ROLES) {
      if (roleMay(role, endpoint.access as Permission)) continue
      const refused = await send(byRole[role], params)
      assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden'], role)
    }
    assert.equal(await withoutLastSeen(before), await withoutLastSeen(await digestOf(desk, CHANGED)), 'nothing changed')

    for (const role of ROLES) {
      if (!roleMay(role, endpoint.access as Permission)) continue
      const answer = await send(byRole[role], await needed())
      // A name that the role before has taken is a refusal of the rule, not of the role.
      const isThere = answer.body?.code === 'already_taken'
      assert.ok(answer.status < 300 || isThere, `${role} ${answer.status} ${answer.text}`)
    }
  })
}

/** Being seen is written down by the kernel, not by the refused call. */
async function withoutLastSeen(digest: string): Promise<string> {
  return digest
    .split('\n')
    .filter((line) => !line.startsWith('member '))
    .join('\n')
}

test('a right that is lost is lost at the next request', async () => {
  const params = { workspaceId: people.rahima.workspaceId }
  const role = async (to: Role) => {
    const answer = await people.rahima.client.call(members.changeRole, {
      params: { ...params, memberId: people.tanvir.memberId },
      body: { role: to },
    })
    assert.equal(answer.status, 200)
  }
  const ask = async () => (await people.tanvir.client.call(members.listInvitations, { params })).status
  assert.equal(await ask(), 200)
  await role('viewer')
  assert.equal(await ask(), 403)
  await role('admin')
  assert.equal(await ask(), 200)
})

test('what a role may not do is in the trail of its workspace, merged per minute; a stranger’s try is not', async () => {
  desk.clock.advance(120_000)
  const denied = () => rowsOf(desk, `select action, count from audit_entry where result = 'denied' order by number`)
  const before = (await denied()).length
  const params = { workspaceId: people.rahima.workspaceId }
  for (let tries = 0; tries < 4; tries++) await people.farid.client.call(members.listInvitations, { params })
  for (let tries = 0; tries < 4; tries++) await people.kabir.client.call(members.listInvitations, { params })
  desk.clock.advance(61_000)
  await desk.kernel.denials.flush()
  assert.deepEqual((await denied()).slice(before), [
    { action: 'listInvitations', count: 1 },
    { action: 'listInvitations', count: 3 },
  ])
})
