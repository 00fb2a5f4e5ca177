/** Numbers, money and times as people in Bangladesh read them, whatever zone the machine stands in. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeFormat } from './format.ts'
import { instantOf, wallTimeOf } from './zoned.ts'

const en = makeFormat({ language: 'en', latinDigits: false, timeZone: 'Asia/Dhaka' })
const bn = makeFormat({ language: 'bn', latinDigits: false, timeZone: 'Asia/Dhaka' })
const bnLatin = makeFormat({ language: 'bn', latinDigits: true, timeZone: 'Asia/Dhaka' })
/** 24 November 2026, 15:05 in Dhaka, a Tuesday. */
const NOW = new Date('2026-11-24T09:05:00Z')
const ago = (ms: number) => new Date(NOW.getTime() - ms)
const HOUR = 3_600_000

test('numbers group by lakh and crore; digits follow the language unless Latin is wanted', () => {
  assert.equal(en.number(12_345_678), '1,23,45,678')
  assert.equal(bn.number(12_345_678), '১,২৩,৪৫,৬৭৮')
  assert.equal(bnLatin.number(12_345_678), '1,23,45,678')
})

test('the Taka sign stands before the amount in both languages', () => {
  assert.equal(en.money(123_456_750), '৳12,34,567.50')
  assert.equal(bn.money(123_456_750), '৳১২,৩৪,৫৬৭.৫০')
  assert.equal(en.money(-5_000), '−৳50.00')
})

test('counts are exact up to 99', () => {
  assert.equal(en.count(99), '99')
  assert.equal(en.count(100), '99+')
  assert.equal(bn.count(100), '৯৯+')
})

test('times are those of the workspace', () => {
  assert.equal(en.time(NOW), '3:05 PM')
  assert.equal(bn.time(NOW), '৩:০৫ PM')
  assert.equal(en.dayKey(new Date('2026-11-24T18:30:00Z')), '2026-11-25', 'past midnight in Dhaka')
})

test('a list shows the time today, the weekday this week, then the date', () => {
  assert.equal(en.listTime(ago(2 * HOUR), NOW), '1:05 PM')
  assert.equal(en.listTime(ago(16 * HOUR), NOW), 'Mon')
  assert.equal(en.listTime(ago(20 * 24 * HOUR), NOW), '4 Nov')
  assert.equal(en.listTime(ago(400 * 24 * HOUR), NOW), '20 Oct 2025')
  assert.equal(bn.listTime(ago(16 * HOUR), NOW), 'সোম')
})

test('a moment ahead says its day', () => {
  assert.equal(en.moment(new Date(NOW.getTime() + 5 * 24 * HOUR), NOW), 'Sun 29 Nov, 3:05 PM')
  assert.equal(en.moment(new Date(NOW.getTime() + HOUR), NOW), '4:05 PM')
})

test('sizes are short', () => {
  assert.equal(en.bytes(1), '1 byte')
  assert.equal(en.bytes(512), '512 bytes')
  assert.equal(en.bytes(2_345_678), '2.3 MB')
  assert.equal(bn.bytes(2_345_678), '২.৩ এমবি')
})

test('wall time goes to an instant and back, in Dhaka and over a change of the clock', () => {
  const dhaka = instantOf({ year: 2026, month: 11, day: 25, hour: 9, minute: 0 }, 'Asia/Dhaka')
  assert.equal(dhaka.toISOString(), '2026-11-25T03:00:00.000Z')
  assert.equal(wallTimeOf(dhaka, 'Asia/Dhaka').hour, 9)
  const afterChange = instantOf({ year: 2026, month: 3, day: 29, hour: 9, minute: 0 }, 'Europe/Berlin')
  assert.equal(afterChange.toISOString(), '2026-03-29T07:00:00.000Z')
  const nextMonth = instantOf({ year: 2026, month: 11, day: 31, hour: 9, minute: 0 }, 'Asia/Dhaka')
  assert.equal(wallTimeOf(nextMonth, 'Asia/Dhaka').month, 12)
})
