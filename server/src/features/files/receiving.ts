/**
 * Takes a file in: counts while it streams and stops above the limit, keeps its first bytes to find out what it is,
 * seals it to disk. What comes back is the row to write; the file is flushed before anybody can write it.
 */
import type { Readable } from 'node:stream'
import { LIMITS } from '@central-desk/contract/limits.ts'
import type { IdMint } from '../../kernel/ids.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { WorkspaceKeys } from '../../kernel/vault/index.ts'
import { imageSizeOf } from './image-size.ts'
import { mediaTypeOf } from './media-type.ts'
import { fitFileName } from './naming.ts'
import type { FileStore } from './store.ts'

/** A camera's JPEG says its size after its EXIF and colour profile, which come in segments of up to 64 KiB. */
const HEAD_BYTES_MAX = 512 * 1024

/** What stands in the row of a file, by its columns, once its bytes lie safely on disk. */
export interface StoredFile {
  readonly id: string
  readonly file_name_sealed: Buffer
  readonly key_sealed: Buffer
  readonly media_type: string
  readonly byte_size: number
  readonly width: number | null
  readonly height: number | null
}

export interface IncomingFile {
  readonly fileName: string
  readonly bytes: Buffer | Readable
}

export type Receive = (keys: WorkspaceKeys, workspaceId: string, file: IncomingFile) => Promise<StoredFile>
/** `head`: its first bytes, for whoever looks at what it is. */
type ReceiveWithHead = (...given: Parameters<Receive>) => Promise<{ readonly file: StoredFile; readonly head: Buffer }>

export function createReceive(store: FileStore, mint: IdMint): ReceiveWithHead {
  return async (keys, workspaceId, { fileName, bytes }) => {
    const id = mint.next()
    const intake = new Intake(bytes)
    const key = await store.write({ workspaceId, fileId: id }, intake.read())
    const mediaType = mediaTypeOf(intake.head)
    const size = imageSizeOf(mediaType, intake.head)
    const place = (field: string) => ({ table: 'attachment', row: id, field })
    const file = {
      id,
      file_name_sealed: keys.seal(place('file_name'), fitFileName(fileName)),
      key_sealed: keys.seal(place('key'), key),
      media_type: mediaType,
      byte_size: intake.byteSize,
      width: size?.width ?? null,
      height: size?.height ?? null,
    }
    return { file, head: intake.head }
  }
}

class Intake {
  byteSize = 0
  readonly #source: Buffer | Readable
  readonly #head: Buffer[] = []
  #headBytes = 0

  constructor(source: Buffer | Readable) {
    this.#source = source
  }

  get head(): Buffer {
    return Buffer.concat(this.#head)
  }

  async *read(): AsyncGenerator<Buffer> {
    if (Buffer.isBuffer(this.#source)) return yield this.#take(this.#source)
    const source = this.#source
    try {
      // Destroying a request would take its connection with it, and the sender would never hear why.
      for await (const chunk of source.iterator({ destroyOnReturn: false })) yield this.#take(chunk as Buffer)
    } catch (error) {
      // The sender went away in the middle: nobody waits for the answer, and it is no bug.
      if (source.readableAborted) throw refuse('bad_request')
      // What still comes is read and forgotten, so that the sender gets to our answer.
      source.resume()
      throw error
    }
  }

  #take(chunk: Buffer): Buffer {
    this.byteSize += chunk.length
    if (this.byteSize > LIMITS.attachmentBytes) throw refuse('body_too_large')
    this.#keepHead(chunk)
    return chunk
  }

  #keepHead(chunk: Buffer): void {
    const missing = HEAD_BYTES_MAX - this.#headBytes
    if (missing <= 0) return
    this.#head.push(chunk.subarray(0, missing))
    this.#headBytes += Math.min(chunk.length, missing)
  }
}
