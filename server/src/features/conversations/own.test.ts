/** What is a member's own, over HTTP: reading marks and drafts. Nobody else sees, hears of or touches them. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { listDrafts, markRead, saveDraft } from '@central-desk/contract/conversations.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { Agent } from '#test/support/agent.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { connectInbox, receive, type TestInbox, uuidOf } from '#test/support/inbound.ts'
import { type Personas, personas } from '#test/support/people.ts'
import { rowsOf } from '#test/support/rows.ts'
import { openConversation } from './open.ts'

let desk: TestDesk
let people: Personas
let inbox: TestInbox
let nusrat: Agent
let tanvir: Agent
let viewer: Agent
let neighbour: Agent

before(async () => {
  desk = await bootDesk({ withWorkers: false })
  people = await personas(desk)
  inbox = await connectInbox(desk, people.rahima)
  nusrat = new Agent(people.nusrat)
  tanvir = new Agent(people.tanvir)
  viewer = new Agent(people.farid)
  neighbour = new Agent(people.kabir)
})

let writers = 0
/** A conversation of three messages. */
async function conversation(): Promise<string> {
  const from = `writer-${++writers}`
  const [first] = await receive(desk, inbox, { from, text: 'a' }, { from, text: 'b' }, { from, text: 'c' })
  return first?.conversationId ?? ''
}

const read = (by: Agent, conversationId: string, readNumber: number) =>
  by.ask(markRead, { params: { conversationId }, body: { readNumber } })
const readNumber = async (by: Agent, id: string) => (await by.get(id)).mine.readNumber
const draft = (by: Agent, conversationId: string, text: string, mode = 'reply') =>
  by.ask(saveDraft, { params: { conversationId, mode }, body: { text } })
const drafts = async (by: Agent, conversationId: string) =>
  (await by.done(listDrafts, { params: { conversationId } })).drafts

const told = (kind: string, id: string) =>
  rowsOf(desk, 'select for_member_id, facts from event where kind = $1 and conversation_id = $2 order by number', [
    kind,
    uuidOf('conversation', id),
  ])

test('a mark is the reader’s own, moves both ways, stops at what is there, and is told when it moves', async () => {
  const id = await conversation()
  assert.equal((await read(nusrat, id, 2)).status, 204)
  assert.deepEqual([await readNumber(nusrat, id), await readNumber(tanvir, id)], [2, 0])
  await read(nusrat, id, 2)
  await read(nusrat, id, 99)
  assert.equal(await readNumber(nusrat, id), 3)
  await read(nusrat, id, 1)
  await read(viewer, id, 3)
  assert.deepEqual([await readNumber(nusrat, id), await readNumber(viewer, id)], [1, 3])
  const [n, v] = [people.nusrat, people.farid].map(({ memberId }) => uuidOf('member', memberId))
  assert.deepEqual(await told('reading.marked', id), [
    { for_member_id: n, facts: { readNumber: 2 } },
    { for_member_id: n, facts: { readNumber: 3 } },
    { for_member_id: n, facts: { readNumber: 1 } },
    { for_member_id: v, facts: { readNumber: 3 } },
  ])
  assert.equal((await read(neighbour, id, 1)).status, 404)
  assert.equal((await read(nusrat, id, -1)).status, 422)
  assert.equal((await read(nusrat, id, 1.5)).status, 422)
})

test('marks at the same moment leave one of them', async () => {
  const id = await conversation()
  const answers = await Promise.all([1, 2, 3, 2, 1, 3].map((number) => read(nusrat, id, number)))
  assert.ok(answers.every(({ status }) => status === 204))
  assert.ok([1, 2, 3].includes(await readNumber(nusrat, id)))
})

test('a mark or a draft is not held up by whoever is changing the conversation', async () => {
  const id = await conversation()
  const options = { workspaceId: uuidOf('workspace', people.nusrat.workspaceId), actor: { kind: 'system' } } as const
  await desk.kernel.doors.inWorkspace(options, async (tx) => {
    await openConversation(tx, uuidOf('conversation', id), 'forChange')
    assert.equal((await read(nusrat, id, 1)).status, 204)
    assert.equal((await draft(nusrat, id, 'meanwhile')).status, 204)
  })
})

test('a draft is kept for each mode, read back, replaced, and gone when it is empty', async () => {
  const id = await conversation()
  assert.equal((await draft(nusrat, id, 'প্রথম খসড়া')).status, 204)
  await draft(nusrat, id, 'a note to come', 'note')
  desk.clock.advance(1_000)
  await draft(nusrat, id, 'the second')
  assert.deepEqual(
    (await drafts(nusrat, id)).map(({ mode, text }: Record<string, string>) => [mode, text]),
    [
      ['note', 'a note to come'],
      ['reply', 'the second'],
    ],
  )
  assert.equal((await drafts(nusrat, id))[1].updatedAt, desk.clock.now().toISOString())
  assert.equal((await nusrat.get(id)).mine.hasDraft, true)
  await draft(nusrat, id, '')
  await draft(nusrat, id, '', 'note')
  await draft(nusrat, id, '')
  assert.deepEqual(await drafts(nusrat, id), [])
  assert.equal((await nusrat.get(id)).mine.hasDraft, false)
  const events = await told('draft.changed', id)
  const own = uuidOf('member', people.nusrat.memberId)
  assert.deepEqual(events, Array(5).fill({ for_member_id: own, facts: null }))
})

test('a draft is its writer’s alone', async () => {
  const id = await conversation()
  await draft(nusrat, id, 'mine')
  await draft(tanvir, id, 'his')
  assert.deepEqual(
    (await drafts(nusrat, id)).map(({ text }: { text: string }) => text),
    ['mine'],
  )
  assert.deepEqual(
    (await drafts(tanvir, id)).map(({ text }: { text: string }) => text),
    ['his'],
  )
  assert.equal((await new Agent(people.rahima).get(id)).mine.hasDraft, false)
  assert.equal((await draft(viewer, id, 'x')).body.code, 'forbidden')
  assert.equal((await draft(neighbour, id, 'x')).status, 404)
  assert.equal((await neighbour.ask(listDrafts, { params: { conversationId: id } })).status, 404)
})

test('a draft is sealed, and opens in no other place', async () => {
  const [one, other] = [await conversation(), await conversation()]
  await draft(nusrat, one, 'canary draft')
  await draft(nusrat, other, 'another')
  const rows = await rowsOf(desk, 'select d::text as row from draft d')
  assert.ok(!rows.some(({ row }) => row.includes(Buffer.from('canary draft').toString('hex'))))
  await rowsOf(
    desk,
    'update draft set text_sealed = (select text_sealed from draft where conversation_id = $1) where conversation_id = $2',
    [uuidOf('conversation', one), uuidOf('conversation', other)],
  )
  const moved = await nusrat.ask(listDrafts, { params: { conversationId: other } })
  assert.equal(moved.status, 500)
  assert.ok(!moved.text.includes('canary'))
})

test('a draft that is too long or of no mode is refused', async () => {
  const id = await conversation()
  assert.equal((await draft(nusrat, id, 'x'.repeat(LIMITS.messageCharacters))).status, 204)
  assert.equal((await draft(nusrat, id, 'x'.repeat(LIMITS.messageCharacters + 1))).status, 422)
  assert.equal((await draft(nusrat, id, 'x', 'shout')).status, 422)
})
