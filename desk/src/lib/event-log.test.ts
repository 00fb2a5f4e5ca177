/** The cursor only moves on, nothing is applied twice, and an old answer is either completed or refused. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventLog, LOG_SIZE_MAX } from './event-log.ts'

const numbered = (number: number) => ({ number })

test('an event is applied once, and never after a later one', () => {
  const log = new EventLog()
  log.begin(10)
  assert.equal(log.add(numbered(11)), true)
  assert.equal(log.add(numbered(11)), false)
  assert.equal(log.add(numbered(14)), true, 'a stream may skip numbers that are not for this reader')
  assert.equal(log.add(numbered(12)), false)
  assert.equal(log.cursor(), 14)
})

test('a lower first answer never takes the cursor back', () => {
  const log = new EventLog()
  log.begin(10)
  log.add(numbered(11))
  log.begin(9)
  assert.equal(log.cursor(), 11)
  assert.deepEqual(log.after(10), [numbered(11)])
})

test('an answer that was asked before an event gets the events it missed', () => {
  const log = new EventLog()
  log.begin(10)
  for (const number of [11, 12, 13]) log.add(numbered(number))
  assert.deepEqual(log.after(11), [numbered(12), numbered(13)])
  assert.deepEqual(log.after(13), [])
  assert.deepEqual(log.after(99), [])
})

test('an answer older than what is remembered is to be asked again', () => {
  const log = new EventLog()
  log.begin(10)
  assert.equal(log.after(9), null)
  for (let number = 11; number <= 11 + LOG_SIZE_MAX; number++) log.add(numbered(number))
  assert.equal(log.after(10), null, 'event 11 has left the log')
  assert.equal(log.after(11)?.length, LOG_SIZE_MAX)
})

test('a reset forgets what was and goes on from its number', () => {
  const log = new EventLog()
  log.begin(10)
  log.add(numbered(11))
  log.reset(5_000)
  assert.equal(log.cursor(), 5_000)
  assert.equal(log.after(11), null)
  assert.equal(log.add(numbered(5_001)), true)
})

test('numbers that are not for this reader move the cursor without an event', () => {
  const log = new EventLog()
  log.begin(10)
  log.skipTo(20)
  assert.equal(log.cursor(), 20)
  log.skipTo(15)
  assert.equal(log.cursor(), 20)
  assert.deepEqual(log.after(10), [])
})
