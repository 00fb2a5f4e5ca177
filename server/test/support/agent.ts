/** An agent at work, for tests: the calls of the conversations room by short names. Ids are as on the wire. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import * as contract from '@central-desk/contract/conversations.ts'
import type { Endpoint } from '@central-desk/contract/endpoint.ts'
import type { Answer, CallOptions } from './client.ts'
import type { Person } from './people.ts'

export const newClientId = (): string => randomBytes(12).toString('base64url')

type Query = NonNullable<CallOptions['query']>
type ReplyGiven = Partial<{
  clientMessageId: string
  text: string
  attachmentIds: string[]
  seenNumber: number
  force: boolean
  close: boolean
}>

export class Agent {
  readonly person: Person

  constructor(person: Person) {
    this.person = person
  }

  /** Any endpoint of the agent's workspace. */
  ask(endpoint: Endpoint, options: CallOptions = {}): Promise<Answer> {
    const params = { workspaceId: this.person.workspaceId, ...options.params }
    return this.person.client.call(endpoint, { ...options, params })
  }

  /** The same, when nothing may be refused; the body. */
  async done(endpoint: Endpoint, options: CallOptions = {}): Promise<Answer['body']> {
    const answer = await this.ask(endpoint, options)
    assert.equal(answer.status, endpoint.status, `${endpoint.name}: ${answer.text}`)
    return answer.body
  }

  reply(conversationId: string, given: ReplyGiven = {}): Promise<Answer> {
    const body = { clientMessageId: newClientId(), text: 'Hello', attachmentIds: [], seenNumber: 1_000, ...given }
    return this.ask(contract.sendMessage, { params: { conversationId }, body })
  }

  async replied(conversationId: string, given: ReplyGiven = {}): Promise<Answer['body']> {
    const answer = await this.reply(conversationId, given)
    assert.equal(answer.status, 202, answer.text)
    return answer.body
  }

  note(
    conversationId: string,
    text: string,
    given: Partial<{ clientMessageId: string; attachmentIds: string[] }> = {},
  ) {
    const body = { clientMessageId: newClientId(), text, attachmentIds: [], ...given }
    return this.ask(contract.writeNote, { params: { conversationId }, body })
  }

  list(query: Query): Promise<Answer['body']> {
    return this.done(contract.listConversations, { query })
  }

  get(conversationId: string): Promise<Answer['body']> {
    return this.done(contract.getConversation, { params: { conversationId } })
  }

  thread(conversationId: string, query: Query = {}): Promise<Answer['body']> {
    return this.done(contract.getThread, { params: { conversationId }, query })
  }

  assign(conversationId: string, assigneeId: string | null): Promise<Answer> {
    return this.ask(contract.assignConversation, { params: { conversationId }, body: { assigneeId } })
  }

  status(conversationId: string, status: string, snoozedUntil?: string | null): Promise<Answer> {
    const body = snoozedUntil === undefined ? { status } : { status, snoozedUntil }
    return this.ask(contract.changeStatus, { params: { conversationId }, body })
  }

  search(q: string, query: Query = {}): Promise<Answer['body']> {
    return this.done(contract.search, { query: { q, ...query } })
  }

  async upload(bytes: Buffer, fileName = 'a.png'): Promise<string> {
    return (await this.done(contract.uploadAttachment, { query: { fileName }, body: bytes })).id
  }
}
