/**
 * Attachments, sealed as they stream: 64 KiB chunks under a key of their own, so that a 20 MB file is never whole in
 * memory and never in plain text on a disk. Each chunk is bound to workspace, file, its index and whether it is the
 * last: what is cut short, reordered, swapped between files or altered by one bit is refused (`SealBroken`).
 * A chunk is given out only after its tag was verified. Ranges open only the chunks they touch.
 * Layout: format byte 0xC2, 8 random bytes, then chunks of ciphertext and tag. Nonce: those 8, then the index.
 */
import type { KeyObject } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import type { Randomness } from '../clock.ts'
import { bind, decrypt, encrypt, KEY_BYTES, NONCE_BYTES, SealBroken, secretKey, TAG_BYTES } from './primitives.ts'

export const FILE_FORMAT = 0xc2
export const FILE_CHUNK_BYTES = 64 * 1024
/** The index has four bytes; far above any attachment. */
export const FILE_CHUNKS_MAX = 2 ** 32

const NONCE_PREFIX_BYTES = 8
const HEAD_BYTES = 1 + NONCE_PREFIX_BYTES
const SEALED_CHUNK_BYTES = FILE_CHUNK_BYTES + TAG_BYTES

/** Which file it is. A sealed file copied to another name or another workspace does not open there. */
export interface FilePlace {
  workspaceId: string
  fileId: string
}

export interface SealedFile {
  /** 32 bytes, to be sealed into the row of the file. Made here and used once: a key never seals two contents. */
  key: Buffer
  chunks: AsyncGenerator<Buffer>
}

type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export function sealFile(place: FilePlace, source: Source, randomness: Randomness): SealedFile {
  const key = randomness.bytes(KEY_BYTES)
  const head = Buffer.concat([Buffer.from([FILE_FORMAT]), randomness.bytes(NONCE_PREFIX_BYTES)])
  return { key, chunks: sealChunks(new ChunkCipher(place, key, head), head, source) }
}

/** The bytes a file of that size has once sealed. */
export function sealedFileBytes(plainBytes: number): number {
  return HEAD_BYTES + plainBytes + chunkCount(plainBytes) * TAG_BYTES
}

/** The whole file, chunk by chunk. Whoever stores what comes must discard it when this throws before the end. */
export async function* openFile(place: FilePlace, key: Buffer, sealed: Source): AsyncGenerator<Buffer> {
  const pieces = new Pieces()
  let cipher: ChunkCipher | undefined
  let index = 0
  for await (const bytes of sealed) {
    pieces.add(bytes)
    if (!cipher && pieces.length >= HEAD_BYTES) cipher = new ChunkCipher(place, key, pieces.take(HEAD_BYTES))
    // A full chunk is known not to be the last only when something follows it.
    while (cipher && pieces.length > SEALED_CHUNK_BYTES) {
      yield cipher.open(index++, false, pieces.take(SEALED_CHUNK_BYTES))
    }
  }
  if (!cipher) throw new SealBroken()
  yield cipher.open(index, true, pieces.take(pieces.length))
}

interface RangeOptions {
  /** The size that the file's row promises: a sealed file of another length is refused whatever is asked of it. */
  plainBytes: number
  from: number
  /** Exclusive. */
  to: number
}

/** Part of a file, opening only the chunks it touches. */
export async function* openFileRange(
  place: FilePlace,
  key: Buffer,
  file: FileHandle,
  { plainBytes, from, to }: RangeOptions,
): AsyncGenerator<Buffer> {
  if (!(from >= 0 && from <= to && to <= plainBytes)) throw new RangeError('The range lies outside the file')
  if ((await file.stat()).size !== sealedFileBytes(plainBytes)) throw new SealBroken()
  const cipher = new ChunkCipher(place, key, await readExactly(file, 0, HEAD_BYTES))
  const count = chunkCount(plainBytes)
  for (let index = Math.floor(from / FILE_CHUNK_BYTES); index * FILE_CHUNK_BYTES < to; index++) {
    const begin = index * FILE_CHUNK_BYTES
    const end = Math.min(begin + FILE_CHUNK_BYTES, plainBytes)
    const sealed = await readExactly(file, HEAD_BYTES + index * SEALED_CHUNK_BYTES, end - begin + TAG_BYTES)
    const chunk = cipher.open(index, index === count - 1, sealed)
    yield chunk.subarray(Math.max(from - begin, 0), Math.min(to, end) - begin)
  }
}

async function* sealChunks(cipher: ChunkCipher, head: Buffer, source: Source): AsyncGenerator<Buffer> {
  const pieces = new Pieces()
  let index = 0
  yield head
  for await (const bytes of source) {
    pieces.add(bytes)
    while (pieces.length > FILE_CHUNK_BYTES) yield cipher.seal(index++, false, pieces.take(FILE_CHUNK_BYTES))
  }
  yield cipher.seal(index, true, pieces.take(pieces.length))
}

/** An empty file has one chunk, an empty last one, or nobody could tell it from a file that was cut off. */
function chunkCount(plainBytes: number): number {
  return Math.max(1, Math.ceil(plainBytes / FILE_CHUNK_BYTES))
}

class ChunkCipher {
  readonly #place: FilePlace
  readonly #key: KeyObject
  readonly #noncePrefix: Buffer

  constructor(place: FilePlace, key: Buffer, head: Buffer) {
    if (head[0] !== FILE_FORMAT) throw new SealBroken()
    this.#place = place
    this.#key = secretKey(key)
    this.#noncePrefix = head.subarray(1)
  }

  seal(index: number, isLast: boolean, plain: Buffer): Buffer {
    if (index >= FILE_CHUNKS_MAX) throw new RangeError('The file has more chunks than a nonce can count')
    return encrypt(this.#key, this.#nonce(index), this.#associated(index, isLast), plain)
  }

  open(index: number, isLast: boolean, sealed: Buffer): Buffer {
    if (index >= FILE_CHUNKS_MAX) throw new SealBroken()
    return decrypt(this.#key, this.#nonce(index), this.#associated(index, isLast), sealed)
  }

  #nonce(index: number): Buffer {
    const nonce = Buffer.alloc(NONCE_BYTES)
    this.#noncePrefix.copy(nonce)
    nonce.writeUInt32BE(index, NONCE_PREFIX_BYTES)
    return nonce
  }

  #associated(index: number, isLast: boolean): Buffer {
    return bind('file', FILE_FORMAT, this.#place.workspaceId, this.#place.fileId, index, isLast ? 'last' : 'more')
  }
}

/** Bytes that arrive in any sizes and leave in the sizes asked for, without copying more than once. */
class Pieces {
  length = 0
  #pieces: Uint8Array[] = []

  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.#pieces.push(bytes)
    this.length += bytes.length
  }

  take(count: number): Buffer {
    const taken = Buffer.allocUnsafe(count)
    let filled = 0
    let used = 0
    for (const piece of this.#pieces) {
      if (filled === count) break
      const part = piece.subarray(0, count - filled)
      taken.set(part, filled)
      filled += part.length
      if (part.length < piece.length) this.#pieces[used] = piece.subarray(part.length)
      else used++
    }
    this.#pieces = this.#pieces.slice(used)
    this.length -= count
    return taken
  }
}

async function readExactly(file: FileHandle, position: number, count: number): Promise<Buffer> {
  const bytes = Buffer.alloc(count)
  let read = 0
  while (read < count) {
    const { bytesRead } = await file.read(bytes, read, count - read, position + read)
    if (bytesRead === 0) throw new SealBroken()
    read += bytesRead
  }
  return bytes
}
