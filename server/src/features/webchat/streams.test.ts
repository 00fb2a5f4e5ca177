/**
 * The stream of a visitor: everything after their number, in order, once, whatever was cut and whichever process they
 * come back to; and its end when the token is no longer good.
 */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { listConversations, sendMessage } from '@central-desk/contract/conversations.ts'
import { createInbox, updateInbox } from '@central-desk/contract/inboxes.ts'
import { bootDesk, type TestDesk } from '#test/support/desk.ts'
import { type Person, signUpOwner } from '#test/support/people.ts'
import { watchingQueries } from '#test/support/query-count.ts'
import { newClientId, until } from '#test/support/stage.ts'
import { type Seen, Visitor } from '#test/support/visitor.ts'

let desk: TestDesk
let beside: TestDesk
let rahima: Person
let inbox: { id: string; key: string }

before(async () => {
  desk = await bootDesk()
  beside = await bootDesk({ beside: desk })
  const wanted = { name: 'Rahima Begum', email: 'rahima@shapla.example', workspaceName: 'Shapla Crafts' }
  rahima = await signUpOwner(desk, wanted)
  const body = { channel: 'webchat', name: 'Shop', settings: {} }
  inbox = (await rahima.client.call(createInbox, { params: params(), body })).body.inbox
})

const params = () => ({ workspaceId: rahima.workspaceId })

/** A visitor who has written, and the agent's way to answer them. */
async function conversing(name: string) {
  const visitor = await Visitor.come(desk, inbox.key)
  await visitor.write(`hello from ${name}`)
  const conversationId = await until(async () => {
    const { body } = await rahima.client.call(listConversations, {
      params: params(),
      query: { view: 'all', limit: 100 },
    })
    type Row = { id: string; lastMessage: { preview: string } }
    return body.conversations.find((row: Row) => row.lastMessage.preview === `hello from ${name}`)?.id
  }, `the conversation of ${name}`)
  const answer = async (text: string) => {
    const body = { clientMessageId: newClientId(), text, attachmentIds: [], seenNumber: 1, force: true }
    const sent = await rahima.client.call(sendMessage, { params: { ...params(), conversationId }, body })
    assert.equal(sent.status, 202, sent.text)
  }
  return { visitor, answer }
}

const textsOf = (messages: readonly Seen[]) => messages.map(({ text }) => text)
const numbersOf = (messages: readonly Seen[]) => messages.map(({ number }) => number)

test('a stream sends what came after a number, says that it is ready, and then what comes', async () => {
  const { visitor, answer } = await conversing('one')
  await answer('first answer')
  await visitor.thread(2)
  const whole = await visitor.follow().ready()
  assert.deepEqual(textsOf(whole.messages), ['hello from one', 'first answer'])
  const later = await visitor.follow(1).ready()
  assert.deepEqual(textsOf(later.messages), ['first answer'])
  await answer('second answer')
  assert.deepEqual(textsOf(await later.heard(2)), ['first answer', 'second answer'])
  assert.deepEqual(await whole.heard(3), (await visitor.list()).body.messages)
  for (const stream of [whole, later]) stream.close()
})

test('a visitor who has not written yet hears their own first words', async () => {
  const visitor = await Visitor.come(desk, inbox.key)
  const stream = await visitor.follow().ready()
  assert.deepEqual(stream.messages, [])
  await visitor.write('the first words')
  assert.deepEqual(textsOf(await stream.heard(1)), ['the first words'])
  stream.close()
})

test('each hears their own, through whichever process it came', async () => {
  const [one, two] = [await conversing('left'), await conversing('right')]
  const streams = [await one.visitor.follow(1, desk).ready(), await two.visitor.follow(1, beside).ready()] as const
  for (const n of [1, 2, 3]) {
    await one.answer(`left ${n}`)
    await two.answer(`right ${n}`)
  }
  assert.deepEqual(textsOf(await streams[0].heard(3)), ['left 1', 'left 2', 'left 3'])
  assert.deepEqual(textsOf(await streams[1].heard(3)), ['right 1', 'right 2', 'right 3'])
  for (const stream of streams) stream.close()
})

