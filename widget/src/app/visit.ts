/**
 * Who the visitor is to the server. An anonymous visit is kept in this browser by its token; an identified one lives
 * only as long as the page and is proven anew by the host's JWT each time, so that the next person at a shared
 * computer does not inherit it. A refused token begins a new visit; a refused JWT leaves the visitor anonymous.
 */
import type { VisitorSession } from '@central-desk/contract/widget.ts'
import { type Answer, call, type Fetch, withToken } from './call.ts'
import type { Memory } from './memory.ts'

export interface Visit extends Omit<VisitorSession, 'token'> {
  token: string
}

type KeptVisit = Pick<Visit, 'token' | 'visitorId'>
function isKeptVisit(value: unknown): value is KeptVisit {
  const { token, visitorId } = Object(value)
  return typeof token === 'string' && typeof visitorId === 'string'
}

const NOT_SIGNED_IN = 401
/** Refusals that are about the token or the JWT, not about the inbox or the moment. */
const CREDENTIAL_REFUSED = [400, 401, 410, 422]

export interface VisitPorts {
  api: string
  fetch: Fetch
  memory: Memory
  /** The server knows us as another visitor than before: thread and files of the one before are out of reach. */
  onNewVisitor: () => void
}

export class VisitKeeper {
  readonly #ports: VisitPorts
  #identity = ''
  #visit: Visit | null = null
  #visitorId: string | null = null
  #opening: Promise<Answer<Visit>> | null = null

  constructor(ports: VisitPorts) {
    this.#ports = ports
  }

  /** Takes another identity (empty: none); the visit that runs is over. */
  identify(identity: string): void {
    this.#identity = identity
    this.#visit = null
    this.#visitorId = null
    this.#opening = null
  }

  /** The visit that runs, or a new one; callers at the same time share one request. */
  open(): Promise<Answer<Visit>> {
    if (this.#visit) return Promise.resolve({ kind: 'answered', value: this.#visit })
    if (this.#opening) return this.#opening
    const opening = this.#begin().finally(() => {
      if (this.#opening === opening) this.#opening = null
    })
    this.#opening = opening
    return opening
  }

  /** Runs a call under the visit's token; when that is refused, once more under a new visit. */
  async authorised<T>(run: (token: string) => Promise<Answer<T>>): Promise<Answer<T>> {
    const opened = await this.open()
    if (opened.kind !== 'answered') return opened
    const answer = await run(opened.value.token)
    if (answer.kind !== 'refused' || answer.status !== NOT_SIGNED_IN) return answer
    this.reject(opened.value.token)
    const renewed = await this.open()
    return renewed.kind === 'answered' ? run(renewed.value.token) : renewed
  }

  /** A GET, or a POST when there is a body, under the visit's token. */
  request<T>(path: string, body?: unknown): Promise<Answer<T>> {
    return this.authorised((token) => this.#call<T>(path, body, withToken(token)))
  }

  /** The server refused this token: it is forgotten, unless a newer one is in use already. */
  reject(token: string): void {
    if (this.#visit?.token !== token) return
    if (!this.#visit.isIdentified) this.#ports.memory.forget('visit')
    this.#visit = null
  }

  async #begin(): Promise<Answer<Visit>> {
    const identity = this.#identity
    const kept = identity ? null : this.#ports.memory.read('visit', isKeptVisit)
    if (kept) this.#visitorId ??= kept.visitorId
    const proof = identity ? { identity } : kept ? { token: kept.token } : {}
    const answer = await this.#call<VisitorSession>('/sessions', proof)
    // Identified anew while we asked: this answer belongs to nobody any more.
    if (identity !== this.#identity) return this.#begin()
    if (answer.kind === 'answered') return { kind: 'answered', value: this.#settle(answer.value, kept) }
    const isOver = answer.kind === 'refused' && CREDENTIAL_REFUSED.includes(answer.status)
    if (!isOver || (!identity && !kept)) return answer
    if (identity) this.#identity = ''
    else this.#ports.memory.forget('visit')
    return this.#begin()
  }

  #settle({ token, ...session }: VisitorSession, kept: KeptVisit | null): Visit {
    const visit: Visit = { ...session, token: token ?? kept?.token ?? '' }
    const before = this.#visitorId
    this.#visit = visit
    this.#visitorId = visit.visitorId
    const { visitorId } = visit
    if (!visit.isIdentified) this.#ports.memory.write('visit', { token: visit.token, visitorId })
    if (before && before !== visitorId) this.#ports.onNewVisitor()
    return visit
  }

  #call<T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    const { api, fetch } = this.#ports
    if (body === undefined) return call(fetch, api + path, { headers })
    const json = { ...headers, 'content-type': 'application/json' }
    return call(fetch, api + path, { method: 'POST', body: JSON.stringify(body), headers: json })
  }
}
