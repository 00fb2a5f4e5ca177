/**
 * Attacks on sealed files: cut, stretched, reordered, swapped between files and workspaces, altered. Sizes around the
 * chunk border, sources in awkward pieces, and ranges that must equal the same slice of the original.
 */
import assert from 'node:assert/strict'
import { randomBytes, randomInt } from 'node:crypto'
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { systemRandomness } from '../clock.ts'
import { FILE_CHUNK_BYTES, openFile, openFileRange, sealedFileBytes, sealFile } from './file-cipher.ts'
import { SealBroken } from './primitives.ts'

const place = { workspaceId: '0193a5c0-7b1e-7cc3-98c4-dc0c0c07398f', fileId: '0193a5c0-7b1e-7cc3-98c4-dc0c0c0739aa' }
const elsewhere = { ...place, workspaceId: '0193a5c0-7b1e-7cc3-98c4-dc0c0c073990' }
const otherFile = { ...place, fileId: '0193a5c0-7b1e-7cc3-98c4-dc0c0c0739ab' }
const HEAD = 9
const SEALED_CHUNK = FILE_CHUNK_BYTES + 16

async function all(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

/** The bytes in pieces of random sizes, some of them empty. */
function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const size = randomInt(0, 3) === 0 ? randomInt(0, 50) : randomInt(0, 100_000)
    yield bytes.subarray(at, at + size)
    at += size
  }
}

async function seal(plain: Buffer, where = place): Promise<{ key: Buffer; sealed: Buffer }> {
  const { key, chunks } = sealFile(where, pieces(plain), systemRandomness)
  return { key, sealed: await all(chunks) }
}

test('files of every size around the chunk border come back, however they arrive', async () => {
  for (const size of [
    0,
    1,
    FILE_CHUNK_BYTES - 1,
    FILE_CHUNK_BYTES,
    FILE_CHUNK_BYTES + 1,
    3 * FILE_CHUNK_BYTES,
    300_000,
  ]) {
    const plain = randomBytes(size)
    const { key, sealed } = await seal(plain)
    assert.equal(sealed.length, sealedFileBytes(size), String(size))
    assert.deepEqual(await all(openFile(place, key, pieces(sealed))), plain, String(size))
  }
})

test('the same file sealed twice shares neither key nor bytes, and holds nothing in plain text', async () => {
  const plain = Buffer.from('CANARY-'.repeat(20_000))
  const [one, two] = [await seal(plain), await seal(plain)]
  assert.notDeepEqual(one.key, two.key)
  assert.ok(!one.sealed.includes('CANARY') && !two.sealed.includes('CANARY'))
  assert.notDeepEqual(one.sealed.subarray(HEAD, HEAD + 64), two.sealed.subarray(HEAD, HEAD + 64))
  await assert.rejects(all(openFile(place, two.key, [one.sealed])), SealBroken)
})

test('equal chunks of one file share no bytes: each has a nonce of its own', async () => {
  const { sealed } = await seal(Buffer.alloc(3 * FILE_CHUNK_BYTES))
  const heads = [0, 1, 2].map((index) =>
    sealed.toString('hex', HEAD + index * SEALED_CHUNK, HEAD + index * SEALED_CHUNK + 16),
  )
  assert.equal(new Set(heads).size, 3)
})

test('a file cut anywhere, also between chunks, and one that goes on are refused', async () => {
  const { key, sealed } = await seal(randomBytes(2 * FILE_CHUNK_BYTES + 100))
  const cuts = [
    0,
    1,
    HEAD - 1,
    HEAD,
    HEAD + 1,
    HEAD + 16,
    HEAD + SEALED_CHUNK,
    HEAD + 2 * SEALED_CHUNK,
    sealed.length - 1,
  ]
  for (const cut of cuts)
    await assert.rejects(all(openFile(place, key, [sealed.subarray(0, cut)])), SealBroken, `${cut}`)
  for (const more of [Buffer.alloc(1), sealed.subarray(HEAD), sealed.subarray(HEAD + 2 * SEALED_CHUNK)]) {
    await assert.rejects(all(openFile(place, key, [sealed, more])), SealBroken)
  }
})

