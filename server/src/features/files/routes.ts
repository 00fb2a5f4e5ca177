/** The two routes of the files room: contract and one call each. */
import { readAttachment, uploadAttachment } from '@central-desk/contract/conversations.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Vault } from '../../kernel/vault/index.ts'
import type { Routes } from '../../kernel/web/routes.ts'
import type { FilesRoom } from './index.ts'
import { attachmentView } from './present.ts'

type Serve = (token: string, request: FastifyRequest, reply: FastifyReply) => Promise<void>

export function mountFiles(
  routes: Routes,
  room: Pick<FilesRoom, 'receive' | 'linksFor'>,
  serve: Serve,
  vault: Vault,
): void {
  routes.member(uploadAttachment, { limit: 'upload', bodyBytes: LIMITS.attachmentBytes }, async (call) => {
    const { workspaceId, session, actor, query, request } = call
    const declaredBytes = request.headers['content-length']
    const row = await room.receive(
      { workspaceId, fileName: query.fileName, body: call.body, declaredBytes },
      { memberId: actor.memberId },
      call.inWorkspace,
    )
    const reader = { kind: 'member', workspaceId, sessionId: session.sessionId, memberId: actor.memberId } as const
    return attachmentView(row, await vault.open(workspaceId), room.linksFor(reader))
  })

  routes.anyone(readAttachment, { limit: 'read' }, (call) => serve(call.params.token, call.request, call.reply))
}
