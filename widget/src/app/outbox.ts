/**
 * What the visitor wrote and the server has not shown back yet. Promises: each message keeps its client id and its time
 * from the first try to the last, also over a reload; they leave in the order they were written, one at a time; a
 * message leaves the browser's memory only once the server said it is kept, or the visitor deleted it.
 */
import type { Attachment } from '@central-desk/contract/conversations.ts'
import { type Answer, askedWaitMs, isPassing } from './call.ts'
import type { Memory } from './memory.ts'
import type { Pace } from './pace.ts'

export type SendState = 'waiting' | 'sending' | 'sent' | 'failed'
export type SendEvent = 'attempt' | 'kept' | 'lost' | 'refused' | 'retry'

/** `lost`: nobody knows whether it arrived; the same client id makes the next try harmless. */
const NEXT: Record<SendState, Partial<Record<SendEvent, SendState>>> = {
  waiting: { attempt: 'sending', refused: 'failed' },
  sending: { kept: 'sent', lost: 'waiting', refused: 'failed' },
  sent: {},
  failed: { retry: 'waiting' },
}

export function nextState(state: SendState, event: SendEvent): SendState {
  return NEXT[state][event] ?? state
}

export interface Outgoing {
  clientMessageId: string
  text: string
  attachments: Attachment[]
  sentAt: string
  state: SendState
  /** Code of the refusal, while `failed`. */
  code?: string
}

/** Our own code: the server no longer knows the files of a message as this visitor's. */
export const FILES_LOST = 'files_lost'
const INVALID_FIELDS = 'invalid_fields'

function isOutgoing(value: unknown): value is Outgoing {
  const { clientMessageId, text, attachments, sentAt, state } = Object(value)
  const isText = [clientMessageId, text, sentAt].every((part) => typeof part === 'string')
  return isText && Array.isArray(attachments) && Object.hasOwn(NEXT, state)
}
const isQueue = (value: unknown): value is Outgoing[] => Array.isArray(value) && value.every(isOutgoing)

export interface OutboxPorts {
  memory: Memory
  pace: Pace
  post: (item: Outgoing) => Promise<Answer<unknown>>
  onChange: (items: readonly Outgoing[]) => void
}

export class Outbox {
  readonly #ports: OutboxPorts
  #items: Outgoing[] = []
  /** Whose queue this is: visitors who share a browser do not send each other's words. */
  #owner = ''
  #isSending = false

  constructor(ports: OutboxPorts) {
    this.#ports = ports
  }

  /**
   * Turns to the queue of an owner. With `carry`, what waits goes along: the same person has just said who they are.
   */
  belongTo(owner: string, carry: boolean): void {
    const carried = carry ? this.#items.filter((item) => item.state !== 'sent') : []
    for (const item of carried) this.#forget(item.clientMessageId)
    this.#owner = owner
    const stored = this.#stored().map((item) =>
      item.state === 'sending' ? { ...item, state: 'waiting' as const } : item,
    )
    this.#items = [...stored, ...carried]
    for (const item of carried) this.#keep(item)
    this.#ports.onChange(this.#items)
  }

  add(item: Omit<Outgoing, 'state'>): void {
    const added: Outgoing = { ...item, state: 'waiting' }
    this.#keep(added)
    this.#items = [...this.#items, added]
    this.#ports.onChange(this.#items)
    void this.flush()
  }

  /** The visitor asks for another try. Files of a past visit cannot go along any more; the words still can. */
  retry(clientMessageId: string): void {
    const item = this.#items.find((one) => one.clientMessageId === clientMessageId)
    if (item?.code === FILES_LOST) this.#replace({ ...item, attachments: [] })
    this.#move(clientMessageId, 'retry')
    void this.flush()
  }

  discard(clientMessageId: string): void {
    this.#forget(clientMessageId)
    this.#items = this.#items.filter((item) => item.clientMessageId !== clientMessageId)
    this.#ports.onChange(this.#items)
  }

  /** The thread showed these client ids: they have arrived, whatever the last try looked like from here. */
  arrived(clientMessageIds: ReadonlySet<string>): void {
    for (const item of this.#items) if (clientMessageIds.has(item.clientMessageId)) this.discard(item.clientMessageId)
  }

  /** The visit these files were uploaded in is over. */
  loseFiles(): void {
    for (const item of this.#items) {
      if (item.attachments.length > 0) this.#move(item.clientMessageId, 'refused', FILES_LOST)
    }
  }

  /** Sends what waits, oldest first. Does nothing while it is at it already. */
  async flush(): Promise<void> {
    if (this.#isSending) return
    this.#isSending = true
    let tries = 0
    for (;;) {
      const item = this.#items.find((one) => one.state === 'waiting')
      if (!item) break
      this.#move(item.clientMessageId, 'attempt')
      const answer = await this.#ports.post(item)
      if (answer.kind === 'answered') {
        tries = 0
        this.#move(item.clientMessageId, 'kept')
      } else if (isPassing(answer)) {
        this.#move(item.clientMessageId, 'lost')
        await this.#ports.pace.pause(tries++, askedWaitMs(answer))
      } else if (answer.kind === 'refused') {
        const isAboutFiles = answer.code === INVALID_FIELDS && item.attachments.length > 0
        this.#move(item.clientMessageId, 'refused', isAboutFiles ? FILES_LOST : answer.code)
      }
    }
    this.#isSending = false
  }

  #move(clientMessageId: string, event: SendEvent, code?: string): void {
    const item = this.#items.find((one) => one.clientMessageId === clientMessageId)
    const state = item && nextState(item.state, event)
    if (item && state !== item.state) this.#replace({ ...item, state: state as SendState, code })
  }

  #replace(changed: Outgoing): void {
    if (changed.state === 'sent') this.#forget(changed.clientMessageId)
    else this.#keep(changed)
    this.#items = this.#items.map((item) => (item.clientMessageId === changed.clientMessageId ? changed : item))
    this.#ports.onChange(this.#items)
  }

  // Another tab of the same site writes to the same place: so read, change one message, write.
  #stored(): Outgoing[] {
    return this.#ports.memory.read(`queue:${this.#owner}`, isQueue) ?? []
  }

  #keep(item: Outgoing): void {
    const others = this.#stored().filter((one) => one.clientMessageId !== item.clientMessageId)
    const queue = [...others, item].sort((a, b) => Date.parse(a.sentAt) - Date.parse(b.sentAt))
    this.#ports.memory.write(`queue:${this.#owner}`, queue)
  }

  #forget(clientMessageId: string): void {
    const others = this.#stored().filter((one) => one.clientMessageId !== clientMessageId)
    if (others.length > 0) this.#ports.memory.write(`queue:${this.#owner}`, others)
    else this.#ports.memory.forget(`queue:${this.#owner}`)
  }
}
