/** Small rules of the settings: places, passwords, time zones, lengths of time, reasons. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationParts } from './duration.ts'
import { placeOf } from './pages.ts'
import { factsOf, ownProblemOf } from './password.ts'
import { zoneOf, zonesFor } from './time-zones.ts'
import { readReason } from './unreadable.ts'

test('an address stands in a page, or within it, or in none', () => {
  assert.deepEqual(placeOf('/w/shop/settings'), { page: null, isWithin: false })
  assert.deepEqual(placeOf('/w/shop/settings/members'), { page: 'members', isWithin: false })
  assert.deepEqual(placeOf('/w/shop/settings/members/'), { page: 'members', isWithin: false })
  assert.deepEqual(placeOf('/w/shop/settings/inboxes/inb_1'), { page: 'inboxes', isWithin: true })
  assert.deepEqual(placeOf('/w/shop/settings/nonsense/x'), { page: null, isWithin: false })
})

test('a password is measured in characters as typed and in bytes as stored', () => {
  // য় typed as one code point or two is the same letter, so the count is the same.
  assert.deepEqual(factsOf('\u09DF'.repeat(6)), factsOf('\u09AF\u09BC'.repeat(6)))
  assert.equal(ownProblemOf('elevenchars'), 'password_too_short')
  assert.equal(ownProblemOf('twelve chars'), null)
  assert.equal(ownProblemOf('ক'.repeat(341)), null)
  assert.equal(ownProblemOf('ক'.repeat(342)), 'password_too_long')
})

test('time zones: those near first, the one that is set always among them, each once', () => {
  const at = new Date('2026-11-24T10:00:00Z')
  const { near, all } = zonesFor('Asia/Dhaka', at)
  assert.equal(near[0]?.label, 'Asia/Dhaka (GMT+6)')
  const values = [...near, ...all].map(({ value }) => value)
  assert.equal(new Set(values).size, values.length)
  assert.ok(values.length > 300)
  assert.equal(zonesFor('Asia/Kathmandu', at).near[0]?.value, 'Asia/Kathmandu')
  assert.equal(zoneOf('America/New_York', at).label, 'America/New York (GMT-5)')
})

test('a length of time in its largest whole unit', () => {
  assert.deepEqual(durationParts(0), { value: 0, unit: 'second' })
  assert.deepEqual(durationParts(59_999), { value: 59, unit: 'second' })
  assert.deepEqual(durationParts(95_000), { value: 1, unit: 'minute' })
  assert.deepEqual(durationParts(7_200_000), { value: 2, unit: 'hour' })
  assert.deepEqual(durationParts(3 * 86_400_000), { value: 3, unit: 'day' })
})

test('the reason of an unreadable event is a code and perhaps a place', () => {
  assert.deepEqual(readReason('not_json'), { code: 'not_json', field: null })
  assert.deepEqual(readReason('wrong_shape: from.id'), { code: 'wrong_shape', field: 'from.id' })
})
