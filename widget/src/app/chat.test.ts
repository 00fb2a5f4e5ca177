/**
 * The chat without its screen against a server that answers the contract: begin, write, follow, lose the token, lose
 * the network, change identity, share one stream. Time is waited for by what must become true, never by the clock.
 */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { INBOX_KEY, StandIn, WRONG_PROOF } from '../../test/stand-in.ts'
import { Chat } from './chat.ts'
import { type Memory, openMemory } from './memory.ts'
import { shareStream } from './share.ts'

const IDENTITY = `x.${Buffer.from('{"sub":"mitu"}').toString('base64url')}.y`
const desks: StandIn[] = []
const chats: Chat[] = []
after(async () => {
  for (const chat of chats) chat.stop()
  await Promise.all(desks.map((desk) => desk.close()))
})

async function openDesk(): Promise<StandIn> {
  const desk = new StandIn('/nowhere')
  await desk.listen()
  desks.push(desk)
  return desk
}

function browserMemory(): Memory {
  const kept = new Map<string, string>()
  return openMemory(INBOX_KEY, () => ({
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }))
}

/** Counts up for ids, browsers and the clock, so that no two are alike. */
let turn = 0
const next = () => {
  turn += 1
  return turn
}
function openChat(desk: StandIn, memory = browserMemory(), browser = `browser ${next()}`): Chat {
  const chat = new Chat({
    inboxKey: INBOX_KEY,
    memory,
    fetch: (path, options) => fetch(desk.address() + path, options),
    now: () => new Date(Date.UTC(2026, 10, 24) + next()),
    randomId: () => `client-message-${String(next()).padStart(4, '0')}`,
    // Waits of a chat under test take one turn of the loop, so that a desk that is down is asked again at once.
    pace: { pause: () => new Promise((resolve) => setTimeout(resolve, 1)), wake() {} },
    share: (visitorId) => shareStream(`${browser} ${visitorId}`),
  })
  chats.push(chat)
  return chat
}

/** Resolves when `isTrue` holds after some change of the chat. The test runner's own limit ends a wait in vain. */
async function until(chat: Chat, isTrue: () => boolean): Promise<void> {
  while (!isTrue()) {
    await new Promise<void>((resolve) => {
      const stop = chat.subscribe(() => {
        stop()
        resolve()
      })
    })
  }
}
const texts = (chat: Chat) => chat.state.messages.map(({ text }) => text)

test('a visitor writes and reads the answer, and the next page load finds the same thread', async () => {
  const desk = await openDesk()
  const memory = browserMemory()
  const chat = openChat(desk, memory)
  chat.identify('')
  chat.send('Is the red one there?', [])
  assert.equal(chat.state.outgoing[0]?.text, 'Is the red one there?', 'on screen before anything is answered')
  await until(chat, () => chat.state.messages.length === 1 && chat.state.outgoing.length === 0)
  desk.say('It is.')
  await until(chat, () => chat.state.news.length === 1)
  assert.deepEqual(texts(chat), ['Is the red one there?', 'It is.'])
  assert.equal(chat.state.unread, 1)
  chat.setVisible(true)
  assert.equal(chat.state.unread, 0)

  const later = openChat(desk, memory)
  later.identify('')
  await until(later, () => later.state.phase === 'open')
  assert.deepEqual(texts(later), ['Is the red one there?', 'It is.'])
  assert.equal(later.state.unread, 0)
  assert.equal(desk.sessions.length, 2)
  assert.deepEqual(Object.keys(desk.sessions[1] ?? {}), ['token'])
})

test('both sides write while the network is away: afterwards each message is there once', async () => {
  const desk = await openDesk()
  const memory = browserMemory()
  const chat = openChat(desk, memory)
  chat.identify('')
  await until(chat, () => chat.state.phase === 'open')
  while (desk.streamCount() === 0) await new Promise(setImmediate)
  desk.isDown = true
  desk.cutStreams()
  await until(chat, () => !chat.state.isLive)
  for (const n of [1, 2, 3]) chat.send(`offline ${n}`, [])
  const times = chat.state.outgoing.map(({ sentAt }) => sentAt)
  for (let n = 0; n < 120; n++) desk.say(`meanwhile ${n}`)
  desk.isDown = false
  await until(chat, () => chat.state.isLive && chat.state.messages.length === 123 && chat.state.outgoing.length === 0)
  assert.deepEqual(
    desk.threads()[0]?.filter((text) => text.startsWith('offline')),
    ['offline 1', 'offline 2', 'offline 3'],
  )
  assert.deepEqual(
    texts(chat).filter((text) => text.startsWith('meanwhile')),
    Array.from({ length: 120 }, (_, n) => `meanwhile ${n}`),
  )
  assert.deepEqual(
    [...new Set(desk.posted.map(({ sentAt }) => sentAt))],
    times,
    'they kept the time they were written at',
  )
})

test('an answer that got lost does not make a second message', async () => {
  const desk = await openDesk()
  const chat = openChat(desk)
  chat.identify('')
  await until(chat, () => chat.state.phase === 'open')
  desk.loseAnswers = 2
  chat.send('once', [])
  await until(chat, () => chat.state.messages.length === 1 && chat.state.outgoing.length === 0)
  assert.deepEqual(desk.threads(), [['once']])
  assert.equal(new Set(desk.posted.map(({ clientMessageId }) => clientMessageId)).size, 1)
})

