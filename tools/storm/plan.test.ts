/** A seed decides a storm: the same one twice, another one otherwise, and each with all that a storm must have. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeOf, planStorm } from './plan.ts'

const SIZE = { seed: 5, events: 2_000, kills: 24 }

test('the same seed is the same storm, another seed another one', () => {
  assert.deepEqual(planStorm(SIZE), planStorm(SIZE))
  assert.notDeepEqual(planStorm({ ...SIZE, seed: 6 }).sends, planStorm(SIZE).sends)
})

test('each event is sent, one in five twice, out of order and by several senders', () => {
  const { events, sends } = planStorm(SIZE)
  const times = new Map<number, number>()
  for (const index of sends.flat()) times.set(index, (times.get(index) ?? 0) + 1)
  assert.equal(times.size, events.length)
  assert.equal([...times.values()].filter((count) => count === 2).length, events.length / 5)
  for (const list of sends)
    assert.notDeepEqual(
      list,
      [...list].sort((a, b) => a - b),
    )
})

test('times of a writer grow, are the same now and then, and are left out now and then', () => {
  const { events } = planStorm(SIZE)
  const byPlace = Map.groupBy(events, placeOf)
  let ties = 0
  for (const list of byPlace.values()) {
    const times = list.flatMap(({ sent_ms }) => sent_ms ?? [])
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    )
    ties += times.length - new Set(times).size
  }
  assert.ok(ties > 50, `${ties} ties`)
  assert.ok(events.some(({ sent_ms }) => sent_ms === null))
})

test('a short storm too has a kill of each kind', () => {
  const { kills } = planStorm({ ...SIZE, kills: 8 })
  const kinds = new Set(kills.map(({ victim, moment, commitOf }) => `${victim} ${moment} ${moment ? commitOf : ''}`))
  assert.equal(kinds.size, 7)
  const moments = kills.map(({ at }) => at)
  assert.deepEqual(
    moments,
    [...moments].sort((a, b) => a - b),
  )
})
