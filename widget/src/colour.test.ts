/** The ink on an inbox's colour is readable whatever colour an owner chooses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inkOn } from './colour.ts'

/** Contrast by the formula of WCAG 2, written apart from the code under test. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const long = hex.length === 4 ? hex.replace(/[^#]/g, '$&$&') : hex
    const [r, g, b] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(long.slice(at, at + 2), 16) / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    }) as [number, number, number]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

test('ink reaches 4.5:1 on every colour of a grid through the whole cube', () => {
  let tried = 0
  for (let value = 0; value <= 0xff_ffff; value += 0x00_0b_0d) {
    const colour = `#${value.toString(16).padStart(6, '0')}`
    tried += 1
    assert.ok(contrast(colour, inkOn(colour)) >= 4.5, `${inkOn(colour)} on ${colour}`)
  }
  assert.ok(tried > 5_000)
  assert.equal(inkOn('#0b6b62'), '#fff')
  assert.equal(inkOn('#f5d000'), '#000')
})
