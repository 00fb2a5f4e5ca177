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
  aesGcmCavp: Vectors['aesGcm']
  hkdf: Family<'secret' | 'salt' | 'info' | 'okm'>
  hmac: Family<'key' | 'message' | 'mac'>
}
const vectors: Vectors = JSON.parse(readFileSync(new URL('./vectors.fixture.json', import.meta.url), 'utf8'))
const bytes = (hex: string) => Buffer.from(hex, 'hex')

const gcmCases = [...vectors.aesGcm.cases, ...vectors.aesGcmCavp.cases]

test(`AES-256-GCM: ${vectors.aesGcm.source}; ${vectors.aesGcmCavp.source}`, () => {
  assert.deepEqual([vectors.aesGcm.cases.length, vectors.aesGcmCavp.cases.length], [4, 5])
  for (const { name, key, nonce, associated, plaintext, ciphertext, tag } of gcmCases) {
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

/** What Project Wycheproof does to tags and nonces, done to every published case. */
test('a published case with any part of its tag, nonce, key or text changed is refused', () => {
  const flipped = (given: Buffer, at: number, mask = 1) => {
    const changed = Buffer.from(given)
    changed.writeUInt8(changed.readUInt8(at) ^ mask, at)
    return changed
  }
  let attempts = 0
  for (const { name, key, nonce, associated, ciphertext, tag } of gcmCases) {
    const [secret, once, bound, text, mac] = [key, nonce, associated, ciphertext, tag].map(bytes) as Buffer[]
    assert.ok(secret && once && bound && text && mac)
    const refuses = (with_: { key?: Buffer; nonce?: Buffer; associated?: Buffer; text?: Buffer; tag?: Buffer }) => {
      const sealed = Buffer.concat([with_.text ?? text, with_.tag ?? mac])
      const open = () => decrypt(secretKey(with_.key ?? secret), with_.nonce ?? once, with_.associated ?? bound, sealed)
      assert.throws(open, SealBroken, `${name}: ${JSON.stringify(with_)}`)
      attempts += 1
    }
    for (let bit = 0; bit < mac.length * 8; bit++) refuses({ tag: flipped(mac, bit >> 3, 1 << (bit & 7)) })
    const inverted = Buffer.from(mac.map((byte) => byte ^ 0xff))
    for (const planted of [
      Buffer.alloc(16),
      Buffer.alloc(16, 0xff),
      inverted,
      mac.toReversed(),
      mac.map((b) => b ^ 0x80),
    ]) {
      if (!mac.equals(planted)) refuses({ tag: Buffer.from(planted) })
    }
    for (let length = 0; length < mac.length; length++) refuses({ tag: mac.subarray(0, length) })
    refuses({ tag: Buffer.concat([mac, Buffer.alloc(1)]) })
    for (const length of [0, 1, 8, 11, 13, 16]) refuses({ nonce: Buffer.alloc(length) })
    for (let at = 0; at < once.length; at++) refuses({ nonce: flipped(once, at) })
    for (let at = 0; at < secret.length; at++) refuses({ key: flipped(secret, at, 0x80) })
    for (let at = 0; at < bound.length; at++) refuses({ associated: flipped(bound, at) })
    for (let at = 0; at < text.length; at++) refuses({ text: flipped(text, at) })
    refuses({ associated: Buffer.concat([bound, Buffer.alloc(1)]) })
    refuses({ text: Buffer.concat([text, Buffer.alloc(1)]) })
  }
  assert.ok(attempts > 1_800, `only ${attempts} were tried`)
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
