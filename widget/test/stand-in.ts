/**
 * A small server that stands in for the desk, for the browser tests of the widget: it answers contract/src/widget.ts,
 * with every body checked against the contract, and sends the headers the real one promises. It routes by Host like
 * the real one (widget, files, shop, demo and a stranger), keeps everything in memory, and can be told to fail.
 */
import { randomUUID } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Attachment } from '@central-desk/contract/conversations.ts'
import { ERRORS, type ErrorCode } from '@central-desk/contract/errors.ts'
import { encodeId } from '@central-desk/contract/ids.ts'
import { sendVisitorMessage, startVisitorSession, type VisitorMessage } from '@central-desk/contract/widget.ts'
import { Value } from 'typebox/value'

/** A JWT that the stand-in refuses. */
export const WRONG_PROOF = `x.${Buffer.from('{"sub":"refused"}').toString('base64url')}.y`
export const INBOX_KEY = 'shaplacraftswebchat1'
const STOREFRONT = fileURLToPath(new URL('../storefront', import.meta.url))
const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** All visits of an identified person share one. */
interface Thread {
  messages: VisitorMessage[]
  streams: Set<ServerResponse>
}
interface Visitor {
  id: string
  name: string | null
  thread: Thread
}

type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void> | void

export interface Host {
  language?: string
  attributes?: string
  body?: string
}

export class StandIn {
  readonly requests: { host: string; method: string; path: string }[] = []
  /** Bodies of session calls and of messages, in the order they came. */
  readonly sessions: Record<string, unknown>[] = []
  readonly posted: Record<string, unknown>[] = []
  readonly uploads: { fileName: string; byteSize: number }[] = []
  /** While set, the API answers nothing: the socket is cut. */
  isDown = false
  /** While set, every JWT has run out. */
  isProofOver = false
  /** While set, no inbox is known. */
  isGone = false
  /** How many messages are kept whose answer is then cut off. */
  loseAnswers = 0
  /** Code of the refusal that every message meets, or null. */
  refusal: ErrorCode | null = null
  /** What stands on the shop's page. */
  hostPage: Host = {}
  colour = '#0b6b62'
  greeting = ''
  readonly #dist: string
  readonly #tokens = new Map<string, Visitor>()
  readonly #people = new Map<string, Thread>()
  readonly #files = new Map<string, { type: string; bytes: Buffer }>()
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  #number = 0

