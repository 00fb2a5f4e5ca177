/**
 * What a browser does on the network, for tests: cookies, the CSRF token, JSON in and out, and calls of contract
 * endpoints by name. Never throws for a status: a test looks at it.
 */
import { request as httpRequest } from 'node:http'
import type { Endpoint } from '@central-desk/contract/endpoint.ts'

export type Answer = {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly text: string
  readonly bytes: Buffer
  /** Parsed body; undefined when it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any
}

export type CallOptions = {
  readonly params?: Record<string, string>
  readonly query?: Record<string, string | number | boolean>
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

const HOSTS = {
  desk: 'localhost',
  widget: 'widget.localhost',
  files: 'files.localhost',
  demo: 'demo.localhost',
} as const

export class Client {
  readonly port: number
  readonly cookies = new Map<string, string>()
  csrfToken: string | null = null
  bearer: string | null = null
  /** The address this client seems to come from, on a desk that trusts forwarding. */
  network: string | null = null

  constructor(port: number) {
    this.port = port
  }

  /** One raw exchange on 127.0.0.1 with the Host of an origin. */
  raw(
    method: string,
    path: string,
    options: { origin?: keyof typeof HOSTS; headers?: Record<string, string>; body?: string | Buffer } = {},
  ): Promise<Answer> {
    const headers: Record<string, string> = { host: `${HOSTS[options.origin ?? 'desk']}:${this.port}` }
    if (this.cookies.size > 0) headers.cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    if (this.network) headers['x-forwarded-for'] = this.network
    Object.assign(headers, options.headers)
    if (options.body !== undefined) headers['content-length'] = String(Buffer.byteLength(options.body))
    return new Promise((resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port: this.port, method, path, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          this.keepCookies(response.headers['set-cookie'] ?? [])
          const bytes = Buffer.concat(chunks)
          const text = bytes.toString('utf8')
          const isJson = /json/.test(response.headers['content-type'] ?? '')
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            bytes,
            body: isJson && text ? JSON.parse(text) : undefined,
          })
        })
      })
      request.on('error', reject)
      request.end(options.body)
    })
  }

  private keepCookies(list: string[]): void {
    for (const cookie of list) {
      const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim())
      const at = pair.indexOf('=')
      const gone = attributes.some((attribute) => attribute.toLowerCase() === 'max-age=0')
      if (gone) this.cookies.delete(pair.slice(0, at))
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
  }

  /** Calls a contract endpoint: path, query, body, token. */
  async call(endpoint: Endpoint, options: CallOptions = {}): Promise<Answer> {
    const path = endpoint.path.replaceAll(/:(\w+)/g, (_match, name: string) =>
      encodeURIComponent(options.params?.[name] ?? `missing-${name}`),
    )
    const query = new URLSearchParams(Object.entries(options.query ?? {}).map(([name, value]) => [name, String(value)]))
    const headers: Record<string, string> = {}
    let body: string | Buffer | undefined
    if (endpoint.bodyKind === 'json') {
      headers['content-type'] = 'application/json'
      body = JSON.stringify(options.body ?? {})
    } else if (endpoint.bodyKind === 'bytes') {
      headers['content-type'] = 'application/octet-stream'
      body = options.body as Buffer
    }
    if (this.bearer) headers.authorization = `Bearer ${this.bearer}`
    if (endpoint.method !== 'GET' && endpoint.origin === 'desk') headers['x-csrf-token'] = await this.token()
    Object.assign(headers, options.headers)
    const search = query.size > 0 ? `?${query}` : ''
    const answer = await this.raw(endpoint.method, `${path}${search}`, { origin: endpoint.origin, headers, body })
    // Signing in or changing the password changes what the token is bound to.
    if (answer.body?.csrfToken) this.csrfToken = answer.body.csrfToken
    return answer
  }

  async token(): Promise<string> {
    if (!this.csrfToken) {
      const { body } = await this.raw('GET', '/api/v1/session')
      this.csrfToken = body?.csrfToken ?? ''
    }
    return this.csrfToken ?? ''
  }
}
