/** The small parts that stand between the chat and the browser: memory, pace, limits of files, words, origins. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { ownerOf } from './chat.ts'
import { originOf } from './host.ts'
import { openMemory } from './memory.ts'
import { backoffMs, createPace } from './pace.ts'
import { chooseFiles, fittingName } from './upload.ts'
import { dayName, languageOf, sizeOf, wordsFor } from './words.ts'

const isText = (value: unknown): value is string => typeof value === 'string'

test('memory works where storage is blocked, broken or full, and never throws', () => {
  const blocked = openMemory('inbox', () => {
    throw new DOMException('The operation is insecure.', 'SecurityError')
  })
  blocked.write('draft', 'hello')
  assert.equal(blocked.read('draft', isText), 'hello')
  assert.equal(blocked.isLasting, false)
  blocked.forget('draft')
  assert.equal(blocked.read('draft', isText), null)

  let isFull = false
  const kept = new Map<string, string>()
  const full = openMemory('inbox', () => ({
    getItem: (key) => kept.get(key) ?? null,
    setItem(key, value) {
      if (isFull) throw new DOMException('full', 'QuotaExceededError')
      kept.set(key, value)
    },
    removeItem: (key) => void kept.delete(key),
  }))
  assert.equal(full.isLasting, true)
  isFull = true
  full.write('draft', 'hello')
  assert.equal(full.read('draft', isText), null)
  kept.set('central-desk:inbox:draft', '{not json')
  assert.equal(full.read('draft', isText), null)
  kept.set('central-desk:inbox:draft', '42')
  assert.equal(full.read('draft', isText), null)
})

test('waits double from half a second to thirty, spread over their upper half; waking ends them', async () => {
  assert.deepEqual(
    [0, 1, 2, 6, 60].map((tries) => backoffMs(tries, 1)),
    [500, 1_000, 2_000, 30_000, 30_000],
  )
  assert.equal(backoffMs(0, 0), 250)
  const pace = createPace(() => 1)
  const waits = [pace.pause(60), pace.pause(0, 3_600_000)]
  pace.wake()
  await Promise.all(waits)
})

test('files over a limit are told apart before anything is sent', () => {
  const file = (name: string, size: number) => ({ name, size })
  const { chosen, problems } = chooseFiles(
    [file('ok', 1), file('large', LIMITS.attachmentBytes + 1), file('empty', 0), file('one more', 5), file('many', 5)],
    LIMITS.attachmentsPerMessage - 2,
  )
  assert.deepEqual(
    chosen.map(({ name }) => name),
    ['ok', 'one more'],
  )
  assert.deepEqual(
    problems.map(({ fileName, code }) => [fileName, code]),
    [
      ['large', 'too_large'],
      ['empty', 'empty'],
      ['many', 'too_many'],
    ],
  )
  assert.equal(fittingName(`${'শ্রী😀'.repeat(100)}.png`).endsWith('.png'), true)
  assert.equal([...fittingName('😀'.repeat(300))].length, LIMITS.fileNameCharacters)
})

test('words follow the first language of the wishes that there is, and numbers and letters theirs', () => {
  assert.equal(wordsFor(['bn-BD', 'en']).language, 'bn')
  assert.equal(wordsFor([null, 'fr', 'bn']).language, 'bn')
  assert.equal(wordsFor(['fr', 'de']).language, 'en')
  const [en, bn] = [wordsFor(['en']), wordsFor(['bn'])]
  assert.deepEqual(Object.keys(en), Object.keys(bn))
  assert.equal(sizeOf(LIMITS.attachmentBytes, en), '20 MB')
  assert.equal(sizeOf(LIMITS.attachmentBytes, bn), '২০ MB')
  assert.equal(sizeOf(1, en), '1 KB')
  assert.equal(languageOf('order নম্বর'), 'bn')
  assert.equal(languageOf('order'), 'en')
  const now = new Date(2026, 10, 24, 12)
  assert.equal(dayName(new Date(2026, 10, 24, 1), now, en), 'Today')
  assert.equal(dayName(new Date(2026, 10, 23, 23), now, bn), 'গতকাল')
  assert.match(dayName(new Date(2025, 10, 23), now, en), /2025/)
})

test('an origin is taken only as it is spelled; whose queue it is comes from the subject of the JWT', () => {
  assert.equal(originOf('https://shop.example'), 'https://shop.example')
  for (const wrong of ['https://shop.example/', 'shop.example', '*', 'null', '', null])
    assert.equal(originOf(wrong), null)
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  assert.equal(ownerOf(`${part({})}.${part({ sub: 'c-17?>' })}.x`), 'sub:c-17?>')
  for (const wrong of ['', 'x', 'a.b.c', `a.${part({ sub: 5 })}.c`, `a.${part(null)}.c`]) {
    assert.equal(ownerOf(wrong), 'anonymous')
  }
})
