/** A worker's loop: one round at a time, woken by calls, gathering where it is told to, never lost to a failure. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pino from 'pino'
import { type Loop, type LoopParts, startLoop } from './loop.ts'

const FOREVER_MS = 2 ** 30
const loops: Loop[] = []
after(() => Promise.all(loops.map((loop) => loop.stop())))

function loopOf(round: () => Promise<boolean>, given: Partial<LoopParts> = {}): Loop {
  const log = pino({ level: 'silent' })
  const loop = startLoop({ name: 'a test', log, round, longestPause_ms: FOREVER_MS, ...given })
  loops.push(loop)
  return loop
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(1)
}

test('goes on while rounds find work, then sleeps until it is called; a call in the middle of a round counts', async () => {
  let rounds = 0
  let work = 3
  const loop = loopOf(async () => {
    rounds += 1
    if (rounds === 6) loop.wake()
    await pause(1)
    return work-- > 0
  })
  await until(() => rounds === 4)
  await pause(20)
  assert.equal(rounds, 4)
  loop.wake()
  await until(() => rounds === 5)
  loop.wake()
  await until(() => rounds === 7)
  await pause(20)
  assert.equal(rounds, 7)
})

test('calls while it gathers are one round, and none of them is lost', async () => {
  let rounds = 0
  let called = 0
  let seen = 0
  const loop = loopOf(
    async () => {
      rounds += 1
      seen = called
      return false
    },
    { shortestPause_ms: 50 },
  )
  await until(() => rounds === 1)
  for (let call = 0; call < 20; call++) {
    called += 1
    loop.wake()
  }
  await until(() => seen === called)
  assert.equal(rounds, 2)
})

test('stops at once, also while it gathers or sleeps, and after the round that runs', async () => {
  let rounds = 0
  const gathering = loopOf(
    async () => {
      rounds += 1
      return false
    },
    { shortestPause_ms: FOREVER_MS },
  )
  await until(() => rounds === 1)
  gathering.wake()
  await gathering.stop()
  assert.equal(rounds, 1)
  let isDone = false
  const working = loopOf(async () => {
    await pause(20)
    isDone = true
    return true
  })
  await working.stop()
  assert.equal(isDone, true)
})

test('a failing round is tried again', async () => {
  let rounds = 0
  loopOf(async () => {
    rounds += 1
    if (rounds === 1) throw new Error('this once')
    return false
  })
  await until(() => rounds === 2)
})
