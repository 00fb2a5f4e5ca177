/** Everybody has one turn in a period, nobody after getting off, and an empty one stands still. */
import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { createCarousel } from './carousel.ts'

const PERIOD_MS = 25_000

test('each rider has one turn in a period, and they do not all have it at once', () => {
  mock.timers.enable({ apis: ['setInterval'] })
  try {
    const { ride } = createCarousel(PERIOD_MS)
    const turns = Array.from({ length: 60 }, () => 0)
    const getOff = turns.map((_, rider) =>
      ride(() => {
        turns[rider] = (turns[rider] ?? 0) + 1
      }),
    )
    mock.timers.tick(PERIOD_MS / 5)
    const served = turns.filter((count) => count > 0).length
    assert.ok(served > 0 && served < 60, `${served} of 60 in a fifth of the period`)
    mock.timers.tick((PERIOD_MS / 5) * 4)
    assert.deepEqual(new Set(turns), new Set([1]))

    getOff[0]?.()
    getOff[0]?.()
    mock.timers.tick(PERIOD_MS)
    assert.deepEqual([turns[0], turns[1]], [1, 2])

    for (const off of getOff) off()
    mock.timers.tick(PERIOD_MS)
    assert.equal(turns[1], 2)
    ride(() => {
      turns[0] = 100
    })
    mock.timers.tick(PERIOD_MS)
    assert.equal(turns[0], 100)
  } finally {
    mock.timers.reset()
  }
})
