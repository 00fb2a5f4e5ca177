/** Search over HTTP: what is found by what, in which order and part, what is not, and what the index lags behind. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { search } from '@central-desk/contract/conversations.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { Agent } from '#test/support/agent.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { connectInbox, receive, receiveOne, type TestInbox, uuidOf } from '#test/support/inbound.ts'
import { type Personas, personas } from '#test/support/people.ts'
import { rowsOf } from '#test/support/rows.ts'
import { indexBacklog } from './indexing.ts'

let desk: TestDesk
let beside: TestDesk
let people: Personas
let inbox: TestInbox
let agent: Agent
let neighbour: Agent

before(async () => {
  desk = await bootDesk({ withWorkers: false })
  beside = await bootDesk({ beside: desk, withWorkers: false })
  people = await personas(desk)
  inbox = await connectInbox(desk, people.rahima)
  agent = new Agent(people.nusrat)
  neighbour = new Agent(people.kabir)
})

let writers = 0
async function indexed(text: string, given: { from?: string; name?: string } = {}) {
  const message = { from: given.from ?? `writer-${++writers}`, text, ...(given.name && { name: given.name }) }
  const received = await receiveOne(desk, inbox, message)
  await indexBacklog(desk.kernel)
  return received
}

type Hit = { messageId: string | null; excerpt: string; conversation: { id: string } }
const messagesOf = (hits: Hit[]) => hits.map(({ messageId }) => messageId)
const found = async (q: string, by = agent) => messagesOf((await by.search(q)).hits)

test('a message is found by its words in any order, and by how they begin, however they are spelled', async () => {
  const { messageId: english } = await indexed('Where is my parcel number AB-1042? Delivery was due yesterday.')
  const { messageId: bangla } = await indexed('আমার অর্ডারটি কবে পাবো? মোট ১,২৫০ টাকা')
  for (const q of ['parcel', 'PARCEL delivery', 'yesterday parcel', 'deliv', 'del par', '1042', 'ab 1042', 'Párcel']) {
    assert.deepEqual(await found(q), [english], q)
  }
  for (const q of ['অর্ডারটি', 'অর্ডার', 'কবে পাবো', '1250', '১২৫০', 'টাকা কবে']) assert.deepEqual(await found(q), [bangla], q)
  for (const q of ['arcel', 'parcels', 'parcel refund', 'de', 'অর্ডারগুলো', '250', '?!', '…'])
    assert.deepEqual(await found(q), [], q)
})

test('what only sounds alike stands apart, and what is found as written does not stand there again', async () => {
  const { messageId: latin } = await indexed('bhai kobe pabo')
  const { messageId: bangla } = await indexed('ভাই পার্সেল কোথায়')
  const answer = await agent.search('ভাই')
  assert.deepEqual(messagesOf(answer.hits), [bangla])
  assert.deepEqual(messagesOf(answer.similar), [latin])
  const other = await agent.search('vai')
  assert.deepEqual(messagesOf(other.hits), [])
  assert.deepEqual(new Set(messagesOf(other.similar)), new Set([latin, bangla]))
})

test('an agent’s own answers are found; notes and drafts are not', async () => {
  const { conversationId } = await indexed('hello there')
  const { id } = await agent.replied(conversationId, { text: 'We ship by courier zebrafish' })
  await agent.note(conversationId, 'zebrafish in a note')
  await indexBacklog(desk.kernel)
  assert.deepEqual(await found('zebrafish'), [id])
})

test('newest first, page by page, each once; the cursor goes on where the page ended', async () => {
  const from = `writer-${++writers}`
  const received = await receive(desk, inbox, ...Array.from({ length: 7 }, (_, at) => ({ from, text: `quokka ${at}` })))
  await indexBacklog(desk.kernel)
  const newestFirst = received.map(({ messageId }) => messageId).reverse()
  for (const limit of [1, 3, 7]) {
    const pages: (string | null)[] = []
    let cursor: string | null = null
    let turns = 0
    do {
      const page: { hits: Hit[]; nextCursor: string | null } = await agent.search('quokka', {
        limit,
        ...(cursor && { cursor }),
      })
      assert.ok(page.hits.length <= limit)
      pages.push(...messagesOf(page.hits))
      cursor = page.nextCursor
      turns += 1
    } while (cursor)
    assert.deepEqual(pages, newestFirst)
    assert.equal(turns, Math.ceil(7 / limit))
  }
})

test('an excerpt shows the words around what was found, and a hit its conversation as it stands', async () => {
  const text = `${'blah '.repeat(60)}the <b>narwhal</b> of ${'more '.repeat(60)}`
  const { conversationId } = await indexed(text, { name: 'Mitu' })
  const [hit] = (await agent.search('narwhal')).hits
  assert.match(hit.excerpt, /^…blah.* the <b>narwhal<\/b> of more.*…$/)
  assert.ok(hit.excerpt.length < 220)
  assert.deepEqual([hit.conversation.id, hit.conversation.contact.name], [conversationId, 'Mitu'])
})

test('a conversation is found by its number in any digits, and by the contact’s name', async () => {
  const { conversationId } = await indexed('nothing special', { name: 'Oindrila Chowdhury' })
  const { number } = await agent.get(conversationId)
  const inBangla = String(number).replace(/\d/g, (digit) => String.fromCharCode(0x09e6 + Number(digit)))
  for (const q of [`#${number}`, String(number), `#${inBangla}`, ` # ${inBangla} `, 'oindrila', 'chowdh oindrila']) {
    const { hits } = await agent.search(q)
    assert.ok(
      hits.some((hit: Hit) => hit.conversation.id === conversationId && hit.messageId === null),
      q,
    )
  }
  const { hits } = await agent.search('#999999999')
  assert.deepEqual(hits, [])
  const [{ hits: theirs }, { hits: byName }] = [
    await neighbour.search(`#${number}`),
    await neighbour.search('oindrila'),
  ]
  assert.deepEqual([theirs, byName], [[], []])
})

test('a search says that it is incomplete while messages wait for the index', async () => {
  await indexBacklog(desk.kernel)
  assert.equal((await agent.search('axolotl')).isComplete, true)
  const { messageId } = await receiveOne(desk, inbox, { from: `writer-${++writers}`, text: 'axolotl' })
  const before = await agent.search('axolotl')
  assert.deepEqual([before.hits, before.isComplete], [[], false])
  assert.equal((await neighbour.search('axolotl')).isComplete, true)
  await indexBacklog(desk.kernel)
  const after = await agent.search('axolotl')
  assert.deepEqual([messagesOf(after.hits), after.isComplete], [[messageId], true])
})

test('any number of workers index each message once', async () => {
  const texts = Array.from({ length: 60 }, (_, at) => ({ from: `worker-${at % 7}`, text: `capybara ${at}` }))
  await receive(desk, inbox, ...texts)
  const theirInbox = await connectInbox(desk, people.kabir)
  await receive(desk, theirInbox, ...texts)
  const workers = [desk, beside, desk, beside, desk].map(({ kernel }) => indexBacklog(kernel))
  await Promise.all(workers)
  // Whoever found a workspace taken comes again.
  await indexBacklog(desk.kernel)
  assert.equal((await rowsOf(desk, 'select from search_backlog')).length, 0)
  for (const by of [agent, neighbour]) {
    assert.equal((await by.search('capybara', { limit: 100 })).hits.length, 60)
  }
})

test('a message that does not open is struck off and holds up nobody', async () => {
  const [broken, whole] = await receive(
    desk,
    inbox,
    { from: 'broken', text: 'okapi one' },
    { from: 'broken', text: 'okapi two' },
  )
  await rowsOf(
    desk,
    `update message set text_sealed = overlay(text_sealed placing '\\x00' from 20 for 1) where id = $1`,
    [uuidOf('message', broken?.messageId ?? '')],
  )
  await rowsOf(
    desk,
    `update message set text_sealed = overlay(text_sealed placing '\\xff' from 20 for 1) where id = $1`,
    [uuidOf('message', broken?.messageId ?? '')],
  )
  await indexBacklog(desk.kernel)
  assert.equal((await rowsOf(desk, 'select from search_backlog')).length, 0)
  assert.deepEqual(await found('okapi'), [whole?.messageId])
})

test('what the index proposes wrongly is not shown: the text decides', async () => {
  const { messageId } = await indexed('pangolin')
  const { messageId: other } = await indexed('something else entirely')
  await rowsOf(
    desk,
    'update search_entry set tokens = (select tokens from search_entry where message_id = $1) where message_id = $2',
    [uuidOf('message', messageId), uuidOf('message', other)],
  )
  assert.deepEqual(await found('pangolin'), [messageId])
})

test('many long texts that only begin like what is searched end the page, and the next goes on behind them', async () => {
  const { messageId } = await indexed('narwhaltusk')
  const long = `narwhalbone ${'ab '.repeat(2_600)}`
  await receive(desk, inbox, ...Array.from({ length: 60 }, (_, at) => ({ from: `long-${at}`, text: long })))
  await indexBacklog(desk.kernel)
  const first = await agent.search('narwhaltusk')
  assert.deepEqual(messagesOf(first.hits), [])
  assert.ok(first.nextCursor)
  let page = first
  while (page.nextCursor !== null && page.hits.length === 0) {
    page = await agent.search('narwhaltusk', { cursor: page.nextCursor })
  }
  assert.deepEqual(messagesOf(page.hits), [messageId])
})

test('a neighbour with the same words finds only their own', async () => {
  await indexed('shared secret tapir')
  const theirInbox = await connectInbox(desk, people.kabir)
  const { messageId } = await receiveOne(desk, theirInbox, { from: 'x', text: 'tapir of meghna' })
  await indexBacklog(desk.kernel)
  assert.deepEqual(await found('tapir', neighbour), [messageId])
  const params = { workspaceId: people.nusrat.workspaceId }
  const crossed = await people.kabir.client.call(search, { params, query: { q: 'tapir' } })
  assert.equal(crossed.status, 404)
})

test('the index holds no word, and the same word is another token next door', async () => {
  const tokensOf = async (person: typeof people.kabir) => {
    const rows = await rowsOf(desk, 'select tokens from search_entry where workspace_id = $1', [
      uuidOf('workspace', person.workspaceId),
    ])
    return new Set(rows.flatMap(({ tokens }) => tokens as string[]))
  }
  const [ours, theirs] = [await tokensOf(people.nusrat), await tokensOf(people.kabir)]
  assert.ok(ours.size > 20 && theirs.size > 0)
  assert.deepEqual(
    [...ours].filter((token) => theirs.has(token)),
    [],
  )
  assert.ok([...ours].every((token) => BigInt(token) < 2n ** 40n))
})

test('broken queries and cursors are refused; ours opens nothing next door', async () => {
  const spelled = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  for (const [query, field] of [
    [{}, 'q'],
    [{ q: '' }, 'q'],
    [{ q: 'x'.repeat(LIMITS.searchCharacters + 1) }, 'q'],
    [{ q: 'nul\u0000' }, 'q'],
    [{ q: 'x', cursor: spelled(['not-a-uuid']) }, 'cursor'],
    [{ q: 'x', cursor: spelled([]) }, 'cursor'],
    [{ q: 'x', limit: 1_000 }, 'limit'],
  ] as [Record<string, string | number>, string][]) {
    const answer = await agent.ask(search, { query })
    assert.deepEqual([answer.status, answer.body.fields?.[0]?.field], [422, field], answer.text)
  }
  const { nextCursor } = await agent.search('quokka', { limit: 1 })
  assert.deepEqual((await neighbour.search('quokka', { cursor: nextCursor })).hits, [])
  assert.equal((await new Agent(people.farid).search('quokka')).hits.length, 7)
  for (const q of ["'; drop table message; --", '%', '\\', '(a|b)*', '"exact"', `${'word '.repeat(40)}`]) {
    assert.equal((await agent.ask(search, { query: { q: q.trim() } })).status, 200, q)
  }
})
