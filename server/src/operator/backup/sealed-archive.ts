/**
 * The file a backup is: a head in the clear, then everything compressed and sealed in chunks, as attachments are. The
 * key of the chunks is random and lies in the head, wrapped under the passphrase, so a wrong passphrase shows before
 * anything is read. What is cut short, reordered or altered by one bit is refused; no byte is used before its chunk was
 * verified.
 */
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import type { Randomness } from '../../kernel/clock.ts'
import { StartRefusal } from '../../kernel/start-refusal.ts'
import {
  openFile,
  PASSPHRASE_COST,
  PASSPHRASE_WRAPPED_BYTES,
  SealBroken,
  sealFile,
  unwrapUnderPassphrase,
  wrapUnderPassphrase,
} from '../../kernel/vault/index.ts'

const MAGIC = Buffer.from('CDHOME')
const FORMAT = 1
const SALT_BYTES = 16
const COMPRESSION_LEVEL = 3
const READ_AT_ONCE_BYTES = 256 * 1024

/** Magic, format, cost, salt: what the wrapped key is bound to. */
const BOUND_BYTES = MAGIC.length + 2 + SALT_BYTES
const HEAD_BYTES = BOUND_BYTES + PASSPHRASE_WRAPPED_BYTES

type Pieces = AsyncIterable<Buffer>

/** Sealed chunks know which file they belong to: the one with this salt. */
const placeOf = (salt: Buffer) => ({ workspaceId: 'home', fileId: salt.toString('hex') })

type WriteOptions = {
  readonly passphrase: string
  readonly randomness: Randomness
  readonly signal: AbortSignal
}

/** Writes the archive of what `plain` gives into an empty file, and flushes it. */
export async function writeArchive(file: FileHandle, plain: Pieces, options: WriteOptions): Promise<void> {
  const { passphrase, randomness, signal } = options
  const salt = randomness.bytes(SALT_BYTES)
  const bound = Buffer.concat([MAGIC, Buffer.from([FORMAT, PASSPHRASE_COST]), salt])
  const compress = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: COMPRESSION_LEVEL } })
  const seal = async (compressed: AsyncIterable<Uint8Array>) => {
    const { key, chunks } = sealFile(placeOf(salt), compressed, randomness)
    const wrapped = await wrapUnderPassphrase(passphrase, { salt, cost: PASSPHRASE_COST, bound }, key, randomness)
    await writeAll(file, Buffer.concat([bound, wrapped]))
    for await (const chunk of chunks) await writeAll(file, chunk)
  }
  await pipeline(Readable.from(plain, { objectMode: false }), compress, seal, { signal })
  await file.sync()
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten
}

type ReadOptions = {
  /** How the file is called in sentences. */
  readonly name: string
  readonly passphrase: string
  readonly signal: AbortSignal
}

/** Hands the verified, decompressed bytes of an archive to `read`, from first to last. */
export async function readArchive<T>(
  file: FileHandle,
  { name, passphrase, signal }: ReadOptions,
  read: (plain: Pieces) => Promise<T>,
): Promise<T> {
  const { salt, key } = await openHead(file, name, passphrase)
  const sealed = file.createReadStream({ start: HEAD_BYTES, autoClose: false, highWaterMark: READ_AT_ONCE_BYTES })
  const opened = Readable.from(openFile(placeOf(salt), key, sealed), { objectMode: false })
  const results: T[] = []
  const keep = async (plain: AsyncIterable<Buffer>) => void results.push(await read(plain))
  try {
    await pipeline(opened, createZstdDecompress(), keep, { signal })
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    throw damaged(name)
  }
  return results[0] as T
}

function damaged(name: string): StartRefusal {
  return new StartRefusal(`${name} is cut short or was changed; nothing was restored.`)
}

type OpenHead = { readonly salt: Buffer; readonly key: Buffer }

async function openHead(file: FileHandle, name: string, passphrase: string): Promise<OpenHead> {
  const head = Buffer.alloc(HEAD_BYTES)
  const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0)
  if (!head.subarray(0, MAGIC.length).equals(MAGIC)) throw new StartRefusal(`${name} is no backup of a home.`)
  const [format = 0, cost = 0] = head.subarray(MAGIC.length)
  if (format > FORMAT) {
    throw new StartRefusal(`${name} was made by a newer version of Central Desk; restore it with that version.`)
  }
  if (bytesRead < HEAD_BYTES) throw damaged(name)
  const bound = head.subarray(0, BOUND_BYTES)
  const salt = bound.subarray(BOUND_BYTES - SALT_BYTES)
  try {
    const key = await unwrapUnderPassphrase(passphrase, { salt, cost, bound }, head.subarray(BOUND_BYTES))
    return { salt, key }
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    throw new StartRefusal(`The passphrase does not open ${name}.`)
  }
}
