/** The endpoints of `contract/src/widget.ts`: a contract and one call each. */
import { LIMITS } from '@central-desk/contract/limits.ts'
import * as contract from '@central-desk/contract/widget.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { openEventStream } from '../../kernel/web/event-stream.ts'
import type { Routes, VisitorAuthenticator } from '../../kernel/web/routes.ts'
import type { FilesRoom } from '../files/index.ts'
import { createSessions, type FindInbox } from './sessions.ts'
import { createStreams } from './streams.ts'
import { readThread } from './thread.ts'
import { createWriting, type Keep } from './writing.ts'

const BEARER = 'Bearer '

export type WebchatParts = {
  readonly findInbox: FindInbox
  readonly keep: Keep
  readonly files: Pick<FilesRoom, 'receive' | 'linksFor'>
}

export function mountWebchat(
  routes: Routes,
  kernel: Kernel,
  visitors: VisitorAuthenticator,
  parts: WebchatParts,
): void {
  const startSession = createSessions(kernel, parts.findInbox)
  const writing = createWriting(kernel, parts)
  const { linksFor } = parts.files
  const listen = createStreams(kernel, linksFor)

  // A whole mobile network may stand behind one address, so this is the larger of the two visitor budgets.
  routes.anyone(contract.startVisitorSession, { limit: 'visitorRead' }, ({ params, body }) =>
    startSession(params.inboxKey, body),
  )
  routes.visitor(contract.listVisitorMessages, { limit: 'visitorRead' }, ({ visitor, query }) => {
    const { workspaceId, visitorId } = visitor
    const place = query.after === undefined ? { before: query.before ?? null } : { after: query.after }
    const options = { workspaceId, actor: { kind: 'visitor', visitorId }, readOnly: true } as const
    return kernel.doors.inWorkspace(options, (tx) => readThread(tx, visitor, place, linksFor))
  })
  routes.visitor(contract.sendVisitorMessage, { limit: 'visitorWrite' }, writing.send)
  const upload = { limit: 'upload', bodyBytes: LIMITS.attachmentBytes } as const
  routes.visitor(contract.uploadVisitorAttachment, upload, writing.upload)
  routes.visitor(contract.streamVisitorMessages, { limit: 'stream' }, ({ visitor, params, query, request, reply }) => {
    const token = (request.headers.authorization ?? '').slice(BEARER.length)
    return listen({
      visitor,
      open: () => openEventStream(request, reply),
      after: query.after ?? 0,
      isStillGood: async () => (await visitors.visitor(params.inboxKey, token)) !== null,
    })
  })
}
