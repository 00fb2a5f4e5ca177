/**
 * Sends a file to whoever holds a link that still counts. What a browser may do with it is said in headers: shown in
 * place only when its own bytes said it is an image, audio, video or PDF, never sniffed, never run, never framed, kept
 * in no shared cache, and asked for again each time (a 304 costs no bytes, and a session that ended opens nothing).
 */
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { encodeId } from '@central-desk/contract/ids.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from '../../kernel/log.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { Doors, WorkspaceTx } from '../../kernel/scope.ts'
import { openFileRange, SealBroken } from '../../kernel/vault/index.ts'
import type { LinkReader, Links } from './links.ts'
import { isShownInline } from './media-type.ts'
import { contentDisposition } from './naming.ts'
import { fileKeyOf, fileNameOf } from './present.ts'
import { findAttachment, isLiveMember, isLiveVisitor } from './queries.ts'
import { readRange } from './ranges.ts'
import type { FileStore } from './store.ts'

export interface ServingParts {
  readonly doors: Doors
  readonly links: Links
  readonly store: FileStore
  readonly log: Logger
  readonly isSessionLive: (sessionId: string) => Promise<boolean>
}

/** A file that is opened: everything but its bytes, which stay sealed until they are sent. */
interface FileToSend {
  readonly id: string
  readonly workspaceId: string
  readonly fileName: string
  readonly mediaType: string
  readonly byteSize: number
  readonly key: Buffer
}

const POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

export function createServing(parts: ServingParts) {
  return async (token: string, request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const link = parts.links.read(token)
    if (link === null) throw refuse('not_found')
    if (link === 'expired') throw refuse('gone')
    const file = await openForReader(parts, link.reader, link.attachmentId)
    await send(parts, file, request, reply)
  }
}

async function openForReader(parts: ServingParts, reader: LinkReader, attachmentId: string): Promise<FileToSend> {
  if (reader.kind === 'member' && !(await parts.isSessionLive(reader.sessionId))) throw refuse('gone')
  const { workspaceId } = reader
  return parts.doors.inWorkspace({ workspaceId, actor: { kind: 'system' }, readOnly: true }, async (tx) => {
    if (!(await isLive(tx, reader))) throw refuse('gone')
    const row = await findAttachment(tx, attachmentId)
    if (!row) throw refuse('not_found')
    return {
      id: row.id,
      workspaceId,
      fileName: fileNameOf(row, tx.keys),
      mediaType: row.media_type,
      byteSize: row.byte_size,
      key: fileKeyOf(row, tx.keys),
    }
  })
}

function isLive(tx: WorkspaceTx, reader: LinkReader): Promise<boolean> {
  return reader.kind === 'member' ? isLiveMember(tx, reader.memberId) : isLiveVisitor(tx, reader.visitorId)
}

async function send(
  { store, log }: ServingParts,
  file: FileToSend,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const etag = `"${encodeId('attachment', file.id)}"`
  reply.headers({
    'content-security-policy': POLICY,
    'cross-origin-resource-policy': 'cross-origin',
    'cache-control': 'private, no-cache',
    'accept-ranges': 'bytes',
    etag,
  })
  if (request.headers['if-none-match'] === etag) {
    reply.code(304).send()
    return
  }
  const ifRange = request.headers['if-range']
  const range = ifRange === undefined || ifRange === etag ? readRange(request.headers.range, file.byteSize) : null
  if (range === 'unsatisfiable') {
    reply.code(416).header('content-range', `bytes */${file.byteSize}`).send()
    return
  }
  const { from, to } = range ?? { from: 0, to: file.byteSize }
  if (range) reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${file.byteSize}`)
  const kind = isShownInline(file.mediaType) ? 'inline' : 'attachment'
  reply.headers({
    'content-type': file.mediaType,
    'content-length': String(to - from),
    'content-disposition': contentDisposition(kind, file.fileName),
  })
  const handle = await store.open({ workspaceId: file.workspaceId, fileId: file.id })
  const body = Readable.from(plainBytes(handle, file, from, to), { objectMode: false })
  body.once('error', (error) => {
    // A reader that goes away in the middle is none of our trouble; bytes that are not ours are.
    if (error instanceof SealBroken) log.error({ attachmentId: file.id }, 'a sealed file does not open')
  })
  reply.send(body)
}

async function* plainBytes(handle: FileHandle, file: FileToSend, from: number, to: number): AsyncGenerator<Buffer> {
  const place = { workspaceId: file.workspaceId, fileId: file.id }
  try {
    yield* openFileRange(place, file.key, handle, { plainBytes: file.byteSize, from, to })
  } finally {
    await handle.close()
  }
}
