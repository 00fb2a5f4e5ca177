/** Both languages say the same things: every Bangla text is there, written in Bangla, and calls nothing by its key. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bangla } from './bn/index.ts'
import { english } from './en/index.ts'

/** Names that are the same in both languages. */
const SAME = new Set(['productName', 'otherLanguage', 'number', 'authorPrefix', 'spoken', 'language'])

function* texts(words: object, path = ''): Generator<[string, string]> {
  for (const [key, value] of Object.entries(words)) {
    const here = path ? `${path}.${key}` : key
    if (typeof value === 'string') yield [here, value]
    else if (typeof value === 'function') yield [here, String(value('1', '১', '২'))]
    else yield* texts(value, here)
  }
}

test('every English text has a Bangla one, and the other way round', () => {
  assert.deepEqual([...texts(bangla)].map(([path]) => path).sort(), [...texts(english)].map(([path]) => path).sort())
})

test('Bangla texts are in Bangla', () => {
  let read = 0
  for (const [path, text] of texts(bangla)) {
    read++
    const name = path.split('.').at(-1) ?? ''
    if (!SAME.has(name)) assert.match(text, /[\u0980-\u09FF]/, path)
  }
  assert.ok(read > 200, `only ${read} texts were read`)
})

test('no text is empty and none ends in a space by mistake', () => {
  for (const [path, text] of [...texts(english), ...texts(bangla)]) {
    assert.notEqual(text.trim(), '', path)
    if (!/prefix/i.test(path)) assert.equal(text, text.trim(), path)
  }
})
