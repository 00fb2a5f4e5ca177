/**
 * What a visitor writes and reads: kept once, shown once, theirs alone; files of their own only; and nothing that is the
 * team's.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import {
  getThread,
  listConversations,
  sendMessage,
  uploadAttachment,
  writeNote,
} from '@central-desk/contract/conversations.ts'
import { createInbox } from '@central-desk/contract/inboxes.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { joinAs, type Person, signUpOwner } from '#test/support/people.ts'
import { newClientId, until } from '#test/support/stage.ts'
import { Visitor } from '#test/support/visitor.ts'

let desk: TestDesk
let nusrat: Person
let key: string

before(async () => {
  desk = await bootDesk()
  const wanted = { name: 'Rahima Begum', email: 'rahima@shapla.example', workspaceName: 'Shapla Crafts' }
  const rahima = await signUpOwner(desk, wanted)
  nusrat = await joinAs(desk, rahima, 'agent', { name: 'Nusrat Jahan', email: 'nusrat@shapla.example' })
  const body = { channel: 'webchat', name: 'Shop', settings: {} }
  key = (await rahima.client.call(createInbox, { params: params(), body })).body.inbox.key
})

const params = () => ({ workspaceId: nusrat.workspaceId })

/** The conversation in which this is the newest message. */
function conversationOf(preview: string): Promise<string> {
  return until(async () => {
    const { body } = await nusrat.client.call(listConversations, {
      params: params(),
      query: { view: 'all', limit: 100 },
    })
    return body.conversations.find((row: { lastMessage: { preview: string } }) => row.lastMessage.preview === preview)
      ?.id
  }, `the conversation of ${preview}`)
}

async function answer(conversationId: string, text: string, attachmentIds: string[] = []): Promise<void> {
  const body = { clientMessageId: newClientId(), text, attachmentIds, seenNumber: 1, force: true }
  const sent = await nusrat.client.call(sendMessage, { params: { ...params(), conversationId }, body })
  assert.equal(sent.status, 202, sent.text)
}

test('a visitor writes, an agent answers, and the visitor reads the first name and nothing else of the team', async () => {
  const visitor = await Visitor.come(desk, key)
  assert.deepEqual((await visitor.list()).body, { messages: [], hasMore: false })
  const clientMessageId = newClientId()
  const kept = await visitor.write('নীল শাড়ি আছে?', { clientMessageId })
  assert.deepEqual([kept.status, kept.body], [202, { isKept: true }])
  const conversationId = await conversationOf('নীল শাড়ি আছে?')
  const note = { clientMessageId: newClientId(), text: 'a note about the visitor', attachmentIds: [] }
  assert.equal(
    (await nusrat.client.call(writeNote, { params: { ...params(), conversationId }, body: note })).status,
    201,
  )
  await answer(conversationId, 'আছে')
  const [own, theirs] = await visitor.thread(2)
  assert.deepEqual([own?.from, own?.authorName, own?.clientMessageId], ['visitor', null, clientMessageId])
  assert.deepEqual([theirs?.from, theirs?.authorName, theirs?.clientMessageId], ['desk', 'Nusrat', null])
  // Nothing has to leave: what the visitor's stream can read is sent.
  await until(async () => {
    const { body } = await nusrat.client.call(getThread, { params: { ...params(), conversationId } })
    return body.items.some((item: { delivery?: { state: string } }) => item.delivery?.state === 'sent') || null
  }, 'the answer to be sent')
  const { text } = await visitor.list()
  for (const word of ['mem_', 'cnv_', 'Jahan', 'note', 'delivery', 'state']) assert.doesNotMatch(text, new RegExp(word))
  assert.deepEqual(Object.keys(theirs ?? {}).sort(), [
    'attachments',
    'authorName',
    'clientMessageId',
    'from',
    'id',
    'number',
    'sentAt',
    'text',
  ])
})

