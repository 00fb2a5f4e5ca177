/** Lists over HTTP: which conversation stands in which view, in which order, on which page, for whom. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import {
  countConversations,
  getConversation,
  listConversations,
  tagConversation,
  VIEWS,
} from '@central-desk/contract/conversations.ts'
import { createTag } from '@central-desk/contract/workspaces.ts'
import { Agent } from '#test/support/agent.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { connectInbox, receive, receiveOne, type TestInbox } from '#test/support/inbound.ts'
import { type Personas, personas } from '#test/support/people.ts'
import { fewestQueries } from '#test/support/query-count.ts'

const MINUTE = 60_000

let desk: TestDesk
let people: Personas
let inbox: TestInbox
let otherInbox: TestInbox
let agent: Agent
let neighbour: Agent

before(async () => {
  desk = await bootDesk({ withWorkers: false })
  people = await personas(desk)
  inbox = await connectInbox(desk, people.rahima)
  otherInbox = await connectInbox(desk, people.rahima, 'api')
  agent = new Agent(people.nusrat)
  neighbour = new Agent(people.kabir)
})

let writers = 0
/** A new conversation, newer than every one before it. */
async function conversation(given: { name?: string; text?: string; at?: TestInbox } = {}): Promise<string> {
  desk.clock.advance(1_000)
  const { at = inbox, ...message } = given
  return (await receiveOne(desk, at, { from: `writer-${++writers}`, text: 'hello', ...message })).conversationId
}

// biome-ignore lint/suspicious/noExplicitAny: rows of an answer
const idsOf = (page: any): string[] => page.conversations.map(({ id }: { id: string }) => id)

async function viewsOf(id: string): Promise<string[]> {
  const shown: string[] = []
  for (const view of VIEWS) if (idsOf(await agent.list({ view, limit: 100 })).includes(id)) shown.push(view)
  return shown
}

test('each state stands in its views and in no other', async () => {
  const id = await conversation()
  assert.deepEqual(await viewsOf(id), ['unassigned', 'all'])
  await agent.assign(id, people.nusrat.memberId)
  assert.deepEqual(await viewsOf(id), ['mine', 'all'])
  await agent.status(id, 'pending')
  assert.deepEqual(await viewsOf(id), ['mine', 'all'])
  await agent.assign(id, people.tanvir.memberId)
  assert.deepEqual(await viewsOf(id), ['all'])
  await agent.status(id, 'snoozed', null)
  assert.deepEqual(await viewsOf(id), ['snoozed'])
  await agent.status(id, 'closed')
  assert.deepEqual(await viewsOf(id), ['closed'])
})

test('a row says who, what, when and how far, and what is the reader’s own', async () => {
  const sentAt = desk.clock.now()
  const { conversationId, messageId } = await receiveOne(desk, otherInbox, {
    from: 'row-writer',
    name: 'Mitu Rahman',
    text: `  Where is\n my   order? ${'x'.repeat(200)}`,
  })
  const row = await agent.get(conversationId)
  assert.deepEqual(
    {
      ...row,
      id: '',
      number: 0,
      contact: { ...row.contact, id: '' },
      lastMessage: { ...row.lastMessage, preview: '' },
    },
    {
      id: '',
      number: 0,
      inboxId: otherInbox.id,
      channel: 'api',
      contact: { id: '', name: 'Mitu Rahman', label: 'Mitu Rahman', isBlocked: false },
      status: 'open',
      snoozedUntil: null,
      assigneeId: null,
      tagIds: [],
      lastMessage: {
        id: messageId,
        direction: 'in',
        authorKind: 'contact',
        authorMemberId: null,
        preview: '',
        attachmentCount: 0,
        deliveryState: null,
        sentAt: sentAt.toISOString(),
      },
      lastMessageNumber: 1,
      lastInboundNumber: 1,
      lastActivityAt: sentAt.toISOString(),
      waitingSince: sentAt.toISOString(),
      createdAt: sentAt.toISOString(),
      mine: { readNumber: 0, hasDraft: false },
    },
  )
  assert.ok(row.lastMessage.preview.startsWith('Where is my order? xxx'))
  assert.equal(row.lastMessage.preview.length, 160)
  await agent.replied(conversationId, { text: 'On its way' })
  const after = (await agent.get(conversationId)).lastMessage
  assert.deepEqual(
    [after.direction, after.authorMemberId, after.preview, after.deliveryState],
    ['out', people.nusrat.memberId, 'On its way', 'queued'],
  )
})