test('chunks that were reordered, repeated, dropped or taken from another file are refused', async () => {
  const plain = randomBytes(3 * FILE_CHUNK_BYTES)
  const { key, sealed } = await seal(plain)
  const other = await seal(plain)
  const head = sealed.subarray(0, HEAD)
  const [a, b, c] = [0, 1, 2].map((index) =>
    sealed.subarray(HEAD + index * SEALED_CHUNK, HEAD + (index + 1) * SEALED_CHUNK),
  )
  const foreign = other.sealed.subarray(HEAD, HEAD + SEALED_CHUNK)
  assert.ok(a && b && c)
  assert.deepEqual(await all(openFile(place, key, [head, a, b, c])), plain)
  for (const mixed of [[b, a, c], [a, c, b], [a, a, c], [a, b, b, c], [a, c], [b, c], [c], [a, b], [foreign, b, c]]) {
    await assert.rejects(all(openFile(place, key, [head, ...mixed])), SealBroken)
  }
})

test('a file moved to another workspace or another name is refused', async () => {
  const { key, sealed } = await seal(randomBytes(1000))
  for (const where of [elsewhere, otherFile]) await assert.rejects(all(openFile(where, key, [sealed])), SealBroken)
})

test('a flipped bit anywhere is refused, and nothing of that chunk is given out', async () => {
  const plain = randomBytes(FILE_CHUNK_BYTES + 50)
  const { key, sealed } = await seal(plain)
  const places = [...Array(HEAD).keys(), HEAD, HEAD + SEALED_CHUNK - 1, HEAD + SEALED_CHUNK, sealed.length - 1]
  for (const at of [...places, ...Array.from({ length: 50 }, () => randomInt(sealed.length))]) {
    const flipped = Buffer.from(sealed)
    flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << randomInt(8)), at)
    const given: Buffer[] = []
    await assert.rejects(async () => {
      for await (const chunk of openFile(place, key, [flipped])) given.push(chunk)
    }, SealBroken)
    const whole = at < HEAD + SEALED_CHUNK ? 0 : FILE_CHUNK_BYTES
    assert.deepEqual(Buffer.concat(given), plain.subarray(0, whole), `byte ${at}`)
  }
})

async function onDisk(t: TestContext, sealed: Buffer) {
  const folder = await mkdtemp(join(tmpdir(), 'central-desk-file-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'sealed')
  await writeFile(path, sealed)
  const file = await open(path, 'r')
  t.after(() => file.close())
  return { file, path, folder }
}

test('a range equals the same slice of the original and leaves no other file behind', async (t) => {
  for (const size of [0, 1, FILE_CHUNK_BYTES, 3 * FILE_CHUNK_BYTES, 250_000]) {
    const plain = randomBytes(size)
    const { key, sealed } = await seal(plain)
    const { file, folder } = await onDisk(t, sealed)
    const borders = [
      0,
      1,
      FILE_CHUNK_BYTES - 1,
      FILE_CHUNK_BYTES,
      FILE_CHUNK_BYTES + 1,
      2 * FILE_CHUNK_BYTES,
      size - 1,
      size,
    ]
    const inside = borders.filter((border) => border >= 0 && border <= size)
    for (const from of inside) {
      for (const to of inside.filter((border) => border >= from)) {
        const range = openFileRange(place, key, file, { plainBytes: size, from, to })
        assert.deepEqual(await all(range), plain.subarray(from, to), `${size}: ${from}-${to}`)
      }
    }
    assert.deepEqual(await readdir(folder), ['sealed'])
  }
})

test('a range of a file that was cut, swapped or altered is refused, also when it touches only sound chunks', async (t) => {
  const size = 3 * FILE_CHUNK_BYTES
  const { key, sealed } = await seal(randomBytes(size))
  const first = { plainBytes: size, from: 0, to: 10 }
  const cut = await onDisk(t, sealed.subarray(0, HEAD + 2 * SEALED_CHUNK))
  await assert.rejects(all(openFileRange(place, key, cut.file, first)), SealBroken)
  await assert.rejects(
    all(
      openFileRange(place, key, cut.file, {
        ...first,
        plainBytes: 2 * FILE_CHUNK_BYTES,
        from: 0,
        to: size - FILE_CHUNK_BYTES,
      }),
    ),
    SealBroken,
  )
  const whole = await onDisk(t, sealed)
  await assert.rejects(all(openFileRange(elsewhere, key, whole.file, first)), SealBroken)
  await assert.rejects(all(openFileRange(otherFile, key, whole.file, first)), SealBroken)
  const altered = Buffer.from(sealed)
  altered.writeUInt8(altered.readUInt8(HEAD + 5) ^ 1, HEAD + 5)
  const broken = await onDisk(t, altered)
  await assert.rejects(all(openFileRange(place, key, broken.file, first)), SealBroken)
  for (const [from, to] of [
    [-1, 5],
    [5, 4],
    [0, size + 1],
    [Number.NaN, 5],
  ] as const) {
    await assert.rejects(all(openFileRange(place, key, whole.file, { plainBytes: size, from, to })), RangeError)
  }
})