test('cut again and again while answers come, it brings each once and in order', async () => {
  const { visitor, answer } = await conversing('cut')
  const total = 60
  let isOver = false
  const heard: Seen[] = []
  const following = (async () => {
    for (let turn = 0; !isOver || heard.length < total; turn++) {
      const stream = visitor.follow(heard.at(-1)?.number ?? 1, turn % 2 === 0 ? desk : beside)
      // The second half of the turns is left to be cut while it catches up.
      if (turn % 4 < 2) await stream.ready()
      else await new Promise((resolve) => setImmediate(resolve))
      const wanted = heard.length + stream.messages.length + 3
      await Promise.race([
        stream.heard(wanted - heard.length).catch(() => {}),
        new Promise((done) => setTimeout(done, 30)),
      ])
      stream.close()
      heard.push(...stream.messages)
      // A stream is opened at most sixty times a minute.
      desk.clock.advance(1_500)
    }
  })()
  for (let n = 1; n <= total; n++) await answer(`answer ${n}`)
  isOver = true
  await following
  assert.deepEqual(
    numbersOf(heard),
    Array.from({ length: total }, (_, at) => at + 2),
  )
})

test('many visitors of one workspace, all writing: each stream carries its own thread whole', async () => {
  const visitors = await Promise.all(Array.from({ length: 12 }, () => Visitor.come(desk, inbox.key)))
  const streams = visitors.map((visitor, at) => visitor.follow(0, at % 2 === 0 ? desk : beside))
  await Promise.all(
    visitors.map(async (visitor, at) => {
      for (let n = 1; n <= 5; n++) assert.equal((await visitor.write(`${at} says ${n}`)).status, 202)
    }),
  )
  for (const [at, stream] of streams.entries()) {
    const texts = textsOf(await stream.heard(5))
    assert.deepEqual(
      texts.sort(),
      [1, 2, 3, 4, 5].map((n) => `${at} says ${n}`),
    )
    assert.deepEqual(numbersOf(stream.messages), [1, 2, 3, 4, 5])
    stream.close()
  }
})

test('an event makes only those read whom it concerns', async () => {
  const quiet = await Promise.all(Array.from({ length: 5 }, () => Visitor.come(desk, inbox.key)))
  const streams = await Promise.all(quiet.map((visitor) => visitor.follow().ready()))
  const { visitor, answer } = await conversing('the busy one')
  const busy = await visitor.follow(1).ready()
  const { statements } = await watchingQueries(async () => {
    await answer('only for the busy one')
    await busy.heard(1)
  })
  const readVisitors = statements.filter(({ text }) => /from "visitor"/.test(text)).map(({ values }) => values[1])
  assert.equal(new Set(readVisitors).size, 1)
  for (const stream of [...streams, busy]) stream.close()
})

test('a stream needs a good token, and the oldest of too many ends', async () => {
  const visitor = await Visitor.come(desk, inbox.key)
  const good = visitor.client.bearer
  visitor.client.bearer = 'x'.repeat(43)
  const refused = visitor.follow()
  await refused.ended()
  assert.equal(refused.status, 401)
  visitor.client.bearer = good
  const streams = []
  for (let n = 0; n < 11; n++) streams.push(await visitor.follow().ready())
  await streams[0]?.ended()
  assert.deepEqual(
    streams.map(({ isEnded }) => isEnded),
    [true, ...Array.from({ length: 10 }, () => false)],
  )
  for (const stream of streams) stream.close()
})

test('switching the inbox off ends its streams, in every process', async () => {
  const { visitor } = await conversing('the last')
  const streams = [await visitor.follow(0, desk).ready(), await visitor.follow(0, beside).ready()]
  const options = { params: { ...params(), inboxId: inbox.id }, body: { name: 'Another name' } }
  assert.equal((await rahima.client.call(updateInbox, options)).status, 200)
  await visitor.write('still here')
  for (const stream of streams) await stream.heard(2)
  assert.equal((await rahima.client.call(updateInbox, { ...options, body: { isEnabled: false } })).status, 200)
  for (const stream of streams) await stream.ended()
})