test('pages follow each other without a gap or a repeat, over two states and equal times', async () => {
  const made: string[] = []
  for (let at = 0; at < 4; at++) made.push(await conversation({ at: otherInbox }))
  // Three in one transaction share their moment.
  const same = await receive(
    desk,
    otherInbox,
    ...['a', 'b', 'c'].map((who) => ({ from: `same-${who}-${++writers}`, text: 'hello' })),
  )
  made.push(...same.map(({ conversationId }) => conversationId))
  for (const id of made.filter((_, at) => at % 2 === 0)) await agent.status(id, 'pending')
  const all = idsOf(await agent.list({ view: 'all', inboxId: otherInbox.id, limit: 100 }))
  for (const limit of [1, 2, 3]) {
    const pages: string[] = []
    let cursor: string | null = null
    do {
      const page: { conversations: { id: string }[]; nextCursor: string | null } = await agent.list({
        view: 'all',
        inboxId: otherInbox.id,
        limit,
        ...(cursor && { cursor }),
      })
      pages.push(...idsOf(page))
      cursor = page.nextCursor
    } while (cursor)
    assert.deepEqual(pages, all)
  }
  assert.ok(made.every((id) => all.includes(id)))
  const times = (await agent.list({ view: 'all', inboxId: otherInbox.id, limit: 100 })).conversations.map(
    (row: { lastActivityAt: string }) => row.lastActivityAt,
  )
  assert.deepEqual(times, times.toSorted().reverse())
})

test('filters by inbox, tag and contact narrow a view; one that is not there is not found', async () => {
  const tag = (await new Agent(people.rahima).done(createTag, { body: { name: 'late', colour: 'rose' } })).id
  const [tagged, plain] = [await conversation(), await conversation()]
  await agent.done(tagConversation, { params: { conversationId: tagged, tagId: tag } })
  const contactId = (await agent.get(plain)).contact.id
  assert.deepEqual(idsOf(await agent.list({ view: 'all', tagId: tag })), [tagged])
  assert.deepEqual(idsOf(await agent.list({ view: 'all', contactId })), [plain])
  assert.deepEqual(idsOf(await agent.list({ view: 'all', contactId, tagId: tag })), [])
  assert.deepEqual(idsOf(await agent.list({ view: 'closed', tagId: tag })), [])
  assert.ok(!idsOf(await agent.list({ view: 'all', inboxId: otherInbox.id, limit: 100 })).includes(plain))
  const filters: Record<string, string>[] = [{ inboxId: inbox.id }, { tagId: tag }, { contactId }]
  for (const query of filters) {
    const answer = await neighbour.ask(listConversations, { query: { view: 'all', ...query } })
    assert.equal(answer.status, 404, JSON.stringify(query))
  }
})

test('counts are exact below a hundred and stop there', async () => {
  const counts = async () => {
    const { eventNumber: _, ...rest } = await agent.done(countConversations)
    return rest
  }
  const before = await counts()
  const listed = async (view: string) => idsOf(await agent.list({ view, limit: 100 })).length
  for (const view of ['mine', 'unassigned', 'all', 'snoozed']) assert.equal(before[view], await listed(view), view)
  await receive(desk, inbox, ...Array.from({ length: 120 }, () => ({ from: `many-${++writers}`, text: 'x' })))
  assert.deepEqual(await counts(), { ...before, unassigned: 100, all: 100 })
})

test('a list is read with the same few queries, however many rows it shows', async () => {
  const load = (limit: number) =>
    fewestQueries(() => agent.list({ view: 'all', limit })).then(({ result, statements }) => ({
      rows: result.conversations.length as number,
      queries: statements.length,
    }))
  await load(1)
  const [one, many] = [await load(1), await load(100)]
  assert.deepEqual([one.rows, many.rows], [1, 100])
  assert.equal(many.queries, one.queries)
  // Session, membership, begin, scope, number, page, rows, last messages, marks, commit.
  assert.ok(many.queries <= 10, `${many.queries} queries for a list`)
})

