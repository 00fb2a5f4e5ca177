/** Notes, assignment, status, snooze and tags over HTTP: who may, what changes, what is told, and what is refused. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { tagConversation, untagConversation, writeNote } from '@central-desk/contract/conversations.ts'
import type { Endpoint } from '@central-desk/contract/endpoint.ts'
import { encodeId } from '@central-desk/contract/ids.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { removeMember } from '@central-desk/contract/members.ts'
import { createTag } from '@central-desk/contract/workspaces.ts'
import { Agent, newClientId } from '#test/support/agent.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { connectInbox, receiveOne, type TestInbox, uuidOf } from '#test/support/inbound.ts'
import { joinAs, type Personas, personas } from '#test/support/people.ts'
import { digestOf, rowsOf } from '#test/support/rows.ts'
import { wakeSnoozed } from './wake.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

let desk: TestDesk
let beside: TestDesk
let people: Personas
let inbox: TestInbox
let nusrat: Agent
let viewer: Agent
let neighbour: Agent

before(async () => {
  desk = await bootDesk({ withWorkers: false })
  beside = await bootDesk({ beside: desk, withWorkers: false })
  people = await personas(desk)
  inbox = await connectInbox(desk, people.rahima)
  nusrat = new Agent(people.nusrat)
  viewer = new Agent(people.farid)
  neighbour = new Agent(people.kabir)
})

let writers = 0
const from = () => `writer-${++writers}`
async function conversation(): Promise<string> {
  return (await receiveOne(desk, inbox, { from: from(), text: 'hello' })).conversationId
}

/** What screens were told of a conversation, after its opening. */
async function told(id: string): Promise<Record<string, unknown>[]> {
  const rows = await rowsOf(
    desk,
    `select kind, facts from event where conversation_id = $1 and kind <> 'message.created' order by number`,
    [uuidOf('conversation', id)],
  )
  return rows.slice(1).map(({ kind, facts }) => ({ kind, ...facts }))
}

const inFuture = (by_ms: number) => new Date(desk.clock.now().getTime() + by_ms).toISOString()
const newTag = async (name: string) =>
  (await new Agent(people.rahima).done(createTag, { body: { name, colour: 'teal' } })).id as string

test('a note is written once, told to the team, and moves the conversation in no list', async () => {
  const id = await conversation()
  const before = await nusrat.get(id)
  desk.clock.advance(1_000)
  const clientMessageId = newClientId()
  const first = await nusrat.note(id, 'call her at five', { clientMessageId })
  assert.equal(first.status, 201, first.text)
  assert.deepEqual(
    { ...first.body, id: '' },
    {
      kind: 'note',
      id: '',
      conversationId: id,
      authorMemberId: people.nusrat.memberId,
      text: 'call her at five',
      attachments: [],
      sentAt: desk.clock.now().toISOString(),
      clientMessageId,
    },
  )
  const again = await Promise.all(Array.from({ length: 6 }, () => nusrat.note(id, 'again', { clientMessageId })))
  assert.ok(again.every(({ body }) => body.id === first.body.id && body.text === 'call her at five'))
  assert.deepEqual(await told(id), [{ kind: 'note.created' }])
  assert.deepEqual(await nusrat.get(id), before)
})

test('a note is no message: nothing that sends could find it', async () => {
  const id = await conversation()
  const { body } = await nusrat.note(id, 'for us only')
  const uuid = uuidOf('note', body.id)
  for (const table of ['message', 'delivery', 'search_backlog']) {
    const rows = await rowsOf(desk, `select t::text as row from ${table} t`)
    assert.ok(!rows.some(({ row }) => row.includes(uuid)), table)
  }
})

test('a note that is empty, too long, with foreign files, by a viewer or a neighbour is refused', async () => {
  const id = await conversation()
  const his = await new Agent(people.tanvir).upload(Buffer.from('his'))
  const before = await digestOf(desk, ['note', 'event', 'client_message', 'attachment'])
  assert.deepEqual((await nusrat.note(id, ' ')).body.fields, [{ field: 'text', code: 'empty' }])
  assert.equal((await nusrat.note(id, 'x'.repeat(LIMITS.noteCharacters + 1))).status, 422)
  assert.equal((await nusrat.note(id, 'x', { attachmentIds: [his] })).status, 404)
  assert.equal((await viewer.note(id, 'x')).body.code, 'forbidden')
  assert.equal((await neighbour.note(id, 'x')).status, 404)
  const params = { workspaceId: people.nusrat.workspaceId, conversationId: id }
  const body = { clientMessageId: newClientId(), text: 'x', attachmentIds: [] }
  assert.equal((await people.kabir.client.call(writeNote, { params, body })).status, 404)
  assert.equal(await digestOf(desk, ['note', 'event', 'client_message', 'attachment']), before)
})

