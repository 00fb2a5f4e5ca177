/**
 * The fold joins what people mean to be the same and keeps apart what differs; it is stable, and its offsets point back
 * to the letters a reader sees. Exhaustive over Unicode where that is cheap, random where it is not.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fold, foldWithOffsets, originalRange } from './fold.ts'

/** Strings full of what the fold has rules for: Bangla, joiners, marks, digits, capitals, Korean, styled letters. */
const tricky = fc.string({
  maxLength: 12,
  unit: fc.oneof(
    fc.constantFrom(...'অআকতথবরযড়ঢ়য়ািীুূেৈোৌৗ়্ঁংঃৎৰৱ০৯।॥৷'),
    fc.constantFrom('\u200c', '\u200d', '\u09bc', '\u09cd', '\u09be', '\u0301', '\u0323', '\u00ad', '\ufe0f'),
    fc.constantFrom('\u{16d63}', '\u{16d67}', '\u{16d69}', '\u0e33', '\u0e48'),
    fc.constantFrom(...'AaÉéŁßİıΣςK٣५Ａ１𝗗가각ᄒㅏｶﾞ ½ﬁ', ' ', '\n'),
    fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
  ),
})

/** Every assigned character but the ideographs, which no rule touches. */
function eachCodePoint(check: (character: string) => void): void {
  for (let point = 0; point < 0x110000; point++) {
    const character = String.fromCodePoint(point)
    if (!/[\p{Cn}\p{Co}\p{Cs}\p{Unified_Ideograph}]/u.test(character)) check(character)
  }
}

test('the six pairs that normalisation leaves apart, and the ones it does not', () => {
  const pairs: [string, string, string][] = [
    ['joiners', 'র\u200d্যাপিং', 'র্যাপিং'],
    ['khanda ta', 'হঠাৎ', 'হঠাত্\u200d'],
    ['ra as ba with nukta', 'আমাব\u09bc', 'আমার'],
    ['aa as a with sign', 'অামার', 'আমার'],
    ['digits', 'অর্ডার ১০২৩৪', 'অর্ডার 10234'],
    ['danda', 'পাইনি।', 'পাইনি.'],
    ['Assamese ra', 'আমাৰ', 'আমার'],
    ['Assamese va', 'ভাৱ', 'ভাব'],
    ['yya in two forms', 'পা\u09dfনি', 'পা\u09af\u09bcনি'],
    ['o in two forms', 'ক\u09cbন', 'ক\u09c7\u09beন'],
    ['khanda ta inside a word', 'উৎপাদন', 'উত্\u200cপাদন'],
    ['styled letters', '𝗗𝗲𝗹𝗶𝘃𝗲𝗿𝘆', 'delivery'],
    ['capitals and accents', 'CAFÉ Straße İstanbul', 'cafe strasse istanbul'],
  ]
  for (const [name, one, other] of pairs) {
    assert.equal(fold(one), fold(other), name)
    if (name !== 'yya in two forms' && name !== 'o in two forms') assert.notEqual(one.normalize('NFC'), other, name)
  }
})

test('different words stay different', () => {
  const words = [
    'আমার',
    'আমরা',
    'বাড়ি',
    'বারি',
    'কই',
    'কৈ',
    'দিন',
    'দীন',
    'ঢাকা',
    'ডাকা',
    'মন',
    'মণ',
    'চাদ',
    'চাঁদ',
    'cash',
    'cas',
  ]
  assert.equal(new Set(words.map(fold)).size, words.length)
})

test('digits of every script are folded to their value', () => {
  let checked = 0
  for (const numberingSystem of Intl.supportedValuesOf('numberingSystem')) {
    const format = new Intl.NumberFormat('en', { numberingSystem, useGrouping: false })
    for (let value = 0; value < 10; value++) {
      const digit = format.format(value)
      if (!/^\p{Nd}$/u.test(digit)) continue
      assert.equal(fold(digit), String(value), numberingSystem)
      checked++
    }
  }
  assert.ok(checked >= 500)
  eachCodePoint((character) => {
    if (/\p{Nd}/u.test(character)) assert.match(fold(character), /^[0-9]$/)
  })
})

test('folding twice changes nothing: every character, and strings of the difficult ones', () => {
  eachCodePoint((character) => assert.equal(fold(fold(character)), fold(character), character))
  fc.assert(
    fc.property(tricky, (text) => assert.equal(fold(fold(text)), fold(text))),
    { numRuns: 3000 },
  )
})

test('canonically equal texts fold alike', () => {
  fc.assert(
    fc.property(tricky, (text) => {
      assert.equal(fold(text.normalize('NFD')), fold(text))
      assert.equal(fold(text.normalize('NFC')), fold(text))
    }),
    { numRuns: 3000 },
  )
})

test('piece by piece gives the same fold as the whole, and every unit has a place in the original', () => {
  fc.assert(
    fc.property(tricky, (text) => {
      const { folded, starts, ends } = foldWithOffsets(text)
      assert.equal(folded, fold(text))
      assert.deepEqual([starts.length, ends.length], [folded.length, folded.length])
      for (const [index, start] of starts.entries()) {
        assert.ok(start >= (starts[index - 1] ?? 0) && start < (ends[index] ?? 0) && (ends[index] ?? 0) <= text.length)
      }
    }),
    { numRuns: 3000 },
  )
  eachCodePoint((character) => {
    for (const text of [`কa${character}가`, character.normalize('NFD')]) {
      if (foldWithOffsets(text).folded !== fold(text)) assert.fail(`U+${character.codePointAt(0)?.toString(16)}`)
    }
  })
})

test('a folded match is marked where the reader sees it', () => {
  const text = '𝗗elivery পা\u09dfনি, র\u200d্যাপিং ১২ টা'
  const map = foldWithOffsets(text)
  const marked = (wanted: string) => {
    const from = map.folded.indexOf(fold(wanted))
    const { start, end } = originalRange(map, from, from + fold(wanted).length)
    return text.slice(start, end)
  }
  assert.equal(marked('delivery'), '𝗗elivery')
  assert.equal(marked('পায়নি'), 'পা\u09dfনি')
  assert.equal(marked('র্যাপিং'), 'র\u200d্যাপিং')
  assert.equal(marked('12'), '১২')
  assert.deepEqual(originalRange(map, 3, 3), { start: 4, end: 4 })
  assert.deepEqual(originalRange(foldWithOffsets(''), 0, 0), { start: 0, end: 0 })
})
