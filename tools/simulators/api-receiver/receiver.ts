/**
 * Plays the program behind an API inbox: takes the desk's signed calls, checks the signature with code of its own, and
 * answers as it was told to. Keeps a log of every call, refused ones too, so that a test can compare what the desk
 * believes with what really arrived. A message id that it has accepted before is answered 200 and logged as a
 * duplicate, as the public contract asks of a receiver. Imports nothing of the server.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const TOLERANCE_S = 300
const BODY_BYTES_MAX = 64 * 1024 * 1024
const FLOOD_BYTES = 1024 * 1024

export type Behaviour =
  | { kind: 'accept' }
  /** Accepts the message, then breaks the connection without a word: the desk cannot know. */
  | { kind: 'acceptThenDrop' }
  /** Accepts the message and never answers. */
  | { kind: 'acceptThenHang' }
  /** Accepts, and answers with more bytes than anybody wants. */
  | { kind: 'acceptThenFlood' }
  | { kind: 'reject'; status: number }
  | { kind: 'throttle'; status: 429 | 503; retryAfter: string | null }
  | { kind: 'redirect'; location: string }
  /** Breaks the connection before it has read the body. */
  | { kind: 'drop' }

export interface LoggedCall {
  /** What the signature said of it: only `good` calls are ever accepted. */
  signature: 'good' | 'wrong' | 'stale' | 'absent'
  id: string | null
  body: unknown
  bytes: number
  answered: Behaviour['kind'] | 'unauthorised'
  isDuplicate: boolean
}

export interface ApiReceiver {
  readonly url: string
  /** Every call in the order in which it arrived. */
  readonly calls: LoggedCall[]
  /** Accepted messages by id, each once. */
  readonly accepted: Map<string, unknown>
  /** From now on. A list is used up one call each, its last entry stays. */
  behave(...behaviours: Behaviour[]): void
  stop(): Promise<void>
}

function checkSignature(request: IncomingMessage, raw: Buffer, secret: string): LoggedCall['signature'] {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': list } = request.headers
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof list !== 'string') return 'absent'
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_S) return 'stale'
  const mac = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
  const expected = mac.update(Buffer.concat([Buffer.from(`${id}.${timestamp}.`), raw])).digest()
  const isGood = list.split(' ').some((entry) => {
    const given = Buffer.from(entry.slice('v1,'.length), 'base64')
    return entry.startsWith('v1,') && given.length === expected.length && timingSafeEqual(given, expected)
  })
  return isGood ? 'good' : 'wrong'
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += chunk.length
    if (length > BODY_BYTES_MAX) throw new Error('The call is larger than the simulator takes.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parsed(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'))
  } catch {
    return null
  }
}

function answer(behaviour: Behaviour, response: ServerResponse): void {
  if (behaviour.kind === 'accept') response.writeHead(200).end('{}')
  if (behaviour.kind === 'acceptThenDrop' || behaviour.kind === 'drop') response.socket?.destroy()
  if (behaviour.kind === 'acceptThenFlood') response.writeHead(200).end('x'.repeat(FLOOD_BYTES))
  if (behaviour.kind === 'reject') response.writeHead(behaviour.status).end()
  if (behaviour.kind === 'redirect') response.writeHead(307, { location: behaviour.location }).end()
  if (behaviour.kind === 'throttle') {
    response.writeHead(behaviour.status, behaviour.retryAfter ? { 'retry-after': behaviour.retryAfter } : {}).end()
  }
}

export type ReceiverOptions = {
  readonly secret: string
  readonly port?: number
  /** Called when a message was accepted and nothing was answered yet; `port` is the caller's end of the connection. */
  readonly beforeAnswer?: (accepted: { readonly id: string; readonly body: unknown; readonly port: number }) => void
}

/** Starts on 127.0.0.1; port 0 picks a free one. */
export async function startApiReceiver(options: ReceiverOptions): Promise<ApiReceiver> {
  const calls: LoggedCall[] = []
  const accepted = new Map<string, unknown>()
  let plan: Behaviour[] = [{ kind: 'accept' }]

  const take = (): Behaviour => (plan.length > 1 ? plan.shift() : plan[0]) ?? { kind: 'accept' }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const behaviour = take()
    const id = typeof request.headers['webhook-id'] === 'string' ? request.headers['webhook-id'] : null
    const call: LoggedCall = { signature: 'absent', id, body: null, bytes: 0, answered: 'drop', isDuplicate: false }
    calls.push(call)
    if (behaviour.kind === 'drop') return answer(behaviour, response)
    const raw = await readBody(request)
    Object.assign(call, {
      signature: checkSignature(request, raw, options.secret),
      body: parsed(raw),
      bytes: raw.length,
    })
    if (call.signature !== 'good' || id === null) {
      call.answered = 'unauthorised'
      response.writeHead(401).end()
      return
    }
    call.answered = behaviour.kind
    call.isDuplicate = accepted.has(id)
    if (behaviour.kind.startsWith('accept')) {
      if (!call.isDuplicate) accepted.set(id, call.body)
      options.beforeAnswer?.({ id, body: call.body, port: request.socket.remotePort ?? 0 })
    }
    answer(behaviour, response)
  }

  const server = createServer((request, response) => {
    receive(request, response).catch(() => response.socket?.destroy())
  })
  await new Promise<void>((done) => server.listen(options.port ?? 0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    calls,
    accepted,
    behave: (...behaviours) => {
      plan = behaviours
    },
    stop: () => {
      server.closeAllConnections()
      return new Promise((done) => server.close(() => done()))
    },
  }
}