test('a conversation is given to a member, to another, to nobody; each is told once', async () => {
  const id = await conversation()
  const { nusrat: n, tanvir: t } = people
  const first = await nusrat.assign(id, n.memberId)
  assert.deepEqual([first.status, first.body.assigneeId, first.body.id], [200, n.memberId, id])
  await nusrat.assign(id, n.memberId)
  await nusrat.assign(id, t.memberId)
  assert.equal((await nusrat.assign(id, null)).body.assigneeId, null)
  await nusrat.assign(id, null)
  const [nusratId, tanvirId] = [n, t].map(({ memberId }) => uuidOf('member', memberId))
  assert.deepEqual(await told(id), [
    { kind: 'conversation.changed', what: 'assigned', memberId: nusratId },
    { kind: 'conversation.changed', what: 'assigned', memberId: tanvirId },
    { kind: 'conversation.changed', what: 'unassigned', memberId: tanvirId },
  ])
})

test('nobody is given a conversation who cannot answer it: viewers, those who left, strangers', async () => {
  const id = await conversation()
  const leaver = await joinAs(desk, people.rahima, 'agent', { name: 'Leaver', email: 'leaver@shapla-crafts.example' })
  assert.equal((await nusrat.assign(id, leaver.memberId)).status, 200)
  await nusrat.assign(id, null)
  await new Agent(people.rahima).done(removeMember, { params: { memberId: leaver.memberId } })
  for (const memberId of [people.farid.memberId, leaver.memberId]) {
    const answer = await nusrat.assign(id, memberId)
    assert.deepEqual([answer.status, answer.body.fields], [422, [{ field: 'assigneeId', code: 'not_assignable' }]])
  }
  assert.equal((await nusrat.assign(id, people.kabir.memberId)).status, 404)
  assert.equal((await nusrat.assign(id, encodeId('member', desk.kernel.mint.next()))).status, 404)
  assert.equal((await viewer.assign(id, people.nusrat.memberId)).body.code, 'forbidden')
  assert.equal((await neighbour.assign(id, people.kabir.memberId)).status, 404)
  assert.equal((await nusrat.get(id)).assigneeId, null)
})

test('a status is set, told once, and closing ends the wait', async () => {
  const id = await conversation()
  assert.notEqual((await nusrat.get(id)).waitingSince, null)
  assert.equal((await nusrat.status(id, 'pending')).body.status, 'pending')
  await nusrat.status(id, 'pending')
  const closed = await nusrat.status(id, 'closed')
  assert.deepEqual([closed.body.status, closed.body.waitingSince], ['closed', null])
  await nusrat.status(id, 'open')
  assert.deepEqual(
    (await told(id)).map(({ what, status }) => [what, status]),
    [
      ['status', 'pending'],
      ['status', 'closed'],
      ['status', 'open'],
    ],
  )
  assert.equal((await viewer.status(id, 'closed')).body.code, 'forbidden')
  assert.equal((await neighbour.status(id, 'closed')).status, 404)
  assert.equal((await nusrat.status(id, 'archived')).status, 422)
})

test('a snooze has a time in the coming year or waits for the contact; the contact’s message ends both', async () => {
  const who = from()
  const { conversationId: id } = await receiveOne(desk, inbox, { from: who, text: 'hello' })
  const until = inFuture(3 * HOUR)
  const snoozed = (await nusrat.status(id, 'snoozed', until)).body
  assert.deepEqual([snoozed.status, snoozed.snoozedUntil], ['snoozed', until])
  assert.deepEqual((await nusrat.status(id, 'snoozed', inFuture(366 * DAY))).body.status, 'snoozed')
  assert.equal((await nusrat.status(id, 'snoozed')).body.snoozedUntil, null)
  await receiveOne(desk, inbox, { from: who, text: 'still there?' })
  assert.deepEqual((await nusrat.get(id)).status, 'open')
  const before = await digestOf(desk, ['conversation', 'event'])
  for (const [status, snoozedUntil, code] of [
    ['snoozed', desk.clock.now().toISOString(), 'not_in_future'],
    ['snoozed', inFuture(-DAY), 'not_in_future'],
    ['snoozed', inFuture(366 * DAY + 1), 'too_far'],
    ['snoozed', '2026-13-45T99:00:00Z', 'wrong_form'],
    ['snoozed', 'tomorrow', 'wrong_form'],
    ['open', until, 'only_when_snoozed'],
    ['closed', until, 'only_when_snoozed'],
  ] as const) {
    const answer = await nusrat.status(id, status, snoozedUntil)
    assert.equal(answer.status, 422, `${status} ${snoozedUntil}`)
    assert.deepEqual([answer.body.fields[0].field, answer.body.fields[0].code], ['snoozedUntil', code])
  }
  assert.equal(await digestOf(desk, ['conversation', 'event']), before)
})

