/** When the next try is due. The bounds of the jitter are met exactly by a chance of nothing and of almost everything. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandomness } from '../kernel/clock.ts'
import { ADAPTERS } from './registry.ts'
import { retryDelayMs } from './sending.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const { capabilities } = ADAPTERS.api
const always = (fill: number) => ({ bytes: (count: number) => Buffer.alloc(count, fill) })

test('the waits of an API inbox are those of its contract, and then there is none', () => {
  const waits = [0, 5_000, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR]
  for (const [tries, wait] of waits.entries()) {
    assert.equal(retryDelayMs(capabilities, tries, always(0)), wait * 0.8)
    const longest = retryDelayMs(capabilities, tries, always(0xff)) as number
    assert.ok(longest <= wait * 1.2 && longest >= wait * 1.19, `${longest} after ${tries} tries`)
  }
  assert.equal(retryDelayMs(capabilities, waits.length, always(0)), null)
})

test('two deliveries do not wait alike', () => {
  const waits = new Set(Array.from({ length: 20 }, () => retryDelayMs(capabilities, 4, systemRandomness)))
  assert.ok(waits.size > 10)
})
