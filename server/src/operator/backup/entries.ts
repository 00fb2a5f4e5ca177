/**
 * A home as a stream of entries: what it is about, folders, files in pieces, and an end that counts them. A file has no
 * size in front, because those of a running database grow and shrink while they are read. Refuses paths that lead out of
 * the home, entries and pieces of absurd length, and a stream whose end is missing or counts other than was read.
 */
import { StartRefusal } from '../../kernel/start-refusal.ts'

export type About = {
  readonly kind: 'about'
  /** Version of the program that made it. */
  readonly program: string
  readonly made_at: string
  /** Migrations that its database had applied. */
  readonly migrations: readonly string[]
  readonly hasKeys: boolean
  /** About how much it will be on disk again. */
  readonly size_bytes: number
}
export type Folder = { readonly kind: 'folder'; readonly path: string; readonly mode: number }
export type FileEntry = { readonly kind: 'file'; readonly path: string; readonly mode: number }
type End = { readonly kind: 'end'; readonly files: number; readonly bytes: number }
type Head = About | Folder | FileEntry | End

/** What goes in: a file brings its bytes. */
export type Entry = About | Folder | (FileEntry & { readonly content: AsyncIterable<Buffer> | Iterable<Buffer> })

/** Where entries go when they come out again; `write` of a file is called until `close`. */
export type Sink = {
  about(about: About): Promise<void>
  folder(folder: Folder): Promise<void>
  file(file: FileEntry): Promise<{ write(piece: Buffer): Promise<void>; close(): Promise<void> }>
}

const HEAD_BYTES_MAX = 256 * 1024
const PIECE_BYTES_MAX = 4 * 1024 * 1024
const PATH_BYTES_MAX = 4_096
const LENGTH_BYTES = 4
const NO_MORE_PIECES = Buffer.alloc(LENGTH_BYTES)
const MALFORMED = 'The backup cannot be read: it was not written by this program.'

function withLength(bytes: Buffer): Buffer[] {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(bytes.length)
  return [length, bytes]
}

function* headOf(head: Head): Generator<Buffer> {
  yield* withLength(Buffer.from(JSON.stringify(head)))
}

/** The bytes of entries, in their order. */
export async function* packEntries(entries: AsyncIterable<Entry>): AsyncGenerator<Buffer> {
  let files = 0
  let bytes = 0
  for await (const entry of entries) {
    if (entry.kind !== 'file') {
      yield* headOf(entry)
      continue
    }
    const { content, ...head } = entry
    yield* headOf(head)
    for await (const piece of content) {
      bytes += piece.length
      // An empty piece would be read as the end of the file.
      if (piece.length > 0) yield* withLength(piece)
    }
    yield NO_MORE_PIECES
    files += 1
  }
  yield* headOf({ kind: 'end', files, bytes })
}

/** Only names below the home, spelled as they were walked. */
function isInside(path: unknown): path is string {
  if (typeof path !== 'string' || path === '' || Buffer.byteLength(path) > PATH_BYTES_MAX) return false
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && !name.includes('\0'))
}

class Reader {
  #rest: Buffer = Buffer.alloc(0)
  readonly #source: AsyncIterator<Buffer>

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  async take(count: number): Promise<Buffer> {
    const parts = [this.#rest]
    let has = this.#rest.length
    while (has < count) {
      const { done, value } = await this.#source.next()
      if (done) throw new StartRefusal(MALFORMED)
      parts.push(value)
      has += value.length
    }
    const all = parts.length === 1 ? this.#rest : Buffer.concat(parts)
    this.#rest = all.subarray(count)
    return all.subarray(0, count)
  }

  async takeSized(limit: number): Promise<Buffer> {
    const length = (await this.take(LENGTH_BYTES)).readUInt32BE()
    if (length > limit) throw new StartRefusal(MALFORMED)
    return this.take(length)
  }

  async isAtEnd(): Promise<boolean> {
    return this.#rest.length === 0 && ((await this.#source.next()).done ?? false)
  }
}

async function readHead(reader: Reader): Promise<Head> {
  const text = (await reader.takeSized(HEAD_BYTES_MAX)).toString('utf8')
  try {
    return JSON.parse(text) as Head
  } catch {
    throw new StartRefusal(MALFORMED)
  }
}

async function readFileInto(reader: Reader, entry: FileEntry, sink: Sink): Promise<number> {
  const file = await sink.file(entry)
  let bytes = 0
  try {
    for (;;) {
      const piece = await reader.takeSized(PIECE_BYTES_MAX)
      if (piece.length === 0) return bytes
      await file.write(piece)
      bytes += piece.length
    }
  } finally {
    await file.close()
  }
}

/** Reads entries to their end and hands them to the sink; what it is about comes first. */
export async function unpackEntries(source: AsyncIterable<Buffer>, sink: Sink): Promise<{ files: number }> {
  const reader = new Reader(source)
  let files = 0
  let bytes = 0
  for (let isFirst = true; ; isFirst = false) {
    const head = await readHead(reader)
    if ((head.kind === 'about') !== isFirst) throw new StartRefusal(MALFORMED)
    if (head.kind === 'about') {
      await sink.about(head)
    } else if (head.kind === 'end') {
      if (head.files !== files || head.bytes !== bytes || !(await reader.isAtEnd())) throw new StartRefusal(MALFORMED)
      return { files }
    } else if (!isInside(head.path)) {
      throw new StartRefusal('The backup names a file outside the home; it was not written by this program.')
    } else if (head.kind === 'folder') {
      await sink.folder(head)
    } else {
      bytes += await readFileInto(reader, head, sink)
      files += 1
    }
  }
}
