/**
 * A route is a contract plus one call. Everything around the call is here, in one order, and cannot be left out:
 * origin, rate limit, session, CSRF, membership and permission read afresh, parsing, validation, ids, the transaction
 * (READ ONLY for GET), the promised audit entry. Rooms mount their endpoints with the function that fits the access;
 * `app.ts` refuses to boot when an endpoint of the contract is mounted by nobody, or a route came in another way.
 */
import { isIP } from 'node:net'
import type { Endpoint, ParamsOf, QueryOf, BodyOf, ReplyOf } from '@central-desk/contract/endpoint.ts'
import { decodeId } from '@central-desk/contract/ids.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { PERMISSIONS, type Permission, type Role, roleMay } from '@central-desk/contract/permissions.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { assert } from '../assert.ts'
import type { Clock } from '../clock.ts'
import type { Denials } from '../denials.ts'
import { type BudgetName, type Limiter, networkOf } from '../rate-limit.ts'
import { refuse } from '../refusal.ts'
import type { Disk } from '../disk.ts'
import type { Actor, CallOrigin, Doors, WorkspaceTx } from '../scope.ts'
import type { CookieCarrier } from './cookies.ts'
import type { Csrf } from './csrf.ts'
import { validatorCompiler } from './validation.ts'
import { idTranslator } from './wire-ids.ts'

/** A live session, as the identity room found it. `cookieToken` is what CSRF tokens are bound to. */
export type LiveSession = { readonly sessionId: string; readonly userId: string; readonly cookieToken: string }
export type LiveMember = { readonly memberId: string; readonly role: Role }
export type LiveVisitor = {
  readonly visitorId: string
  readonly workspaceId: string
  readonly inboxId: string
}

/** What the identity room does for routes. Every call reads the database afresh. */
export interface Authenticator {
  session(request: CookieCarrier): Promise<LiveSession | null>
  /** The pre-session token of a visit before sign-in. */
  visitToken(request: FastifyRequest): string | null
  /** Moves the idle clock: called for what a person did, not for polling. */
  touch(session: LiveSession): Promise<void>
  /** Refuses where the workspace asks for a second factor and this session never proved one. */
  membership(session: LiveSession, workspaceId: string): Promise<LiveMember | null>
}
/** What the widget room does for routes. */
export interface VisitorAuthenticator {
  visitor(inboxKey: string, token: string): Promise<LiveVisitor | null>
}

export type WebParts = {
  readonly doors: Doors
  readonly limiter: Limiter
  readonly csrf: Csrf
  readonly denials: Denials
  readonly clock: Clock
  readonly disk: Disk
  readonly authenticator: Authenticator
  readonly visitors: VisitorAuthenticator
}

export type RouteRules = {
  readonly limit: BudgetName
  /** Audit action that the transaction must leave behind. */
  readonly audit?: string
  /** Bytes; a JSON body is never larger than `LIMITS.jsonBodyBytes`. */
  readonly bodyBytes?: number
  /** Screens call it by themselves, so it is no sign of a person and keeps no session alive. */
  readonly isAutomatic?: true
}

export type CsrfRule = 'none: reads only' | 'session token' | 'visit token' | 'bearer token' | 'signature'
export type MountedRoute = { readonly endpoint: Endpoint; readonly rules: RouteRules; readonly csrf: CsrfRule }

export type Call<E extends Endpoint> = {
  readonly params: ParamsOf<E>
  readonly query: QueryOf<E>
  readonly body: BodyOf<E>
  readonly origin: CallOrigin
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}
export type UserCall<E extends Endpoint> = Call<E> & { readonly session: LiveSession }
export type MemberCall<E extends Endpoint> = UserCall<E> & {
  readonly workspaceId: string
  readonly actor: Extract<Actor, { kind: 'member' }>
  /** Opens this call's transaction: its workspace, its actor, its promised audit entry; READ ONLY for GET. */
  inWorkspace<T>(work: (tx: WorkspaceTx) => Promise<T>): Promise<T>
}
export type VisitorCall<E extends Endpoint> = Call<E> & { readonly visitor: LiveVisitor }

// biome-ignore lint/suspicious/noConfusingVoidType: a 204, a stream or a file answers nothing
type Reply<E extends Endpoint> = Promise<Loose<ReplyOf<E>> | void>
/** Replies may hold Dates where the wire has ISO text. */
type Loose<T> = T extends string
  ? T | Date
  : T extends readonly (infer I)[]
    ? readonly Loose<I>[]
    : T extends object
      ? { [K in keyof T]: Loose<T[K]> }
      : T

