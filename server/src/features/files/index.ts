/** The front door of the files room: two routes, the sweep, and what rooms that hold attachments need. */
import type { Readable } from 'node:stream'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { isProgramName } from '@central-desk/contract/program-files.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { startLoop } from '../../kernel/loop.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { openFileRange } from '../../kernel/vault/index.ts'
import type { Routes } from '../../kernel/web/routes.ts'
import { createLinks } from './links.ts'
import { fileKeyOf } from './present.ts'
import { type AttachmentRow, insertUpload, type Uploader } from './queries.ts'
import { fitFileName } from './naming.ts'
import { isProgram } from './program.ts'
import { createReceive, type Receive } from './receiving.ts'
import { mountFiles } from './routes.ts'
import { createServing } from './serving.ts'
import { createFileStore } from './store.ts'
import { sweepUnused } from './sweep.ts'

export type { LinkFor, LinkReader } from './links.ts'
export { attachmentView, fileNameOf } from './present.ts'
export { type AttachmentRow, readAttachments, type Uploader } from './queries.ts'
export type { IncomingFile, Receive, StoredFile } from './receiving.ts'

export interface Upload {
  readonly workspaceId: string
  readonly fileName: string
  /** The request's body as the route got it. */
  readonly body: unknown
  readonly declaredBytes: string | undefined
}

const SWEEP_PAUSE_MS = 600_000

export interface FilesParts {
  /** Asked at each read of a member's link. */
  readonly isSessionLive: (sessionId: string) => Promise<boolean>
}

export type FilesRoom = ReturnType<typeof createFilesRoom>

export function createFilesRoom(kernel: Kernel, parts: FilesParts) {
  const store = createFileStore(kernel.filesFolder, kernel.randomness)
  const links = createLinks(kernel.secretFor('file-link'), kernel.clock, kernel.origins.files)
  const serve = createServing({ ...kernel, ...parts, links, store })
  const receive = createReceive(store, kernel.mint)
  const storeBytes: Receive = async (...given) => (await receive(...given)).file

  const room = {
    linksFor: links.linksFor,

    /**
     * Seals a file that came with a message from outside; its row is the caller's to write. A program too: the message
     * was answered with yes, and a file leaves here as a download only.
     */
    storeBytes,

    /** Takes an upload and writes its row, in the transaction that `open` begins once the file is safe. */
    async receive(
      { workspaceId, fileName, body, declaredBytes }: Upload,
      uploader: Uploader,
      open: <T>(work: (tx: WorkspaceTx) => Promise<T>) => Promise<T>,
    ): Promise<AttachmentRow> {
      if (Number(declaredBytes) > LIMITS.attachmentBytes) throw refuse('body_too_large')
      if (!body) throw refuse('bad_request')
      if (isProgramName(fitFileName(fileName))) throw refuse('program_file')
      const keys = await kernel.vault.open(workspaceId)
      const { file, head } = await receive(keys, workspaceId, { fileName, bytes: body as Buffer | Readable })
      try {
        if (file.byte_size === 0) throw refuse('bad_request')
        if (isProgram(head)) throw refuse('program_file')
        return await open((tx) => insertUpload(tx, file, uploader))
      } catch (error) {
        await store.remove({ workspaceId, fileId: file.id })
        throw error
      }
    },

    /** The whole file, for a channel that sends it on. At most `LIMITS.attachmentBytes`. */
    async openBytes(tx: WorkspaceTx, row: AttachmentRow): Promise<Buffer> {
      const place = { workspaceId: tx.workspaceId, fileId: row.id }
      const handle = await store.open(place)
      const size = row.byte_size
      try {
        const range = { plainBytes: size, from: 0, to: size }
        return Buffer.concat(await Array.fromAsync(openFileRange(place, fileKeyOf(row, tx.keys), handle, range)))
      } finally {
        await handle.close()
      }
    },

    mount(routes: Routes): void {
      mountFiles(routes, room, serve, kernel.vault)
    },

    start() {
      return startLoop({
        name: 'files sweep',
        log: kernel.log,
        longestPause_ms: SWEEP_PAUSE_MS,
        round: () => sweepUnused(kernel, store),
      })
    },
  }
  return room
}
