/**
 * The store that sends: against a server that loses answers, refuses, stays silent. The server here keeps messages by
 * client id, as ours does; what counts is how many it holds in the end.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ThreadItem } from '@central-desk/contract/conversations.ts'
import { NoAnswer, Refusal } from '../../lib/refusal.ts'
import type { OutboxEntry } from './model/outbox.ts'
import { entry, reply } from './model/samples.ts'
import { type OutboxIo, OutboxStore } from './outbox-store.ts'

/** A world with its own clock, storage, network and server. */
function world() {
  const kept = new Map<string, OutboxEntry>()
  const stored = new Map<string, string>()
  const order: string[] = []
  const timers: { at: number; run: () => void }[] = []
  const locked = new Set<string>()
  const state = { nowMs: 0, isOnline: true, answer: (_entry: OutboxEntry): void => {} }
  const io: OutboxIo = {
    load: () => [...kept.values()],
    save: (id, one) => (one ? kept.set(id, one) : kept.delete(id)),
    send: async (one) => {
      if (!stored.has(one.clientMessageId)) order.push(one.text)
      stored.set(one.clientMessageId, one.text)
      state.answer(one)
      return reply(6, 1, { clientMessageId: one.clientMessageId, text: one.text }) as ThreadItem
    },
    onSent: () => {},
    exclusive: async (name, run) => {
      if (locked.has(name)) return
      await run()
    },
    isOnline: () => state.isOnline,
    nowMs: () => state.nowMs,
    random: () => 1,
    later: (run, ms) => {
      const timer = { at: state.nowMs + ms, run }
      timers.push(timer)
      return () => timers.splice(timers.indexOf(timer) >>> 0, 1)
    },
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  /** Lets time pass and every promise settle. */
  const pass = async (ms: number) => {
    state.nowMs += ms
    for (const timer of [...timers].filter((one) => one.at <= state.nowMs)) {
      timers.splice(timers.indexOf(timer), 1)
      timer.run()
    }
    await settle()
    await settle()
  }
  return { io, kept, stored, order, locked, state, pass }
}

const hello = (id: string, text = id) => entry({ clientMessageId: id, text, createdAtMs: Number(id.at(-1)) })

test('a message goes out once and leaves nothing behind', async () => {
  const { io, kept, stored, pass } = world()
  const store = new OutboxStore(io)
  store.add(hello('m1'))
  assert.equal(store.all()[0]?.state, 'sending')
  await pass(0)
  assert.deepEqual([...stored.keys()], ['m1'])
  assert.equal(store.all().length, 0)
  assert.equal(kept.size, 0)
})

test('an answer that is lost ends in one message', async () => {
  const { io, stored, state, pass } = world()
  let isLost = true
  state.answer = () => {
    if (isLost) throw new NoAnswer()
  }
  const store = new OutboxStore(io)
  store.add(hello('m1'))
  await pass(0)
  assert.equal(store.all()[0]?.state, 'unconfirmed')
  isLost = false
  await pass(60_000)
  assert.equal(store.all().length, 0)
  assert.equal(stored.size, 1)
})

test('what was written offline goes out in its order once there is a network', async () => {
  const { io, order, state, pass } = world()
  state.isOnline = false
  const store = new OutboxStore(io)
  for (const id of ['m1', 'm2', 'm3']) store.add(hello(id))
  await pass(0)
  assert.deepEqual(order, [])
  state.isOnline = true
  store.wake()
  for (let turn = 0; turn < 4; turn++) await pass(0)
  assert.deepEqual(order, ['m1', 'm2', 'm3'])
  assert.equal(store.all().length, 0)
})

test('a reload in the middle sends again under the same id: still one message', async () => {
  const first = world()
  first.state.answer = () => {
    throw new NoAnswer()
  }
  new OutboxStore(first.io).add(hello('m1'))
  await first.pass(0)
  assert.equal(first.kept.size, 1)
  first.state.answer = () => {}
  const afterwards = new OutboxStore(first.io)
  assert.equal(afterwards.all()[0]?.state, 'unconfirmed')
  afterwards.pump()
  await first.pass(0)
  assert.equal(first.stored.size, 1)
  assert.equal(first.kept.size, 0)
})

test('the stream may confirm before the answer comes', async () => {
  const { io, kept, state, pass } = world()
  const store = new OutboxStore(io)
  state.answer = () => store.confirm('m1')
  store.add(hello('m1'))
  await pass(0)
  assert.equal(store.all().length, 0)
  assert.equal(kept.size, 0)
})

test('a teammate’s answer stops it until the agent decides; then it is forced', async () => {
  const { io, state, pass } = world()
  const forced: boolean[] = []
  state.answer = (one) => {
    forced.push(one.force)
    if (!one.force) throw new Refusal({ code: 'teammate_replied' }, 409)
  }
  const store = new OutboxStore(io)
  store.add(hello('m1'))
  await pass(0)
  assert.equal(store.all()[0]?.state, 'conflict')
  await pass(600_000)
  assert.deepEqual(forced, [false], 'time alone never sends it')
  store.again('m1', { force: true, seenNumber: 9 })
  await pass(0)
  assert.deepEqual(forced, [false, true])
  assert.equal(store.all().length, 0)
})

test('a session that ended waits for the sign-in; a refusal for good stops and keeps the text', async () => {
  const { io, kept, state, pass } = world()
  state.answer = () => {
    throw new Refusal({ code: 'not_signed_in' }, 401)
  }
  const store = new OutboxStore(io)
  store.add(hello('m1'))
  await pass(0)
  assert.equal(store.all()[0]?.state, 'waiting')
  state.answer = () => {
    throw new Refusal({ code: 'cannot_reply' }, 409)
  }
  store.wake()
  await pass(0)
  assert.deepEqual([store.all()[0]?.state, store.all()[0]?.reason], ['failed', 'cannot_reply'])
  assert.equal(kept.get('m1')?.text, 'm1')
  store.remove('m1')
  assert.equal(kept.size, 0)
})

test('a message that another tab is sending is left to it, and looked at again later', async () => {
  const { io, stored, locked, pass } = world()
  locked.add('m1')
  const store = new OutboxStore(io)
  store.add(hello('m1'))
  await pass(0)
  assert.equal(stored.size, 0)
  locked.clear()
  await pass(10_000)
  assert.equal(stored.size, 1)
})

test('silence for fifteen seconds shows as not confirmed while the request is still open', async () => {
  const { io, pass } = world()
  const never = new Promise<ThreadItem>(() => {})
  const store = new OutboxStore({ ...io, send: () => never })
  store.add(hello('m1'))
  await pass(14_000)
  assert.equal(store.all()[0]?.state, 'sending')
  await pass(1_500)
  assert.equal(store.all()[0]?.state, 'unconfirmed')
})
