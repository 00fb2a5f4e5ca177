/**
 * One who calls a desk over HTTP as a browser or a program does: keeps cookies, asks for the CSRF token as the page
 * does, sends JSON. Never throws for a status. Names under `localhost` are reached on this machine whatever its
 * resolver says. Answers are read to a limit, redirects are not followed.
 */
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'

export type OriginName = 'desk' | 'widget' | 'files' | 'demo'
export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** Parsed JSON; undefined when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: probes look into answers of every shape
  readonly body: any
}
export type Call = {
  readonly origin?: OriginName
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON unless it is text or bytes. */
  readonly body?: unknown
}

const ANSWER_BYTES_MAX = 8 * 1024 * 1024
/** Long, for a machine that has much else to do. */
const TIMEOUT_MS = 60_000

export class Caller {
  readonly cookies = new Map<string, string>()
  /** Sent as `authorization: Bearer …` when there is one. */
  bearer: string | null = null
  /** A certificate to trust besides the public ones, as PEM. */
  trusts: string | undefined
  private token: string | null = null
  private readonly addressOf: (origin: OriginName) => string

  constructor(addressOf: (origin: OriginName) => string) {
    this.addressOf = addressOf
  }

  /** Exactly what is asked for: no token is added. */
  async raw(method: string, path: string, call: Call = {}): Promise<Answer> {
    const isRaw = typeof call.body === 'string' || Buffer.isBuffer(call.body)
    const body = call.body === undefined ? null : isRaw ? (call.body as string | Buffer) : JSON.stringify(call.body)
    const headers: Record<string, string> = {}
    if (this.cookies.size > 0) headers.cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ')
    if (this.bearer) headers.authorization = `Bearer ${this.bearer}`
    if (body !== null) headers['content-length'] = String(Buffer.byteLength(body))
    if (body !== null && !isRaw) headers['content-type'] = 'application/json'
    const response = await this.exchange(method, path, call, headers, body)
    this.keepCookies(response.headers['set-cookie'] ?? [])
    const text = await textOf(response)
    const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== ''
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : undefined,
    }
  }

  /** As the desk's own page calls: with the CSRF token of this session on everything that changes something. */
  async call(method: string, path: string, call: Call = {}): Promise<Answer> {
    const isUnsafe = method !== 'GET' && (call.origin ?? 'desk') === 'desk'
    const headers = isUnsafe ? { 'x-csrf-token': await this.csrfToken(), ...call.headers } : call.headers
    const answer = await this.raw(method, path, { ...call, headers })
    if (answer.body?.csrfToken) this.token = answer.body.csrfToken
    return answer
  }

  /** The token of a session that changed. */
  adopt(token: string | undefined): void {
    this.token = token ?? null
  }

  async csrfToken(): Promise<string> {
    this.token ??= (await this.raw('GET', '/api/v1/session')).body?.csrfToken ?? ''
    return this.token ?? ''
  }

  private exchange(
    method: string,
    path: string,
    call: Call,
    headers: Record<string, string>,
    body: string | Buffer | null,
  ): Promise<IncomingMessage> {
    const origin = new URL(this.addressOf(call.origin ?? 'desk'))
    const isLocal = origin.hostname === 'localhost' || origin.hostname.endsWith('.localhost')
    const send = origin.protocol === 'https:' ? tlsRequest : plainRequest
    const options = {
      host: isLocal ? '127.0.0.1' : origin.hostname,
      servername: origin.hostname,
      ca: this.trusts,
      port: origin.port || undefined,
      method,
      path,
      headers: { host: origin.host, ...headers, ...call.headers },
      timeout: TIMEOUT_MS,
    }
    return new Promise((resolve, reject) => {
      const request = send(options, resolve)
      request.on('timeout', () => request.destroy(new Error('no answer in time')))
      request.on('error', reject)
      request.end(body ?? undefined)
    })
  }

  private keepCookies(list: readonly string[]): void {
    for (const cookie of list) {
      const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim())
      const at = pair.indexOf('=')
      if (attributes.some((attribute) => attribute.toLowerCase() === 'max-age=0'))
        this.cookies.delete(pair.slice(0, at))
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > ANSWER_BYTES_MAX) throw new Error('an answer was longer than a probe reads')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
