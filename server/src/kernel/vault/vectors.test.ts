/**
 * What the vault makes, against values that another implementation made from its descriptions: an envelope, a look-up
 * key, search tokens, a sealed file. Rows and files of today must open in every later version, so none of this may drift.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { settableClock } from '../../../test/support/clock.ts'
import { openFile, sealFile } from './file-cipher.ts'
import type { KeyFamily } from './key-store.ts'
import { secretKey } from './primitives.ts'
import { workspaceKeys } from './workspace-keys.ts'

type Family<Field extends string> = { source: string; cases: Record<'name' | Field, string>[] }
interface Vectors {
  envelope: Family<'secret' | 'version' | 'workspace' | 'table' | 'row' | 'field' | 'nonce' | 'text' | 'envelope'>
  lookup: Family<'secret' | 'text' | 'key'>
  search: Family<'secret' | 'text' | 'word' | 'prefix'>
  file: Family<'key' | 'workspace' | 'file' | 'plainBytes' | 'plainSha256' | 'sealedSha256' | 'sealed'>
}
const vectors: Vectors = JSON.parse(readFileSync(new URL('./vectors.fixture.json', import.meta.url), 'utf8'))
const bytes = (hex: string) => Buffer.from(hex, 'hex')
const sha256 = (of: Buffer) => createHash('sha256').update(of).digest('hex')

/** Gives these bytes once, in this order. */
function chance(...given: Buffer[]) {
  return {
    bytes(count: number) {
      const next = given.shift()
      assert.equal(next?.length, count)
      return next as Buffer
    },
  }
}

function keysOf(secret: string, family: KeyFamily, { workspace = 'w', version = 1, nonce = '' } = {}) {
  return workspaceKeys({
    workspaceId: workspace,
    unwrapped: [{ family, version, seals_from: new Date(0), secret: secretKey(bytes(secret)) }],
    sealCounts: new Map(),
    clock: settableClock(),
    randomness: chance(bytes(nonce)),
  })
}

test(vectors.envelope.source, () => {
  assert.equal(vectors.envelope.cases.length, 3)
  for (const { name, secret, workspace, nonce, text, envelope, table, row, field, ...rest } of vectors.envelope.cases) {
    const keys = keysOf(secret, 'content', { workspace, version: Number(rest.version), nonce })
    const place = { table, row, field }
    assert.equal(keys.unsealText(place, bytes(envelope)), text, name)
    assert.equal(keys.seal(place, text).toString('hex'), envelope, name)
  }
})

test(vectors.lookup.source, () => {
  assert.equal(vectors.lookup.cases.length, 2)
  for (const { name, secret, text, key } of vectors.lookup.cases) {
    assert.equal(keysOf(secret, 'lookup').lookup(name, text).toString('hex'), key, name)
  }
})

test(vectors.search.source, () => {
  assert.equal(vectors.search.cases.length, 1)
  for (const { name, secret, text, word, prefix } of vectors.search.cases) {
    const tokens = keysOf(secret, 'search').searchTokens(text).map(String)
    assert.ok(tokens.includes(word) && tokens.includes(prefix), `${name}: ${tokens.join()}`)
  }
})

test(vectors.file.source, async () => {
  assert.equal(vectors.file.cases.length, 3)
  for (const { name, key, workspace, file, plainBytes, ...known } of vectors.file.cases) {
    const place = { workspaceId: workspace, fileId: file }
    const plain = Buffer.alloc(Number(plainBytes))
    if (plain.length > 0 && known.sealed === '') plain.writeUInt8(1, plain.length - 1)
    else plain.write('a small file')
    assert.equal(sha256(plain), known.plainSha256, name)
    const { chunks } = sealFile(place, [plain], chance(bytes(key), bytes('0011223344556677')))
    const sealed = Buffer.concat(await Array.fromAsync(chunks))
    assert.equal(sha256(sealed), known.sealedSha256, name)
    if (known.sealed !== '') assert.equal(sealed.toString('hex'), known.sealed, name)
    const opened = Buffer.concat(await Array.fromAsync(openFile(place, bytes(key), [sealed])))
    assert.equal(sha256(opened), known.plainSha256, name)
  }
})