test('a refused token begins a new visit, and the queue goes with it', async () => {
  const desk = await openDesk()
  const memory = browserMemory()
  const chat = openChat(desk, memory)
  chat.identify('')
  chat.send('first', [])
  await until(chat, () => chat.state.messages.length === 1)
  desk.forgetTokens()
  chat.send('second', [])
  await until(chat, () => texts(chat).join() === 'second' && chat.state.outgoing.length === 0)
  assert.deepEqual(desk.threads(), [['second']])
  assert.equal(desk.sessions.length, 2)

  // The same at the start of a page: the kept token is no good any more.
  chat.stop()
  desk.forgetTokens()
  const later = openChat(desk, memory)
  later.identify('')
  await until(later, () => later.state.phase === 'open')
  assert.deepEqual(
    desk.sessions.slice(2).map((body) => Object.keys(body)),
    [['token'], []],
  )
})

test('an identity leaves no token behind; a refused one leaves an anonymous visitor', async () => {
  const desk = await openDesk()
  const memory = browserMemory()
  const chat = openChat(desk, memory)
  chat.identify(IDENTITY)
  await until(chat, () => chat.state.phase === 'open')
  assert.deepEqual(chat.state.visitor, { name: 'Mitu Akter' })
  assert.equal(
    memory.read('visit', (value): value is unknown => value !== null),
    null,
  )

  const later = openChat(desk, memory)
  later.identify('')
  await until(later, () => later.state.phase === 'open')
  assert.equal(later.state.visitor, null)
  assert.deepEqual(desk.sessions, [{ identity: IDENTITY }, {}])

  assert.equal(later.state.owner, 'anonymous')

  later.identify(WRONG_PROOF)
  assert.equal(later.state.owner, 'sub:refused')
  await until(later, () => later.state.owner === 'anonymous')
  assert.equal(later.state.visitor, null)
  assert.deepEqual(desk.sessions.slice(2), [{ identity: WRONG_PROOF }, { token: desk.tokens()[1] }])
})

test('an identified reader knows after a reload what was read, though each proof makes a new visitor', async () => {
  const desk = await openDesk()
  const memory = browserMemory()
  const chat = openChat(desk, memory)
  chat.identify(IDENTITY)
  chat.send('hello', [])
  await until(chat, () => chat.state.messages.length === 1)
  chat.stop()
  desk.say('an answer')
  const later = openChat(desk, memory)
  later.identify(IDENTITY)
  await until(later, () => later.state.phase === 'open' && later.state.unread === 1)
  assert.deepEqual(texts(later), ['hello', 'an answer'])
})

test('words of a proof that ran out go on without it; a queue that a wrong proof points at stays put', async () => {
  const desk = await openDesk()
  const memory = browserMemory()
  const chat = openChat(desk, memory)
  chat.identify(IDENTITY)
  await until(chat, () => chat.state.visitor !== null)
  desk.isProofOver = true
  desk.forgetTokens()
  chat.send('still me', [])
  await until(chat, () => chat.state.owner === 'anonymous' && chat.state.messages.length === 1)
  assert.deepEqual(desk.threads(), [['still me']])
  chat.stop()

  memory.write('queue:sub:refused', [
    {
      clientMessageId: 'client-message-of-another',
      text: 'private',
      attachments: [],
      sentAt: '2026-11-24T10:00:00.000Z',
      state: 'waiting',
    },
  ])
  const wrong = openChat(desk, memory)
  wrong.identify(WRONG_PROOF)
  await until(wrong, () => wrong.state.phase === 'open')
  assert.deepEqual(wrong.state.outgoing, [])
  assert.deepEqual(desk.threads(), [['still me']])
})

test('a refusal is shown with its code, and an inbox that is not there closes the chat', async () => {
  const desk = await openDesk()
  const chat = openChat(desk)
  chat.identify('')
  await until(chat, () => chat.state.phase === 'open')
  desk.refusal = 'cannot_reply'
  chat.send('hello', [])
  await until(chat, () => chat.state.outgoing[0]?.state === 'failed')
  assert.equal(chat.state.outgoing[0]?.code, 'cannot_reply')
  desk.refusal = null
  chat.outbox.retry(chat.state.outgoing[0]?.clientMessageId ?? '')
  await until(chat, () => chat.state.messages.length === 1)

  desk.isGone = true
  const stranger = openChat(desk)
  stranger.identify('')
  await until(stranger, () => stranger.state.phase === 'unavailable')
})

test('two tabs follow one stream; when the first goes, the second takes over and misses nothing', async () => {
  const desk = await openDesk()
  const memory = browserMemory()
  const [first, second] = [openChat(desk, memory, 'one browser'), openChat(desk, memory, 'one browser')]
  first.identify('')
  await until(first, () => first.state.phase === 'open')
  while (desk.streamCount() === 0) await new Promise(setImmediate)
  second.identify('')
  await until(second, () => second.state.phase === 'open')
  desk.say('to both')
  await Promise.all([until(first, () => texts(first).length === 1), until(second, () => texts(second).length === 1)])
  assert.equal(desk.streamCount(), 1)
  assert.equal(desk.requests.filter(({ path }) => path.endsWith('/events')).length, 1)

  first.stop()
  desk.say('in between')
  await until(second, () => texts(second).length === 2)
  assert.equal(desk.streamCount(), 1)
})

test('older pages come on request, before what is held', async () => {
  const desk = await openDesk()
  const memory = browserMemory()
  const first = openChat(desk, memory)
  first.identify('')
  await until(first, () => first.state.phase === 'open')
  for (let n = 0; n < 70; n++) desk.say(`message ${n}`)
  const later = openChat(desk, memory)
  later.identify('')
  await until(later, () => later.state.phase === 'open')
  assert.equal(later.state.hasEarlier, true)
  assert.equal(texts(later)[0], 'message 20')
  await later.loadEarlier()
  assert.equal(texts(later)[0], 'message 0')
  assert.equal(texts(later).length, 70)
  assert.equal(later.state.hasEarlier, false)
})