test('what a visitor writes is theirs alone', async () => {
  const [one, two] = [await Visitor.come(desk, key), await Visitor.come(desk, key)]
  await one.write('the words of one')
  await two.write('the words of two')
  const texts = async (visitor: Visitor) => (await visitor.thread(1)).map(({ text }) => text)
  assert.deepEqual([await texts(one), await texts(two)], [['the words of one'], ['the words of two']])
})

test('the same client id is one message, also at once; two visitors may use the same', async () => {
  const [one, two] = [await Visitor.come(desk, key), await Visitor.come(desk, key)]
  const given = { clientMessageId: newClientId() }
  const sent = await Promise.all([one.write('twice', given), one.write('twice', given), one.write('twice', given)])
  assert.deepEqual(
    sent.map(({ status }) => status),
    [202, 202, 202],
  )
  await two.write('another person', given)
  assert.equal((await two.thread(1)).length, 1)
  await one.thread(1)
  await one.write('twice', given)
  await one.write('the end')
  const texts = (await one.thread(2)).map(({ text }) => text)
  assert.deepEqual(texts, ['twice', 'the end'])
})

test('the thread is read page by page, forwards and backwards', async () => {
  const visitor = await Visitor.come(desk, key)
  const total = 120
  for (let made = 0; made < total; made += 40) {
    for (let n = made + 1; n <= made + 40; n++) assert.equal((await visitor.write(`number ${n}`)).status, 202)
    // Writing has a budget of its own.
    desk.clock.advance(60_000)
  }
  await until(async () => ((await visitor.list({ after: total - 1 })).body.messages.length === 1 ? true : null), 'all')
  const newest = (await visitor.list()).body
  const numbers = (page: { messages: { number: number }[] }) => page.messages.map(({ number }) => number)
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)
  assert.deepEqual([numbers(newest), newest.hasMore], [range(71, 120), true])
  const older = (await visitor.list({ before: 71 })).body
  assert.deepEqual([numbers(older), older.hasMore], [range(21, 70), true])
  const oldest = (await visitor.list({ before: 21 })).body
  assert.deepEqual([numbers(oldest), oldest.hasMore], [range(1, 20), false])
  const forwards = (await visitor.list({ after: 0 })).body
  assert.deepEqual([numbers(forwards), forwards.hasMore], [range(1, 50), true])
  const last = (await visitor.list({ after: 100 })).body
  assert.deepEqual([numbers(last), last.hasMore], [range(101, 120), false])
})

test('hostile text stays the text it is', async () => {
  const visitor = await Visitor.come(desk, key)
  const text = '<img src=x onerror=alert(1)>\u202e"><script>alert(2)</script>\n{{7*7}} #{x} \'; drop table message; --'
  await visitor.write(text)
  const [message] = await visitor.thread(1)
  assert.equal(message?.text, text)
  const answer = await visitor.list()
  assert.match(String(answer.headers['content-type']), /^application\/json/)
  assert.equal(answer.headers['x-content-type-options'], 'nosniff')
})

test('what cannot become a message is refused before it is kept', async () => {
  const visitor = await Visitor.come(desk, key)
  const refusals: [object, string][] = [
    [{ text: ' \n\t ' }, 'text blank'],
    [{ text: 'x'.repeat(LIMITS.messageCharacters + 1) }, 'text too_long'],
    [{ text: 'a\u0000b' }, 'text unstorable_text'],
    [{ text: 7 }, 'text wrong_type'],
    [{ clientMessageId: 'short' }, 'clientMessageId wrong_form'],
    [{ sentAt: 'yesterday' }, 'sentAt wrong_form'],
    [{ visitorId: 'vis_0' }, 'visitorId unknown_field'],
  ]
  for (const [given, wanted] of refusals) {
    const { status, body } = await visitor.write('hello', given)
    assert.deepEqual([status, `${body.fields?.[0].field} ${body.fields?.[0].code}`], [422, wanted])
  }
  await visitor.write('the only one')
  assert.equal((await visitor.thread(1)).length, 1)
})

