/**
 * What tests of delivery stand on: an API inbox whose messages go to a receiver that the test commands, conversations
 * begun through its hook, answers of an agent, and what the desk says of each.
 */
import assert from 'node:assert/strict'
import { getThread, listConversations, sendMessage } from '@central-desk/contract/conversations.ts'
import { createInbox, updateInbox } from '@central-desk/contract/inboxes.ts'
import { type ApiReceiver, startApiReceiver } from '../../../tools/simulators/api-receiver/receiver.ts'
import type { TestDesk } from './desk.ts'
import type { Person } from './people.ts'
import { newClientId, postMessage, until } from './stage.ts'

export type Seen = { readonly state: string; readonly attempts: number; readonly reason: string | null } & {
  readonly nextAttemptAt: string | null
}

export class Outlet {
  readonly desk: TestDesk
  readonly person: Person
  readonly inbox: { id: string; key: string; signingSecret: string }
  readonly receiver: ApiReceiver

  private constructor(desk: TestDesk, person: Person, inbox: Outlet['inbox'], receiver: ApiReceiver) {
    this.desk = desk
    this.person = person
    this.inbox = inbox
    this.receiver = receiver
  }

  /** The test stops the receiver. */
  static async open(desk: TestDesk, person: Person): Promise<Outlet> {
    const params = { workspaceId: person.workspaceId }
    const body = { channel: 'api', name: 'ERP', settings: {} }
    const made = await person.client.call(createInbox, { params, body })
    assert.equal(made.status, 201, made.text)
    const { signingSecret } = made.body
    const receiver = await startApiReceiver({ secret: signingSecret })
    const outlet = new Outlet(desk, person, { ...made.body.inbox, signingSecret }, receiver)
    await outlet.change({ settings: { callbackUrl: receiver.url } })
    return outlet
  }

  async change(body: object): Promise<void> {
    const params = { workspaceId: this.person.workspaceId, inboxId: this.inbox.id }
    const answer = await this.person.client.call(updateInbox, { params, body })
    assert.equal(answer.status, 200, answer.text)
  }

  /** A person writes; the conversation that this makes. */
  async begin(from: string): Promise<string> {
    await postMessage(this.desk, this.inbox, { from: { id: from, name: from }, text: 'hello' })
    const options = { params: { workspaceId: this.person.workspaceId }, query: { view: 'all', limit: 100 } }
    return until(async () => {
      const { body } = await this.person.client.call(listConversations, options)
      return body.conversations.find((row: { contact: { name: string } }) => row.contact.name === from)?.id
    }, `the conversation of ${from}`)
  }

  /** The agent answers; the id of the message. */
  async answer(conversationId: string, text: string, attachmentIds: readonly string[] = []): Promise<string> {
    const body = { clientMessageId: newClientId(), text, attachmentIds, seenNumber: 1, force: true }
    const params = { workspaceId: this.person.workspaceId, conversationId }
    const answer = await this.person.client.call(sendMessage, { params, body })
    assert.equal(answer.status, 202, answer.text)
    return answer.body.id
  }

  async see(conversationId: string, messageId: string): Promise<Seen> {
    const params = { workspaceId: this.person.workspaceId, conversationId }
    const { body } = await this.person.client.call(getThread, { params, query: { limit: 100 } })
    return body.items.find((item: { id?: string }) => item.id === messageId).delivery
  }

  /** Waits until the desk says so. */
  seen(conversationId: string, messageId: string, wanted: Partial<Seen>): Promise<Seen> {
    const what = JSON.stringify(wanted)
    return until(async () => {
      const seen = await this.see(conversationId, messageId)
      const fits = Object.entries(wanted).every(([name, value]) => seen[name as keyof Seen] === value)
      return fits ? seen : null
    }, `${what} of ${messageId}`)
  }

  /** Waits for so many calls. */
  called(count: number): Promise<true> {
    return until(async () => (this.receiver.calls.length >= count ? true : null), `${count} calls`)
  }
}