  constructor(dist: string) {
    this.#dist = dist
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
  }
  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
  /** Where a test that is no browser calls the widget's origin. */
  address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }
  origin(name: 'widget' | 'files' | 'shop' | 'demo' | 'stranger'): string {
    return `http://${name}.localhost:${(this.#server.address() as AddressInfo).port}`
  }

  /** An agent writes to every visitor. */
  say(text: string, options: { authorName?: string; attachments?: Attachment[] } = {}): void {
    for (const thread of this.#threads()) {
      this.#append(thread, {
        from: 'desk',
        authorName: options.authorName ?? 'Nusrat',
        text,
        attachments: options.attachments ?? [],
        sentAt: new Date().toISOString(),
        clientMessageId: null,
      })
    }
  }
  /** Makes a file that messages can carry. */
  file(fileName: string, mediaType: string, bytes: Buffer, size: { width: number; height: number } | null): Attachment {
    const id = encodeId('attachment', randomUUID())
    this.#files.set(id, { type: mediaType, bytes })
    const { width, height } = size ?? { width: null, height: null }
    return { id, fileName, mediaType, byteSize: bytes.length, width, height, url: `${this.origin('files')}/a/${id}` }
  }
  forgetTokens(): void {
    this.cutStreams()
    this.#tokens.clear()
  }
  cutStreams(): void {
    for (const { streams } of this.#threads()) for (const stream of streams) stream.destroy()
  }
  tokens(): string[] {
    return [...this.#tokens.keys()]
  }
  streamCount(): number {
    return this.#threads().reduce((sum, { streams }) => sum + streams.size, 0)
  }
  /** Texts of all threads that somebody has a token for. */
  threads(): string[][] {
    return this.#threads().map(({ messages }) => messages.map(({ text }) => text))
  }

  #threads(): Thread[] {
    return [...new Set([...this.#tokens.values()].map(({ thread }) => thread))]
  }

  #append(thread: Thread, message: Omit<VisitorMessage, 'id' | 'number'>): void {
    this.#number += 1
    const whole = { ...message, id: encodeId('message', randomUUID()), number: this.#number }
    thread.messages.push(whole)
    for (const stream of thread.streams) stream.write(frameOf(whole))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    // A program that is no browser cannot resolve names under `localhost`, and comes by number.
    const [host = ''] = url.hostname.replace('127.0.0.1', 'widget').split('.')
    this.requests.push({ host, method: request.method ?? '', path: url.pathname })
    const routes: Record<string, Route> = {
      widget: (...all) => this.#widget(...all),
      files: (_, response, url) => this.#file(response, url),
      shop: (_, response) => this.#shop(response),
      stranger: (_, response) => this.#stranger(response),
      demo: (_, response, url) => this.#demo(response, url),
    }
    try {
      const route = routes[host]
      if (!route) return refuse(response, 'not_found')
      await route(request, response, url)
    } catch (error) {
      response.destroy(error as Error)
    }
  }

  #widget(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> | void {
    if (url.pathname === '/widget.js') return sendFile(response, join(this.#dist, 'loader.js'))
    if (url.pathname.startsWith('/widget-assets/')) return sendFile(response, join(this.#dist, url.pathname))
    if (url.pathname === `/widget/${INBOX_KEY}`) {
      const nonce = randomUUID()
      response.setHeader(
        'content-security-policy',
        [
          `default-src 'none'`,
          `script-src 'nonce-${nonce}' 'strict-dynamic'`,
          `style-src 'self' 'nonce-${nonce}'`,
          `img-src 'self' blob: ${this.origin('files')}`,
          `connect-src 'self'`,
          `base-uri 'none'`,
          `form-action 'none'`,
          `frame-ancestors ${this.origin('shop')} ${this.origin('demo')}`,
          `require-trusted-types-for 'script'`,
          `trusted-types 'none'`,
        ].join('; '),
      )
      return sendPage(response, template(join(this.#dist, 'index.html'), { __NONCE__: nonce }))
    }
    const api = `/widget/api/${INBOX_KEY}/`
    if (!url.pathname.startsWith(api)) return refuse(response, 'not_found')
    if (this.isDown) return void response.destroy()
    return this.#api(request, response, url, url.pathname.slice(api.length))
  }

  async #api(request: IncomingMessage, response: ServerResponse, url: URL, what: string): Promise<void> {
    if (this.isGone) return refuse(response, 'not_found')
    if (what === 'sessions') return this.#session(request, response)
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const visitor = this.#tokens.get(token)
    if (!visitor) return refuse(response, 'not_signed_in')
    if (what === 'messages' && request.method === 'GET') return this.#list(response, url, visitor)
    if (what === 'messages') return this.#post(request, response, visitor)
    if (what === 'attachments') {
      const fileName = url.searchParams.get('fileName') ?? ''
      const bytes = await bodyOf(request)
      this.uploads.push({ fileName, byteSize: bytes.length })
      const isImage = /\.png$/i.test(fileName)
      const type = isImage ? 'image/png' : 'application/octet-stream'
      const size = isImage ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) } : null
      return sendJson(response, 201, this.file(fileName, type, bytes, size))
    }
    if (what === 'events') return this.#stream(response, url, visitor)
    refuse(response, 'not_found')
  }

  async #session(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse((await bodyOf(request)).toString()) as { token?: string; identity?: string }
    if (!Value.Check(startVisitorSession.body, body)) return refuse(response, 'invalid_fields')
    this.sessions.push(body)
    const known = body.token ? this.#tokens.get(body.token) : undefined
    if (body.token && !known) return refuse(response, 'not_signed_in')
    const { identity } = body
    // The stand-in verifies no signature; one JWT stands for all that are wrong.
    if (identity && (this.isProofOver || identity === WRONG_PROOF)) return refuse(response, 'bad_signature')
    const name = identity ? 'Mitu Akter' : null
    const thread = (identity && this.#people.get(identity)) || { messages: [], streams: new Set() }
    if (identity) this.#people.set(identity, thread)
    const fresh: Visitor = { id: encodeId('visitor', randomUUID()), name, thread }
    const visitor = known ?? fresh
    const token = known ? null : randomUUID()
    if (token) this.#tokens.set(token, visitor)
    sendJson(response, 201, {
      visitorId: visitor.id,
      token,
      isIdentified: visitor.name !== null,
      name: visitor.name,
      inbox: { name: 'Shapla Crafts', colour: this.colour, greeting: this.greeting },
    })
  }

  #list(response: ServerResponse, url: URL, visitor: Visitor): void {
    const PAGE = 50
    const after = Number(url.searchParams.get('after') ?? -1)
    const before = Number(url.searchParams.get('before') ?? Number.MAX_SAFE_INTEGER)
    const found = visitor.thread.messages.filter(({ number }) => number > after && number < before)
    const page = url.searchParams.has('after') ? found.slice(0, PAGE) : found.slice(-PAGE)
    sendJson(response, 200, { messages: page, hasMore: page.length < found.length })
  }

  async #post(request: IncomingMessage, response: ServerResponse, visitor: Visitor): Promise<void> {
    const body = JSON.parse((await bodyOf(request)).toString())
    if (!Value.Check(sendVisitorMessage.body, body)) return refuse(response, 'invalid_fields')
    this.posted.push(body)
    if (this.refusal) return refuse(response, this.refusal)
    if (this.loseAnswers > 0) {
      this.loseAnswers -= 1
      response.destroy()
    } else sendJson(response, 202, { isKept: true })
    if (visitor.thread.messages.some((message) => message.clientMessageId === body.clientMessageId)) return
    const attachments = body.attachmentIds.map((id) => {
      const file = this.#files.get(id)
      return this.file('file.png', file?.type ?? '', file?.bytes ?? Buffer.alloc(0), { width: 8, height: 8 })
    })
    const { text, sentAt, clientMessageId } = body
    this.#append(visitor.thread, { from: 'visitor', authorName: null, text, attachments, sentAt, clientMessageId })
  }

  #stream(response: ServerResponse, url: URL, visitor: Visitor): void {
    const after = Number(url.searchParams.get('after') ?? 0)
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write('event: ready\ndata: {}\n\n: still here\n\n')
    for (const message of visitor.thread.messages) if (message.number > after) response.write(frameOf(message))
    visitor.thread.streams.add(response)
    response.on('close', () => visitor.thread.streams.delete(response))
  }

  #file(response: ServerResponse, url: URL): void {
    const file = this.#files.get(url.pathname.slice('/a/'.length))
    if (!file) {
      refuse(response, 'not_found')
      return
    }
    response.writeHead(200, {
      'content-type': file.type,
      'cross-origin-resource-policy': 'cross-origin',
      'content-security-policy': 'sandbox',
    })
    response.end(file.bytes)
  }

  /** A host page that allows as little as a host page can, and keeps a foreign frame. */
  #shop(response: ServerResponse): void {
    const { language = 'en', attributes = '', body = '<h1>A shop</h1><p>Things to buy.</p>' } = this.hostPage
    response.setHeader(
      'content-security-policy',
      [
        `default-src 'none'`,
        `script-src ${this.origin('widget')}`,
        `frame-src ${this.origin('widget')} ${this.origin('stranger')}`,
        `base-uri 'none'`,
        `require-trusted-types-for 'script'`,
        `trusted-types 'none'`,
      ].join('; '),
    )
    const source = `${this.origin('widget')}/widget.js`
    const snippet = `<script src="${source}" data-inbox="${INBOX_KEY}" ${attributes} async></script>`
    const head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A shop</title>'
    sendPage(
      response,
      `<!doctype html><html lang="${language}"><head>${head}</head>` +
        `<body><main>${body}</main>${snippet}</body></html>`,
    )
  }

  #stranger(response: ServerResponse): void {
    sendPage(response, '<!doctype html><html lang="en"><title>A stranger</title><p>Hello</p></html>')
  }

  #demo(response: ServerResponse, url: URL): void {
    const page = { '/': 'index.html', '/bn': 'bn.html' }[url.pathname]
    if (!page) {
      sendFile(response, join(STOREFRONT, url.pathname.replace('/storefront-assets/', '')))
      return
    }
    const nonce = randomUUID()
    response.setHeader(
      'content-security-policy',
      [
        `default-src 'none'`,
        `script-src 'nonce-${nonce}'`,
        `style-src 'self'`,
        `img-src 'self'`,
        `frame-src ${this.origin('widget')}`,
        `base-uri 'none'`,
        `form-action 'none'`,
        `require-trusted-types-for 'script'`,
        `trusted-types 'none'`,
      ].join('; '),
    )
    const words = { __NONCE__: nonce, __WIDGET_ORIGIN__: this.origin('widget'), __INBOX_KEY__: INBOX_KEY }
    sendPage(response, template(join(STOREFRONT, page), words))
  }
}

function frameOf(message: VisitorMessage): string {
  return `event: message\ndata: ${JSON.stringify(message)}\n\n`
}

function template(file: string, words: Record<string, string>): string {
  return Object.entries(words).reduce((page, [word, value]) => page.replaceAll(word, value), readFileSync(file, 'utf8'))
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

function sendPage(response: ServerResponse, page: string): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'x-content-type-options': 'nosniff' })
  response.end(page)
}

function sendFile(response: ServerResponse, file: string): void {
  if (!existsSync(file)) {
    refuse(response, 'not_found')
    return
  }
  const type = TYPES[extname(file)] ?? 'application/octet-stream'
  response.writeHead(200, { 'content-type': type, 'x-content-type-options': 'nosniff' })
  createReadStream(file).pipe(response)
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

function refuse(response: ServerResponse, code: ErrorCode): void {
  const { status, title } = ERRORS[code]
  response.writeHead(status, { 'content-type': 'application/problem+json' })
  response.end(JSON.stringify({ type: `about:blank`, title, status, code, requestId: 'stand-in' }))
}
