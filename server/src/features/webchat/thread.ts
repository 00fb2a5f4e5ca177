/**
 * A visitor's own thread as they may see it: text, files, the first name of who answered. What is the team's (ids,
 * deliveries, notes, who else is in the workspace) is left out here and not merely hidden by the widget.
 */
import type { VisitorMessage } from '@central-desk/contract/widget.ts'
import type { ExternalContactId } from '../../channels/port.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { LiveVisitor } from '../../kernel/web/routes.ts'
import { type AttachmentRow, attachmentView, type FilesRoom, readAttachments } from '../files/index.ts'
import { type MessageRow, messageRows, type Place, threadOf, visitorRow } from './queries.ts'

const PAGE = 50
/** As intake keys the addresses that it stores. */
export const VISITOR_PURPOSE = 'contact-address'

export type LinksFor = FilesRoom['linksFor']
/** As the contract has it, with times not yet spelled. */
export type SeenMessage = Omit<VisitorMessage, 'sentAt'> & { readonly sentAt: Date }
export type ThreadPage = { readonly messages: SeenMessage[]; readonly hasMore: boolean }

export async function openVisitor(tx: WorkspaceTx, visitorId: string) {
  const row = await visitorRow(tx, visitorId)
  const unsealed = (field: string, sealed: Buffer) =>
    tx.keys.unsealText({ table: 'visitor', row: row.id, field }, sealed)
  return {
    externalId: unsealed('external', row.external_sealed) as ExternalContactId,
    name: row.name_sealed && unsealed('name', row.name_sealed),
    email: row.email_sealed && unsealed('email', row.email_sealed),
    isVerified: row.is_identified,
  }
}

/** Under every kept version of the look-up key, so that a re-index hides nobody's thread. */
export async function addressKeysOf(tx: WorkspaceTx, visitorId: string): Promise<Buffer[]> {
  const { externalId } = await openVisitor(tx, visitorId)
  return tx.keys.lookupAll(VISITOR_PURPOSE, externalId)
}

export async function readThread(
  tx: WorkspaceTx,
  visitor: LiveVisitor,
  place: Place,
  linksFor: LinksFor,
): Promise<ThreadPage> {
  const thread = await threadOf(tx, visitor.inboxId, await addressKeysOf(tx, visitor.visitorId))
  if (!thread) return { messages: [], hasMore: false }
  const rows = await messageRows(tx, thread, place, PAGE + 1)
  const page = rows.slice(0, PAGE)
  if (!('after' in place)) page.reverse()
  const files = await readAttachments(tx, { messageIds: page.map(({ id }) => id), noteIds: [] })
  const linkFor = linksFor({ kind: 'visitor', workspaceId: tx.workspaceId, visitorId: visitor.visitorId })
  const viewOf = (file: AttachmentRow) => attachmentView(file, tx.keys, linkFor)
  return {
    messages: page.map((row) => messageView(tx, row, files.filter((file) => file.message_id === row.id).map(viewOf))),
    hasMore: rows.length > PAGE,
  }
}

function messageView(tx: WorkspaceTx, row: MessageRow, attachments: SeenMessage['attachments']): SeenMessage {
  const isVisitors = row.direction === 'in'
  return {
    id: row.id,
    number: row.number,
    from: isVisitors ? 'visitor' : 'desk',
    authorName: isVisitors ? null : firstNameOf(row.author_name),
    text: tx.keys.unsealText({ table: 'message', row: row.id, field: 'text' }, row.text_sealed),
    attachments,
    sentAt: row.sent_at,
    clientMessageId: isVisitors ? row.client_message_id : null,
  }
}

function firstNameOf(name: string | null): string | null {
  return name?.trim().split(/\s+/)[0] || null
}
