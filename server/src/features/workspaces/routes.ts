/** The endpoints of `contract/src/workspaces.ts`: a contract and one call each. */
import * as contract from '@central-desk/contract/workspaces.ts'
import type { Routes } from '../../kernel/web/routes.ts'
import { createSavedReply, deleteSavedReply, listSavedReplies, updateSavedReply } from './saved-replies.ts'
import { getWorkspace, updateWorkspace } from './settings.ts'
import { createTag, deleteTag, listTags, updateTag } from './tags.ts'

const READ = { limit: 'read' } as const
const leaves = (audit: string) => ({ limit: 'write', audit }) as const

export function mountWorkspaces(routes: Routes): void {
  routes.workspace(contract.getWorkspace, READ, (tx) => getWorkspace(tx))
  routes.workspace(contract.updateWorkspace, leaves('workspace.updated'), (tx, { body }) => updateWorkspace(tx, body))

  routes.workspace(contract.listTags, READ, (tx) => listTags(tx))
  routes.workspace(contract.createTag, leaves('tag.created'), (tx, { body }) => createTag(tx, body))
  routes.workspace(contract.updateTag, leaves('tag.updated'), (tx, { params, body }) =>
    updateTag(tx, params.tagId, body),
  )
  routes.workspace(contract.deleteTag, leaves('tag.deleted'), (tx, { params }) => deleteTag(tx, params.tagId))

  routes.workspace(contract.listSavedReplies, READ, (tx) => listSavedReplies(tx))
  routes.workspace(contract.createSavedReply, leaves('savedReply.created'), (tx, { body }) =>
    createSavedReply(tx, body),
  )
  routes.workspace(contract.updateSavedReply, leaves('savedReply.updated'), (tx, { params, body }) =>
    updateSavedReply(tx, params.savedReplyId, body),
  )
  routes.workspace(contract.deleteSavedReply, leaves('savedReply.deleted'), (tx, { params }) =>
    deleteSavedReply(tx, params.savedReplyId),
  )
}
