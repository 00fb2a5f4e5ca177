/** The routes of the conversations room: contract and one call each. */
import { blockContact as blockContract, unblockContact as unblockContract } from '@central-desk/contract/contacts.ts'
import * as contract from '@central-desk/contract/conversations.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { MemberCall, Routes } from '../../kernel/web/routes.ts'
import type { Endpoint } from '@central-desk/contract/endpoint.ts'
import type { LinkFor, LinkReader } from '../files/index.ts'
import { assign } from './assignment.ts'
import { blockContact, unblockContact } from './blocking.ts'
import { listDrafts, saveDraft } from './drafts.ts'
import { countConversations, listConversations } from './list.ts'
import { writeNote } from './notes.ts'
import { openConversation } from './open.ts'
import { markRead } from './reading.ts'
import { type RefuseBeyondChannel, reply } from './reply.ts'
import { retryDelivery } from './retry.ts'
import { readOneListed } from './rows.ts'
import { search } from './search.ts'
import { changeStatus } from './status.ts'
import { tag, untag } from './tagging.ts'
import { readThread } from './thread.ts'

export interface ConversationsParts {
  readonly linksFor: (reader: LinkReader) => LinkFor
  readonly refuseBeyondChannel: RefuseBeyondChannel
}

const READ = { limit: 'read' } as const
const WRITE = { limit: 'write' } as const

export function mountConversations(routes: Routes, { signals }: Kernel, parts: ConversationsParts): void {
  mountReading(routes, parts)
  mountWriting(routes, signals, parts)
  mountChanging(routes)
}

type Caller = Pick<MemberCall<Endpoint>, 'workspaceId' | 'session' | 'actor'>

/** Addresses of files, good for the session that asks. */
function linkForCall(parts: ConversationsParts, call: Caller): LinkFor {
  const { workspaceId, session, actor } = call
  return parts.linksFor({ kind: 'member', workspaceId, sessionId: session.sessionId, memberId: actor.memberId })
}

function mountReading(routes: Routes, parts: ConversationsParts): void {
  routes.workspace(contract.listConversations, READ, (tx, { query }) => listConversations(tx, query))
  routes.workspace(contract.countConversations, READ, (tx) => countConversations(tx))
  routes.workspace(contract.getConversation, READ, async (tx, { params }) => {
    await openConversation(tx, params.conversationId)
    return readOneListed(tx, params.conversationId)
  })
  routes.workspace(contract.getThread, READ, (tx, call) =>
    readThread(tx, call.params.conversationId, call.query, linkForCall(parts, call)),
  )
  routes.workspace(contract.listDrafts, READ, async (tx, { params }) => ({
    drafts: await listDrafts(tx, params.conversationId),
  }))
  routes.workspace(contract.search, { limit: 'search' }, (tx, { query }) => search(tx, query))
}

function mountWriting(routes: Routes, signals: Kernel['signals'], parts: ConversationsParts): void {
  routes.member(contract.sendMessage, WRITE, async (call) => {
    const wanted = { ...call.body, conversationId: call.params.conversationId }
    const linkFor = linkForCall(parts, call)
    const message = await call.inWorkspace((tx) => reply(tx, { ...parts, linkFor }, wanted))
    signals.tell('deliveries', undefined)
    signals.tell('searchBacklog', undefined)
    return message
  })
  routes.member(contract.retryDelivery, WRITE, async (call) => {
    const message = await call.inWorkspace((tx) => retryDelivery(tx, call.params, linkForCall(parts, call)))
    signals.tell('deliveries', undefined)
    return message
  })
  routes.workspace(contract.writeNote, WRITE, (tx, call) =>
    writeNote(tx, { ...call.body, conversationId: call.params.conversationId }, linkForCall(parts, call)),
  )
  routes.workspace(contract.saveDraft, WRITE, (tx, { params, body }) => saveDraft(tx, params, body.text))
}

function mountChanging(routes: Routes): void {
  routes.workspace(contract.assignConversation, WRITE, (tx, { params, body }) =>
    assign(tx, params.conversationId, body.assigneeId),
  )
  routes.workspace(contract.changeStatus, WRITE, (tx, { params, body }) => {
    const snoozedUntil = body.snoozedUntil ? new Date(body.snoozedUntil) : null
    return changeStatus(tx, { conversationId: params.conversationId, status: body.status, snoozedUntil })
  })
  routes.workspace(contract.tagConversation, WRITE, (tx, { params }) => tag(tx, params.conversationId, params.tagId))
  routes.workspace(contract.untagConversation, WRITE, (tx, { params }) =>
    untag(tx, params.conversationId, params.tagId),
  )
  routes.workspace(blockContract, { ...WRITE, audit: 'contact.blocked' }, (tx, { params }) =>
    blockContact(tx, params.contactId),
  )
  routes.workspace(unblockContract, { ...WRITE, audit: 'contact.unblocked' }, (tx, { params }) =>
    unblockContact(tx, params.contactId),
  )
  // A page that was left open marks what comes in as read.
  routes.workspace(contract.markRead, { ...WRITE, isAutomatic: true }, (tx, { params, body }) =>
    markRead(tx, params.conversationId, body.readNumber),
  )
}
