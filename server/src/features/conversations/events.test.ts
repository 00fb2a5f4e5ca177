/** What streams are told: every change with the row as it stands, and each member’s own things to that member alone. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { markRead, saveDraft } from '@central-desk/contract/conversations.ts'
import { DeskEvent } from '@central-desk/contract/events.ts'
import { Compile } from 'typebox/compile'
import { idTranslator } from '#src/kernel/web/wire-ids.ts'
import { Agent } from '#test/support/agent.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { connectInbox, receive, receiveOne, type TestInbox, uuidOf } from '#test/support/inbound.ts'
import { type Personas, personas } from '#test/support/people.ts'
import { fewestQueries } from '#test/support/query-count.ts'
import { type FilledEvent, linkItem, readEvents, readMine } from './index.ts'

let desk: TestDesk
let people: Personas
let inbox: TestInbox
let agent: Agent

before(async () => {
  desk = await bootDesk({ withWorkers: false })
  people = await personas(desk)
  inbox = await connectInbox(desk, people.rahima)
  agent = new Agent(people.nusrat)
})

function inWorkspace<T>(work: Parameters<typeof desk.kernel.doors.inWorkspace<T>>[1]): Promise<T> {
  const workspaceId = uuidOf('workspace', people.nusrat.workspaceId)
  return desk.kernel.doors.inWorkspace({ workspaceId, actor: { kind: 'system' }, readOnly: true }, work)
}

const eventsAfter = (after: number, limit = 100) => inWorkspace((tx) => readEvents(tx, after, limit))
const newest = async () => (await agent.list({ view: 'all', limit: 1 })).eventNumber as number
const { outward } = idTranslator(DeskEvent)
const wire = Compile(DeskEvent)

/** As it crosses the wire, checked against the contract. */
// biome-ignore lint/suspicious/noExplicitAny: events of every shape
function spelled({ event }: FilledEvent): any {
  const onWire = JSON.parse(JSON.stringify(outward(event)))
  assert.ok(wire.Check(onWire), JSON.stringify([...wire.Errors(onWire)]))
  return onWire
}

test('everything that happens to a conversation is told with its row, its item or its line, in order', async () => {
  const start = await newest()
  const { conversationId } = await receiveOne(desk, inbox, { from: 'story', name: 'Mitu', text: 'hello' })
  await agent.assign(conversationId, people.nusrat.memberId)
  await agent.note(conversationId, 'a note')
  await agent.replied(conversationId, { text: 'an answer', close: true })
  const events = (await eventsAfter(start)).map(spelled)
  assert.deepEqual(
    events.map((event) => [event.kind, event.item?.text ?? null, event.activity?.what ?? null]),
    [
      ['message.created', 'hello', null],
      ['conversation.changed', null, 'opened'],
      ['conversation.changed', null, 'assigned'],
      ['note.created', 'a note', null],
      ['message.created', 'an answer', null],
      ['conversation.changed', null, 'status'],
    ],
  )
  assert.deepEqual(
    events.map(({ number }) => number),
    [1, 2, 3, 4, 5, 6].map((step) => start + step),
  )
  for (const event of events) {
    assert.deepEqual([event.conversationId, event.conversation.id], [conversationId, conversationId])
    // As it stands now, not as it was.
    assert.equal(event.conversation.status, 'closed')
    assert.equal(event.conversation.lastMessage.preview, 'an answer')
  }
  assert.deepEqual(
    events.map(({ actorMemberId }) => actorMemberId),
    [null, null, ...Array(4).fill(people.nusrat.memberId)],
  )
  assert.equal(events[4].item.delivery.state, 'queued')
})

test('reading marks and drafts are their member’s; a draft’s text is in no event', async () => {
  const { conversationId } = await receiveOne(desk, inbox, { from: 'own', text: 'hello' })
  const start = await newest()
  await agent.done(markRead, { params: { conversationId }, body: { readNumber: 1 } })
  await agent.done(saveDraft, { params: { conversationId, mode: 'reply' }, body: { text: 'canary draft' } })
  const filled = await eventsAfter(start)
  const own = uuidOf('member', people.nusrat.memberId)
  assert.deepEqual(
    filled.map(({ forMemberId }) => forMemberId),
    [own, own],
  )
  assert.deepEqual(
    filled.map(spelled).map(({ kind, readNumber }) => [kind, readNumber]),
    [
      ['reading.marked', 1],
      ['draft.changed', undefined],
    ],
  )
  assert.ok(!JSON.stringify(filled).includes('canary'))
  const members = [own, uuidOf('member', people.tanvir.memberId)] as const
  const id = uuidOf('conversation', conversationId)
  const mineOf = await inWorkspace((tx) => readMine(tx, [id], members))
  assert.deepEqual(mineOf(id, members[0]), { readNumber: 1, hasDraft: true })
  assert.deepEqual(mineOf(id, members[1]), { readNumber: 0, hasDraft: false })
})

test('files in events carry no address until a reader gives theirs', async () => {
  const { conversationId } = await receiveOne(desk, inbox, { from: 'files', text: 'hello' })
  const start = await newest()
  await agent.replied(conversationId, { attachmentIds: [await agent.upload(Buffer.from('a'))] })
  const [filled] = await eventsAfter(start)
  const item = filled?.event.item
  assert.ok(item)
  assert.deepEqual(
    item.attachments.map(({ url }) => url),
    [''],
  )
  assert.deepEqual(
    linkItem(item, (id) => `for me ${id}`).attachments.map(({ id, url }) => url === `for me ${id}`),
    [true],
  )
  assert.equal(item.attachments[0]?.url, '')
})

test('a batch is read with the same few queries, however many events it holds', async () => {
  const start = await newest()
  await receive(desk, inbox, ...Array.from({ length: 40 }, (_, at) => ({ from: `batch-${at}`, text: 'hello' })))
  const load = (limit: number) => fewestQueries(() => eventsAfter(start, limit))
  const [one, many] = [await load(1), await load(80)]
  assert.deepEqual([one.result.length, many.result.length], [1, 80])
  // A batch of one message asks for no note; that of eighty asks for none either.
  assert.equal(many.statements.length, one.statements.length)
  assert.ok(many.statements.length <= 10, `${many.statements.length} queries`)
})