test('a snooze that has run out opens the conversation once, at the top, however many workers look', async () => {
  const [due, later, forever] = [await conversation(), await conversation(), await conversation()]
  await nusrat.status(due, 'snoozed', inFuture(HOUR))
  await nusrat.status(later, 'snoozed', inFuture(3 * HOUR))
  await nusrat.status(forever, 'snoozed', null)
  const wake = () => Promise.all([desk, beside, desk, beside].map(({ kernel }) => wakeSnoozed(kernel)))
  desk.clock.advance(HOUR - 1)
  await wake()
  assert.equal((await nusrat.get(due)).status, 'snoozed')
  const newer = await conversation()
  desk.clock.advance(1)
  await wake()
  const row = await nusrat.get(due)
  assert.deepEqual([row.status, row.snoozedUntil, row.lastActivityAt], ['open', null, desk.clock.now().toISOString()])
  assert.deepEqual((await told(due)).at(-1), { kind: 'conversation.changed', what: 'status', status: 'open' })
  assert.equal((await told(due)).length, 2)
  const [first] = (await nusrat.list({ view: 'all' })).conversations
  assert.equal(first.id, due)
  assert.notEqual(first.id, newer)
  desk.clock.advance(DAY)
  await wake()
  assert.deepEqual([(await nusrat.get(later)).status, (await nusrat.get(forever)).status], ['open', 'snoozed'])
})

test('tags go on and off, each told once', async () => {
  const id = await conversation()
  const [first, second] = [await newTag('first'), await newTag('second')]
  const on = (tagId: string, by = nusrat) => by.ask(tagConversation, { params: { conversationId: id, tagId } })
  const off = (tagId: string, by = nusrat) => by.ask(untagConversation, { params: { conversationId: id, tagId } })
  await on(first)
  await on(first)
  assert.deepEqual((await on(second)).body.tagIds, [first, second])
  assert.deepEqual((await off(first)).body.tagIds, [second])
  await off(first)
  assert.deepEqual(
    (await told(id)).map(({ what, tagId }) => [what, tagId]),
    [
      ['tagged', uuidOf('tag', first)],
      ['tagged', uuidOf('tag', second)],
      ['untagged', uuidOf('tag', first)],
    ],
  )
  assert.equal((await on(first, viewer)).body.code, 'forbidden')
  assert.equal((await on(second, neighbour)).status, 404)
  const theirs = (await neighbour.done(createTag, { body: { name: 'theirs', colour: 'grey' } })).id
  for (const verb of [on, off]) assert.equal((await verb(theirs)).status, 404)
})

test('a conversation has so many tags and no more, also when they come at once', async () => {
  const id = await conversation()
  const tags: string[] = []
  for (let at = 0; at <= LIMITS.tagsPerConversation + 1; at++) tags.push(await newTag(`tag ${at}`))
  const answers = await Promise.all(
    tags.map((tagId) => nusrat.ask(tagConversation, { params: { conversationId: id, tagId } })),
  )
  const refused = answers.filter(({ status }) => status === 409)
  assert.deepEqual(new Set(refused.map(({ body }) => body.code)), new Set(['limit_reached']))
  assert.equal((await nusrat.get(id)).tagIds.length, LIMITS.tagsPerConversation)
})

test('changes of one conversation at the same moment come one after the other', async () => {
  const id = await conversation()
  const tag = await newTag('at once')
  const verbs: Promise<{ status: number; text: string }>[] = []
  for (let at = 0; at < 5; at++) {
    verbs.push(nusrat.assign(id, at % 2 ? people.nusrat.memberId : null))
    verbs.push(nusrat.status(id, at % 2 ? 'open' : 'pending'))
    verbs.push(nusrat.reply(id, { text: `reply ${at}` }))
    verbs.push(
      nusrat.ask((at % 2 ? tagConversation : untagConversation) as Endpoint, {
        params: { conversationId: id, tagId: tag },
      }),
    )
    verbs.push(receiveOne(desk, inbox, { from: from(), text: 'elsewhere' }).then(() => ({ status: 200, text: '' })))
  }
  for (const { status, text } of await Promise.all(verbs)) assert.ok(status < 300, text)
  assert.equal((await nusrat.get(id)).lastMessageNumber, 6)
  const [{ numbers, last }] = await rowsOf(
    desk,
    'select count(*)::int as numbers, max(number)::int as last from event where workspace_id = $1',
    [uuidOf('workspace', people.nusrat.workspaceId)],
  )
  assert.equal(numbers, last, 'event numbers have no gap')
})
