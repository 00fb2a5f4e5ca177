/**
 * A visitor's browser as the widget room meets it: a session, the thread, files, and the stream read frame by frame.
 * JWTs are signed here with code of its own.
 */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { type ClientRequest, request as httpRequest } from 'node:http'
import {
  listVisitorMessages,
  sendVisitorMessage,
  startVisitorSession,
  uploadVisitorAttachment,
  type VisitorMessage,
} from '@central-desk/contract/widget.ts'
import type { Answer, Client } from './client.ts'
import type { TestDesk } from './desk.ts'
import { newClientId, until } from './stage.ts'

export type Seen = VisitorMessage

/** HS256 over the claims, as a site's own program would sign them. */
export function signJwt(secret: string, claims: object, head: object = { alg: 'HS256', typ: 'JWT' }): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part(head)}.${part(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

export class Visitor {
  readonly desk: TestDesk
  readonly key: string
  readonly client: Client

  constructor(desk: TestDesk, key: string) {
    this.desk = desk
    this.key = key
    this.client = desk.client()
  }

  /** One who has begun a visit. */
  static async come(desk: TestDesk, key: string, proof: { identity?: string } = {}): Promise<Visitor> {
    const visitor = new Visitor(desk, key)
    const answer = await visitor.start(proof)
    assert.equal(answer.status, 201, answer.text)
    return visitor
  }

  async start(proof: { token?: string; identity?: string } = {}): Promise<Answer> {
    const answer = await this.client.call(startVisitorSession, { params: { inboxKey: this.key }, body: proof })
    if (answer.body?.token) this.client.bearer = answer.body.token
    return answer
  }

  list(query: { after?: number; before?: number } = {}): Promise<Answer> {
    return this.client.call(listVisitorMessages, { params: { inboxKey: this.key }, query })
  }

  write(text: string, given: object = {}): Promise<Answer> {
    const sentAt = this.desk.clock.now().toISOString()
    const body = { clientMessageId: newClientId(), text, attachmentIds: [], sentAt, ...given }
    return this.client.call(sendVisitorMessage, { params: { inboxKey: this.key }, body })
  }

  upload(fileName: string, bytes: Buffer): Promise<Answer> {
    const options = { params: { inboxKey: this.key }, query: { fileName }, body: bytes }
    return this.client.call(uploadVisitorAttachment, options)
  }

  /** Waits until the thread holds so many messages, and gives them. */
  thread(count: number): Promise<Seen[]> {
    return until(async () => {
      const { body } = await this.list()
      return body.messages.length >= count ? body.messages : null
    }, `${count} messages`)
  }

  follow(after?: number, on: TestDesk = this.desk): VisitorStream {
    return new VisitorStream(on.port, this.key, this.client.bearer ?? '', after)
  }
}

export type Frame = { readonly event: string; readonly data: unknown }

/** Reads a stream until it is closed, by the test or by the desk. */
export class VisitorStream {
  readonly frames: Frame[] = []
  status = 0
  isEnded = false
  readonly #request: ClientRequest

  constructor(port: number, key: string, token: string, after: number | undefined) {
    const query = after === undefined ? '' : `?after=${after}`
    const path = `/widget/api/${key}/events${query}`
    const headers = { host: `widget.localhost:${port}`, authorization: `Bearer ${token}` }
    this.#request = httpRequest({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      this.status = response.statusCode ?? 0
      let rest = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        const blocks = (rest + text).split('\n\n')
        rest = blocks.pop() ?? ''
        for (const block of blocks) this.#take(block)
      })
      response.on('close', () => {
        this.isEnded = true
      })
    })
    this.#request.on('error', () => {
      this.isEnded = true
    })
    this.#request.end()
  }

  #take(block: string): void {
    const line = (name: string) => block.split('\n').find((text) => text.startsWith(`${name}: `))
    const event = line('event')?.slice('event: '.length)
    if (event) this.frames.push({ event, data: JSON.parse(line('data')?.slice('data: '.length) ?? 'null') })
  }

  get messages(): Seen[] {
    return this.frames.filter(({ event }) => event === 'message').map(({ data }) => data as Seen)
  }

  get isReady(): boolean {
    return this.frames.some(({ event }) => event === 'ready')
  }

  async ready(): Promise<this> {
    await until(async () => (this.isReady || this.isEnded ? true : null), 'the stream to be ready')
    return this
  }

  heard(count: number): Promise<Seen[]> {
    return until(async () => (this.messages.length >= count ? this.messages : null), `${count} messages on the stream`)
  }

  ended(): Promise<true> {
    return until(async () => (this.isEnded ? true : null), 'the stream to end')
  }

  close(): void {
    this.#request.destroy()
  }
}
