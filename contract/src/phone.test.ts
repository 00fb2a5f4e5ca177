/**
 * One number, many spellings, one form; and no form for what is no number.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nationalPhone, normalisePhone } from './phone.ts'

test('every spelling of a Bangladeshi mobile number is one number', () => {
  const spellings = [
    '01712345678',
    '1712345678',
    '8801712345678',
    '+8801712345678',
    '008801712345678',
    '+880 1712-345678',
    '+880 (0) 1712 345 678',
    ' 01712.345.678 ',
    '০১৭১২৩৪৫৬৭৮',
    '+৮৮০ ১৭১২-৩৪৫৬৭৮',
    '０１７１２３４５６７８',
  ]
  for (const spelling of spellings) assert.equal(normalisePhone(spelling), '+8801712345678', spelling)
})

test('foreign numbers need their country code; what is no number is refused', () => {
  assert.equal(normalisePhone('+1 (415) 555-0132'), '+14155550132')
  assert.equal(normalisePhone('0091 98300 12345'), '+919830012345')
  const refused = [
    '',
    '0171234567',
    '017123456789',
    '01012345678',
    '+880 1212 345678',
    '12345',
    'kobe',
    '01712x45678',
    '+0171234567',
  ]
  for (const spelling of refused) assert.equal(normalisePhone(spelling), null, spelling)
})

test('the one form stays as it is, and the national form leads back to it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_300_000_000, max: 1_999_999_999 }), (subscriber) => {
      const phone = normalisePhone(`0${subscriber}`)
      assert.equal(phone, `+880${subscriber}`)
      assert.equal(normalisePhone(phone ?? ''), phone)
      assert.equal(nationalPhone(phone ?? ''), `0${subscriber}`)
      assert.equal(normalisePhone(nationalPhone(phone ?? '')), phone)
    }),
  )
  assert.equal(nationalPhone('+14155550132'), '+14155550132')
})
