/**
 * A visitor writes, or uploads a file to write with. Both are refused before anything is kept when they cannot become a
 * message; what is kept is answered with 202 and becomes a message at intake's own pace.
 */
import { LIMITS } from '@central-desk/contract/limits.ts'
import type { sendVisitorMessage, uploadVisitorAttachment } from '@central-desk/contract/widget.ts'
import type { EventKey } from '../../channels/port.ts'
import { ADAPTERS } from '../../channels/registry.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { refuse, refuseField } from '../../kernel/refusal.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { LiveVisitor, VisitorCall } from '../../kernel/web/routes.ts'
import { attachmentView, type FilesRoom } from '../files/index.ts'
import { countUnsentFiles, countUsableFiles } from './queries.ts'
import { openVisitor } from './thread.ts'

export type Keep = (arrival: {
  workspaceId: string
  inboxId: string
  eventKey: EventKey
  raw: Buffer
}) => Promise<{ isNew: boolean }>
export type WritingParts = { readonly keep: Keep; readonly files: Pick<FilesRoom, 'receive' | 'linksFor'> }

export function createWriting({ doors, vault }: Kernel, { keep, files }: WritingParts) {
  function asVisitor<T>(visitor: LiveVisitor, readOnly: boolean, work: (tx: WorkspaceTx) => Promise<T>): Promise<T> {
    const { workspaceId, visitorId } = visitor
    return doors.inWorkspace({ workspaceId, actor: { kind: 'visitor', visitorId }, readOnly }, work)
  }

  return {
    async send({ visitor, body }: VisitorCall<typeof sendVisitorMessage>): Promise<{ isKept: boolean }> {
      const { clientMessageId, text, attachmentIds } = body
      if (text.trim() === '' && attachmentIds.length === 0) throw refuseField('text', 'blank')
      const sentAt = new Date(body.sentAt)
      if (Number.isNaN(sentAt.getTime())) throw refuseField('sentAt', 'wrong_form')
      const { visitorId, workspaceId, inboxId } = visitor
      const writer = await asVisitor(visitor, true, async (tx) => {
        if (attachmentIds.length > 0) {
          const usable = await countUsableFiles(tx, visitorId, attachmentIds, clientMessageId)
          if (usable !== attachmentIds.length) throw refuseField('attachmentIds', 'unknown_attachment')
        }
        return openVisitor(tx, visitorId)
      })
      const writing = { visitorId, visitor: writer, clientMessageId, text, sentAt, attachmentIds }
      const { raw, eventKey } = ADAPTERS.webchat.envelope(writing)
      await keep({ workspaceId, inboxId, eventKey, raw })
      return { isKept: true }
    },

    async upload({ visitor, query, body, request }: VisitorCall<typeof uploadVisitorAttachment>) {
      const { workspaceId, visitorId } = visitor
      const unsent = await asVisitor(visitor, true, (tx) => countUnsentFiles(tx, visitorId))
      if (unsent >= LIMITS.attachmentsPerMessage) throw refuse('limit_reached')
      const declaredBytes = request.headers['content-length']
      const row = await files.receive(
        { workspaceId, fileName: query.fileName, body, declaredBytes },
        { visitorId },
        (work) => asVisitor(visitor, false, work),
      )
      const linkFor = files.linksFor({ kind: 'visitor', workspaceId, visitorId })
      return attachmentView(row, await vault.open(workspaceId), linkFor)
    },
  }
}
