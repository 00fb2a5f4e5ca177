/**
 * The published vectors of AES-GCM, HKDF and HMAC, through the vault's own functions.
 * A wrapper that swapped two arguments, cut a tag or skipped the associated data fails here.
 */
import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { test } from 'node:test'
import { bind, decrypt, derive, encrypt, keyedHash, SealBroken, secretKey, subkey } from './primitives.ts'

type Family<Field extends string> = { source: string; cases: Record<'name' | Field, string>[] }
interface Vectors {
  aesGcm: Family<'key' | 'nonce' | 'associated' | 'plaintext' | 'ciphertext' | 'tag'>
  hkdf: Family<'secret' | 'salt' | 'info' | 'okm'>
  hmac: Family<'key' | 'message' | 'mac'>
}
const vectors: Vectors = JSON.parse(readFileSync(new URL('./vectors.fixture.json', import.meta.url), 'utf8'))
const bytes = (hex: string) => Buffer.from(hex, 'hex')

test(`AES-256-GCM: ${vectors.aesGcm.source}`, () => {
  assert.equal(vectors.aesGcm.cases.length, 4)
  for (const { name, key, nonce, associated, plaintext, ciphertext, tag } of vectors.aesGcm.cases) {
    const sealed = Buffer.concat([bytes(ciphertext), bytes(tag)])
    const secret = secretKey(bytes(key))
    assert.equal(
      encrypt(secret, bytes(nonce), bytes(associated), bytes(plaintext)).toString('hex'),
      sealed.toString('hex'),
      name,
    )
    assert.equal(decrypt(secret, bytes(nonce), bytes(associated), sealed).toString('hex'), plaintext, name)
    const other = Buffer.concat([bytes(associated), Buffer.from([0])])
    assert.throws(() => decrypt(secret, bytes(nonce), other, sealed), SealBroken, name)
  }
})

test(`HKDF-SHA-256: ${vectors.hkdf.source}`, () => {
  assert.equal(vectors.hkdf.cases.length, 3)
  for (const { name, secret, salt, info, okm } of vectors.hkdf.cases) {
    const derived = derive(bytes(secret), bytes(salt), bytes(info), bytes(okm).length)
    assert.equal(derived.toString('hex'), okm, name)
  }
})

test(`HMAC-SHA-256: ${vectors.hmac.source}`, () => {
  assert.equal(vectors.hmac.cases.length, 7)
  for (const { name, key, message, mac } of vectors.hmac.cases) {
    const full = keyedHash(createSecretKey(bytes(key)), bytes(message)).toString('hex')
    assert.equal(full.slice(0, mac.length), mac, name)
    assert.equal(full.length, 64)
  }
})

test('a tag cut short, a nonce of another length and a key of another length are refused', () => {
  const key = secretKey(Buffer.alloc(32, 1))
  const nonce = Buffer.alloc(12, 2)
  const sealed = encrypt(key, nonce, bind('a'), Buffer.from('text'))
  for (let cut = 1; cut <= sealed.length; cut++) {
    assert.throws(() => decrypt(key, nonce, bind('a'), sealed.subarray(0, sealed.length - cut)), SealBroken)
  }
  assert.throws(() => encrypt(key, Buffer.alloc(8), bind('a'), Buffer.from('text')), TypeError)
  assert.throws(() => decrypt(key, Buffer.alloc(8), bind('a'), sealed), SealBroken)
  for (const length of [0, 16, 31, 33]) assert.throws(() => secretKey(Buffer.alloc(length)), TypeError)
})

test('subkeys differ by purpose and by key, and no key prints itself', () => {
  const key = secretKey(Buffer.alloc(32, 0x41))
  const derived = ['seal/message', 'seal/note', 'search'].map((purpose) => subkey(key, purpose))
  derived.push(subkey(secretKey(Buffer.alloc(32, 0x42)), 'search'))
  assert.equal(new Set(derived.map((one) => one.export().toString('hex'))).size, 4)
  assert.doesNotMatch(inspect(key, { showHidden: true, depth: 9 }) + JSON.stringify(key), /AAAA|4141|65,\s*65/)
})

test('bound parts never read as other parts', () => {
  const spellings = [
    bind('a', 'b'),
    bind('a,b'),
    bind('a"', 'b'),
    bind('a', '"b'),
    bind('a', 'b', ''),
    bind('a', 1),
    bind('a', '1'),
  ]
  assert.equal(new Set(spellings.map(String)).size, spellings.length)
})