test('the event number of a list comes before its rows: nothing falls between list and stream', async () => {
  const { eventNumber } = await agent.list({ view: 'all', limit: 1 })
  await conversation()
  assert.ok((await agent.list({ view: 'all', limit: 1 })).eventNumber > eventNumber)
})

test('a cursor that is none of ours is refused, and ours opens no neighbour’s list', async () => {
  const spelled = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const uuid = '01990000-0000-7000-8000-000000000000'
  for (const wrong of [spelled([1]), spelled([9e15, uuid]), spelled(['1', uuid]), spelled([1, `${uuid}'--`]), 'AAAA']) {
    const answer = await agent.ask(listConversations, { query: { view: 'all', cursor: wrong } })
    assert.deepEqual([answer.status, answer.body.fields?.[0]?.field], [422, 'cursor'], wrong)
  }
  assert.equal((await agent.ask(listConversations, { query: { view: 'all', cursor: '!' } })).status, 422)
  const { nextCursor } = await agent.list({ view: 'all', limit: 1 })
  assert.deepEqual(idsOf(await neighbour.list({ view: 'all', cursor: nextCursor })), [])
})

test('broken queries and ids are refused with their field', async () => {
  for (const [query, field] of [
    [{}, 'view'],
    [{ view: 'everything' }, 'view'],
    [{ view: 'all', limit: 0 }, 'limit'],
    [{ view: 'all', limit: 101 }, 'limit'],
    [{ view: 'all', inboxId: 'inb_' }, 'inboxId'],
    [{ view: 'all', inboxId: people.nusrat.memberId }, 'inboxId'],
    [{ view: 'all', nosuch: 'x' }, 'nosuch'],
  ] as const) {
    const answer = await agent.ask(listConversations, { query: query as Record<string, string> })
    assert.deepEqual([answer.status, answer.body.fields?.[0]?.field], [422, field], JSON.stringify(query))
  }
  const unknown = 'cnv_01k00000000000000000000000'
  assert.equal((await agent.ask(getConversation, { params: { conversationId: unknown } })).status, 404)
  assert.equal((await agent.ask(getConversation, { params: { conversationId: 'cnv_x' } })).status, 422)
})

test('a viewer reads lists; a neighbour finds no conversation of ours', async () => {
  const id = await conversation({ name: 'Mitu' })
  assert.equal((await new Agent(people.farid).get(id)).id, id)
  assert.equal((await neighbour.ask(getConversation, { params: { conversationId: id } })).status, 404)
  const params = { workspaceId: people.nusrat.workspaceId, conversationId: id }
  assert.equal((await neighbour.ask(getConversation, { params })).status, 404)
  assert.deepEqual(idsOf(await neighbour.list({ view: 'all' })), [])
})

test('numbers count up within the workspace, each once', async () => {
  const first = (await agent.get(await conversation())).number
  desk.clock.advance(MINUTE)
  assert.equal((await agent.get(await conversation())).number, first + 1)
})

test('sorted by who waits: the longest first, the answered behind them, page by page and each once', async () => {
  const at = await connectInbox(desk, people.rahima)
  const ids: string[] = []
  for (let turn = 0; turn < 6; turn++) ids.push(await conversation({ at }))
  const [first, answered, third, pending, fifth, latest] = ids as [string, string, string, string, string, string]
  for (const id of [answered, latest]) await agent.replied(id)
  await agent.status(pending, 'pending')
  const pages: string[][] = []
  let cursor: string | null = null
  do {
    const page = await agent.list({
      view: 'all',
      inboxId: at.id,
      sort: 'waiting',
      limit: 2,
      ...(cursor && { cursor }),
    })
    pages.push(idsOf(page))
    cursor = page.nextCursor
  } while (cursor)
  assert.deepEqual(pages.flat(), [first, third, pending, fifth, answered, latest])
})