const SAFE = new Set(['GET', 'HEAD'])
const PERMISSION_NAMES: ReadonlySet<string> = new Set(PERMISSIONS)
const USER_AGENT_MAX = 300

export type Routes = ReturnType<typeof createRoutes>

export function createRoutes(app: FastifyInstance, parts: WebParts) {
  const mounted: MountedRoute[] = []
  const { limiter, doors } = parts

  /** Registers one endpoint: `guard` runs before the body is read, `answer` after everything was checked. */
  function mount<E extends Endpoint, G>(
    endpoint: E,
    rules: RouteRules,
    csrf: CsrfRule,
    guard: (request: FastifyRequest, reply: FastifyReply) => Promise<G>,
    answer: (call: Call<E>, guarded: G) => Promise<unknown>,
  ): void {
    mounted.push({ endpoint, rules, csrf })
    const guarded = new WeakMap<FastifyRequest, G>()
    const ids = {
      params: idTranslator(endpoint.params),
      query: idTranslator(endpoint.query),
      body: idTranslator(endpoint.body),
      reply: idTranslator(endpoint.reply),
    }
    const schema: Record<string, unknown> = { params: endpoint.params, querystring: endpoint.query }
    if (endpoint.bodyKind === 'json') schema.body = endpoint.body
    app.route({
      method: endpoint.method as HTTPMethods,
      url: endpoint.path,
      constraints: { origin: endpoint.origin },
      config: { endpoint },
      schema,
      bodyLimit: endpoint.bodyKind === 'bytes' ? (rules.bodyBytes ?? LIMITS.jsonBodyBytes) : LIMITS.jsonBodyBytes,
      validatorCompiler,
      onRequest: async (request, reply) => {
        guarded.set(request, await guard(request, reply))
        if (endpoint.bodyKind === 'bytes') parts.disk.requireRoom()
      },
      handler: async (request, reply) => {
        const call: Call<E> = {
          params: ids.params.inward(request.params) as ParamsOf<E>,
          query: ids.query.inward(request.query) as QueryOf<E>,
          body: (endpoint.bodyKind === 'json' ? ids.body.inward(request.body) : request.body) as BodyOf<E>,
          origin: originOf(request),
          request,
          reply,
        }
        const known = guarded.get(request) as G
        // A stream's request lives for hours.
        guarded.delete(request)
        const result = await answer(call, known)
        if (endpoint.replyKind !== 'json' || reply.sent) return reply
        reply.code(endpoint.status)
        if (endpoint.status === 204) return reply.send()
        return reply.type('application/json; charset=utf-8').send(JSON.stringify(ids.reply.outward(result)))
      },
    })
  }

  async function requireSession(request: FastifyRequest, rules: RouteRules): Promise<LiveSession> {
    await limiter.spend('network', networkOf(request.ip))
    const session = await parts.authenticator.session(request)
    if (!session) {
      await limiter.spend('auth', `nobody|${networkOf(request.ip)}`)
      throw refuse('not_signed_in')
    }
    if (!SAFE.has(request.method) && !parts.csrf.fits(request, session.cookieToken)) throw refuse('csrf_failed')
    await limiter.spend(rules.limit, `session|${session.sessionId}`)
    const isDeed = !SAFE.has(request.method) && !rules.isAutomatic
    if (isDeed || request.headers['x-user-active'] === '1') await parts.authenticator.touch(session)
    return session
  }

  async function requireMember(request: FastifyRequest, endpoint: Endpoint, rules: RouteRules) {
    const session = await requireSession(request, rules)
    const workspaceId = decodeId('workspace', (request.params as { workspaceId?: string }).workspaceId ?? '')
    const member = workspaceId && (await parts.authenticator.membership(session, workspaceId))
    if (!workspaceId || !member) throw refuse('not_found')
    const actor = { kind: 'member', memberId: member.memberId, userId: session.userId, role: member.role } as const
    if (!roleMay(member.role, endpoint.access as Permission)) {
      await parts.denials.record(workspaceId, actor, rules.audit ?? endpoint.name, originOf(request))
      throw refuse('forbidden')
    }
    return { session, workspaceId, actor }
  }

  /** A member's call that opens its own transaction (uploads, streams, several steps). */
  function member<E extends Endpoint>(endpoint: E, rules: RouteRules, answer: (call: MemberCall<E>) => Reply<E>): void {
    assert(PERMISSION_NAMES.has(endpoint.access), `${endpoint.name} names no permission`)
    const readOnly = SAFE.has(endpoint.method)
    mount(
      endpoint,
      rules,
      readOnly ? 'none: reads only' : 'session token',
      (request) => requireMember(request, endpoint, rules),
      (call, { session, workspaceId, actor }) =>
        answer({
          ...call,
          session,
          workspaceId,
          actor,
          inWorkspace: (work) =>
            doors.inWorkspace({ workspaceId, actor, readOnly, origin: call.origin, promisedAudit: rules.audit }, work),
        }),
    )
  }

  return {
    mounted: mounted as readonly MountedRoute[],
    member,

    /** A member's call as one transaction. */
    workspace<E extends Endpoint>(
      endpoint: E,
      rules: RouteRules,
      answer: (tx: WorkspaceTx, call: MemberCall<E>) => Reply<E>,
    ): void {
      member(endpoint, rules, (call) => call.inWorkspace((tx) => answer(tx, call)) as Reply<E>)
    },

    /** A signed-in user's call that belongs to no workspace. */
    user<E extends Endpoint>(endpoint: E, rules: RouteRules, answer: (call: UserCall<E>) => Reply<E>): void {
      assert(endpoint.access === 'signedIn', `${endpoint.name} is not for signed-in users`)
      const csrf = SAFE.has(endpoint.method) ? 'none: reads only' : 'session token'
      mount(
        endpoint,
        rules,
        csrf,
        (request) => requireSession(request, rules),
        (call, session) => answer({ ...call, session }),
      )
    },

    /**
     * Anybody's call. Unsafe ones on the desk origin carry a CSRF token bound to the session, or before sign-in to the
     * visit; on the widget origin there are no cookies and so nothing to forge.
     */
    anyone<E extends Endpoint>(endpoint: E, rules: RouteRules, answer: (call: Call<E>) => Reply<E>): void {
      assert(endpoint.access === 'public', `${endpoint.name} is not public`)
      const isSafe = SAFE.has(endpoint.method)
      const needsToken = !isSafe && endpoint.origin === 'desk'
      mount(
        endpoint,
        rules,
        isSafe ? 'none: reads only' : needsToken ? 'visit token' : 'bearer token',
        async (request) => {
          await limiter.spend(rules.limit, `${endpoint.name}|${networkOf(request.ip)}`)
          if (!needsToken) return
          const session = await parts.authenticator.session(request)
          const token = session?.cookieToken ?? parts.authenticator.visitToken(request)
          if (!token || !parts.csrf.fits(request, token)) throw refuse('csrf_failed')
        },
        (call) => answer(call),
      )
    },

    /** A widget visitor's call: a bearer token of one visitor of the inbox in the path. */
    visitor<E extends Endpoint>(endpoint: E, rules: RouteRules, answer: (call: VisitorCall<E>) => Reply<E>): void {
      assert(endpoint.access === 'visitor', `${endpoint.name} is not for visitors`)
      mount(
        endpoint,
        rules,
        'bearer token',
        async (request) => {
          const network = networkOf(request.ip)
          await limiter.spend('visitorNetwork', network)
          const token = /^Bearer ([A-Za-z0-9_-]{20,200})$/.exec(request.headers.authorization ?? '')?.[1]
          const inboxKey = (request.params as { inboxKey?: string }).inboxKey ?? ''
          const visitor = token ? await parts.visitors.visitor(inboxKey, token) : null
          if (!visitor) {
            await limiter.spend('auth', `visitor|${network}`)
            throw refuse('not_signed_in')
          }
          if (rules.limit === 'upload') await limiter.spend('uploadNetwork', network)
          await limiter.spend(rules.limit, `visitor|${visitor.visitorId}`)
          return visitor
        },
        (call, visitor) => answer({ ...call, visitor }),
      )
    },

    /**
     * A signed call of a program outside; the room verifies the signature over the raw bytes, and only then spends the
     * budget of the inbox: until then nothing in the call is known to be true.
     */
    signed<E extends Endpoint>(endpoint: E, rules: RouteRules, answer: (call: Call<E>) => Reply<E>): void {
      assert(endpoint.access === 'signature', `${endpoint.name} carries no signature`)
      mount(
        endpoint,
        rules,
        'signature',
        (request) => limiter.spend('hookNetwork', networkOf(request.ip)),
        (call) => answer(call),
      )
    },
  }
}

function originOf(request: FastifyRequest): CallOrigin {
  // Unknown once the caller has hung up, or when a proxy says so; and a zone means something on one machine only.
  const [ip = ''] = ((request.ip as string | undefined) ?? '').split('%')
  return {
    ip: isIP(ip) === 0 ? null : ip,
    userAgent: request.headers['user-agent']?.slice(0, USER_AGENT_MAX) ?? null,
    requestId: request.id,
  }
}
