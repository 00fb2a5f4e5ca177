/** The contrast check of a chat's colour, against figures of WCAG. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkColour, contrastOf, isColour, readColour } from './colour.ts'

const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 0.01, `${actual}`)

test('contrast by the formula of WCAG 2', () => {
  near(contrastOf('#000000', '#ffffff'), 21)
  near(contrastOf('#777777', '#ffffff'), 4.48)
  near(contrastOf('#0b6b62', '#ffffff'), 6.38)
  assert.equal(contrastOf('#123456', '#fedcba'), contrastOf('#fedcba', '#123456'))
  near(contrastOf('#abcdef', '#abcdef'), 1)
})

test('the better ink is chosen, and it is readable on every colour', () => {
  assert.equal(checkColour('#0b6b62').ink, '#ffffff')
  assert.equal(checkColour('#f5d000').ink, '#000000')
  for (let value = 0; value <= 0xff_ffff; value += 0x01_35_79) {
    const check = checkColour(`#${value.toString(16).padStart(6, '0')}`)
    assert.ok(check.isReadable, `${value.toString(16)} ${check.inkContrast}`)
  }
})

test('a pale button does not stand out from a white page, a dark one does', () => {
  assert.equal(checkColour('#f5d000').standsOut, false)
  assert.equal(checkColour('#ffffff').standsOut, false)
  assert.equal(checkColour('#0b6b62').standsOut, true)
  // One step each side of 3:1.
  assert.equal(checkColour('#959595').standsOut, false)
  assert.equal(checkColour('#949494').standsOut, true)
})

test('a colour is read in the spellings people use, and in no other', () => {
  assert.equal(readColour(' #0B6B62 '), '#0b6b62')
  assert.equal(readColour('0b6b62'), '#0b6b62')
  assert.equal(readColour('#fA0'), '#ffaa00')
  for (const wrong of ['', '#', '#12', '#1234', 'red', '#gggggg', '#0b6b6', 'url(x)'])
    assert.equal(readColour(wrong), null)
  assert.ok(isColour('#0b6b62'))
  assert.ok(!isColour('#0b6'))
})
