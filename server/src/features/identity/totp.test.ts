/** The published vectors of RFC 4226 and RFC 6238, and what the window lets in. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base32, codeOf, stepAt, stepOfCode, totpUri } from './totp.ts'

const SECRET = Buffer.from('12345678901234567890')
const at = (seconds: number) => new Date(seconds * 1000)

test('the vectors of RFC 4226 (appendix D)', () => {
  const codes = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ')
  for (const [step, code] of codes.entries()) assert.equal(codeOf(SECRET, step), code)
})

test('the vectors of RFC 6238 (appendix B), in their last six digits', () => {
  const vectors: [number, string][] = [
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ]
  for (const [seconds, code] of vectors) assert.equal(codeOf(SECRET, stepAt(at(seconds))), code)
})

test('a code counts in its own step and the next one, and names its step', () => {
  const code = codeOf(SECRET, stepAt(at(59)))
  assert.equal(stepOfCode(SECRET, code, at(30)), 1)
  assert.equal(stepOfCode(SECRET, code, at(89)), 1)
  assert.equal(stepOfCode(SECRET, code, at(90)), null)
  assert.equal(stepOfCode(SECRET, code, at(29)), null)
})

test('what is no code is of no step', () => {
  for (const code of ['', '28708', '2870820', '28708a', '２８７０８２', ' 287082', '287082\n'])
    assert.equal(stepOfCode(SECRET, code, at(59)), null, code)
})

test('the vectors of RFC 4648 for base 32, without padding', () => {
  const vectors: [string, string][] = [
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ]
  for (const [text, letters] of vectors) assert.equal(base32(Buffer.from(text)), letters)
})

test('an app reads the address and the secret from one line', () => {
  assert.equal(
    totpUri(SECRET, 'rahima@shapla.example'),
    'otpauth://totp/Central%20Desk%3Arahima%40shapla.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Central%20Desk',
  )
})