test('a time that cannot be is no bug', async () => {
  const visitor = await Visitor.come(desk, key)
  for (const sentAt of [
    '2026-02-30T00:00:00Z',
    '2026-11-24T23:59:60Z',
    '9999-12-31T23:59:59.999Z',
    '0001-01-01T00:00:00Z',
  ]) {
    const { status } = await visitor.write(`at ${sentAt}`, { sentAt })
    assert.ok(status === 202 || status === 422, `${sentAt}: ${status}`)
  }
})

test('a file goes with the message of whoever uploaded it, once', async () => {
  const [visitor, stranger] = [await Visitor.come(desk, key), await Visitor.come(desk, key)]
  const uploaded = await visitor.upload('রসিদ.txt', Buffer.from('receipt'))
  assert.equal(uploaded.status, 201, uploaded.text)
  const attachmentIds = [uploaded.body.id]
  assert.equal((await stranger.write('mine?', { attachmentIds })).body.fields[0].code, 'unknown_attachment')
  const given = { attachmentIds, clientMessageId: newClientId() }
  assert.equal((await visitor.write('', given)).status, 202)
  const [message] = await visitor.thread(1)
  assert.deepEqual(
    message?.attachments.map(({ id, fileName, byteSize }) => [id, fileName, byteSize]),
    [[uploaded.body.id, 'রসিদ.txt', 7]],
  )
  // Its answer was lost: the same message again is no error, another one with the same file is.
  assert.equal((await visitor.write('', given)).status, 202)
  assert.equal((await visitor.write('again', { attachmentIds })).status, 422)
  const address = new URL(message?.attachments[0]?.url ?? '')
  const file = await desk.client().raw('GET', address.pathname, { origin: 'files' })
  assert.deepEqual([file.status, file.text], [200, 'receipt'])
})

test('an agent’s file reaches the visitor under an address of the visitor’s own', async () => {
  const visitor = await Visitor.come(desk, key)
  await visitor.write('send me the invoice')
  const conversationId = await conversationOf('send me the invoice')
  const options = { params: params(), query: { fileName: 'invoice.txt' }, body: Buffer.from('invoice') }
  const file = await nusrat.client.call(uploadAttachment, options)
  await answer(conversationId, 'here', [file.body.id])
  const message = (await visitor.thread(2))[1]
  assert.notEqual(message?.attachments[0]?.url, file.body.url)
  const address = new URL(message?.attachments[0]?.url ?? '')
  assert.equal((await desk.client().raw('GET', address.pathname, { origin: 'files' })).text, 'invoice')
})

test('a visitor holds no more unsent files than a message takes', async () => {
  const visitor = await Visitor.come(desk, key)
  for (let n = 0; n < LIMITS.attachmentsPerMessage; n++) {
    assert.equal((await visitor.upload(`${n}.txt`, Buffer.from('x'))).status, 201)
  }
  assert.deepEqual((await visitor.upload('more.txt', Buffer.from('x'))).body.code, 'limit_reached')
})

test('a visitor who floods is slowed down, and others are not', async () => {
  const [flooding, other] = [await Visitor.come(desk, key), await Visitor.come(desk, key)]
  const statuses = await Promise.all(Array.from({ length: 80 }, (_, n) => flooding.write(`flood ${n}`)))
  const allowed = statuses.filter(({ status }) => status === 202).length
  const refused = statuses.filter(({ status }) => status === 429)
  assert.deepEqual([allowed, refused.length], [60, 20])
  assert.ok(Number(refused[0]?.headers['retry-after']) > 0)
  assert.equal((await other.write('I was not slowed down')).status, 202)
})

test('a visitor cannot send a program, and hears why', async () => {
  const visitor = await Visitor.come(desk, key)
  for (const name of ['game.apk', 'রসিদ.exe']) {
    const { status, body } = await visitor.upload(name, Buffer.from('bytes'))
    assert.deepEqual([status, body.code], [415, 'program_file'])
  }
})
