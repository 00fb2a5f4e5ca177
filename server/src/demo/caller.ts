/**
 * One browser or program of the demo: calls contract endpoints on a desk inside this process, with cookies, CSRF token
 * and bearer token as the real ones have. Throws when an answer is not the promised one.
 */
import { createHmac } from 'node:crypto'
import type { BodyOf, Endpoint, ParamsOf, QueryOf, ReplyOf } from '@central-desk/contract/endpoint.ts'
import { getSession } from '@central-desk/contract/session.ts'
import type { FastifyInstance } from 'fastify'
import type { Origins } from '../kernel/web/origins.ts'

type CallOf<E extends Endpoint> = { params?: ParamsOf<E>; query?: QueryOf<E>; body?: BodyOf<E> }

export class Caller {
  bearer: string | null = null
  private readonly app: FastifyInstance
  private readonly origins: Origins
  private readonly cookies = new Map<string, string>()
  private csrfToken: string | null = null

  constructor(app: FastifyInstance, origins: Origins) {
    this.app = app
    this.origins = origins
  }

  async call<E extends Endpoint>(endpoint: E, { params, query, body }: CallOf<E>): Promise<ReplyOf<E>> {
    const names = (params ?? {}) as Record<string, string>
    const url = endpoint.path.replaceAll(/:(\w+)/g, (_match, name: string) => encodeURIComponent(names[name] ?? ''))
    const isUnsafeDesk = endpoint.method !== 'GET' && endpoint.origin === 'desk'
    if (isUnsafeDesk && !this.csrfToken) await this.call(getSession, {})
    const answer = await this.app.inject({
      method: endpoint.method,
      url,
      query: Object.fromEntries(Object.entries(query ?? {}).map(([name, value]) => [name, String(value)])),
      headers: {
        host: new URL(this.origins[endpoint.origin]).host,
        ...(isUnsafeDesk ? { 'x-csrf-token': this.csrfToken ?? '' } : {}),
        ...(this.bearer ? { authorization: `Bearer ${this.bearer}` } : {}),
      },
      cookies: Object.fromEntries(this.cookies),
      ...(endpoint.bodyKind === 'json' ? { payload: (body ?? {}) as object } : {}),
    })
    if (answer.statusCode !== endpoint.status) {
      throw new Error(`the demo's ${endpoint.name} was answered ${answer.statusCode}: ${answer.body}`)
    }
    for (const cookie of answer.cookies) this.cookies.set(cookie.name, cookie.value)
    const reply = answer.body ? (answer.json() as ReplyOf<E> & { csrfToken?: string }) : ({} as ReplyOf<E>)
    const { csrfToken } = reply as { csrfToken?: string }
    if (csrfToken) this.csrfToken = csrfToken
    return reply
  }

  /** A signed call to an API inbox, as Standard Webhooks spells it. */
  async postSigned(inbox: { key: string; signingSecret: string }, body: string, id: string, now: Date): Promise<void> {
    const time_s = Math.floor(now.getTime() / 1000)
    const key = Buffer.from(inbox.signingSecret.replace(/^whsec_/, ''), 'base64')
    const signature = createHmac('sha256', key).update(`${id}.${time_s}.${body}`).digest('base64')
    const answer = await this.app.inject({
      method: 'POST',
      url: `/hooks/api/${inbox.key}`,
      headers: {
        host: new URL(this.origins.desk).host,
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(time_s),
        'webhook-signature': `v1,${signature}`,
      },
      payload: body,
    })
    if (answer.statusCode !== 200) throw new Error(`the demo's hook was answered ${answer.statusCode}: ${answer.body}`)
  }
}
