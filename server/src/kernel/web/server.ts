/**
 * The HTTP server without any route: one Fastify for the four origins, HTTP/1.1 on loopback, TLS 1.3 with HTTP/2
 * elsewhere. JSON is read strictly (valid UTF-8, valid JSON, the right content type); everything else comes as a
 * stream to the few routes that take bytes.
 */
import type { Readable } from 'node:stream'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Randomness } from '../clock.ts'
import type { Logger } from '../log.ts'
import { refuse } from '../refusal.ts'
import { answerUnreadable, answerUnroutable } from './before-routing.ts'
import { installHeaders, standardHeaders } from './headers.ts'
import { type Origins, originConstraint, originFinder, UNKNOWN_ORIGIN, hostOf } from './origins.ts'
import { installProblems } from './problems.ts'
import { endSlowBodies } from './slow-bodies.ts'

export type Tls = { readonly certificate: Buffer; readonly key: Buffer }

export type ServerParts = {
  readonly origins: Origins
  readonly isLoopback: boolean
  readonly tls: Tls | null
  /** Networks whose X-Forwarded-For is believed; none by default. */
  readonly trustedProxies: readonly string[]
  readonly randomness: Randomness
  readonly log: Logger
}

const REQUEST_TIMEOUT_MS = 60_000
const HEADERS_TIMEOUT_MS = 20_000
/** Requests at once on one HTTP/2 connection; a browser's stream of events is one of them, a proxy opens more. */
const HTTP2_STREAMS_MAX = 250
const REQUEST_ID_BYTES = 9

export function createServer(parts: ServerParts): FastifyInstance {
  const { origins, isLoopback, tls, log } = parts
  const findOrigin = originFinder(origins, isLoopback)
  const headers = standardHeaders(origins.desk.startsWith('https:'))
  const options = {
    exposeHeadRoutes: false,
    trustProxy: parts.trustedProxies.length > 0 ? [...parts.trustedProxies] : false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: () => `req_${parts.randomness.bytes(REQUEST_ID_BYTES).toString('base64url')}`,
    logger: false as const,
    frameworkErrors: answerUnroutable(headers),
    clientErrorHandler: answerUnreadable(headers),
    // A connection that idles in keep-alive does not hold up a stop.
    forceCloseConnections: 'idle' as const,
    routerOptions: {
      // find-my-way types its handlers by server; the constraint only stores and returns them.
      constraints: { origin: originConstraint(findOrigin) as never },
      ignoreTrailingSlash: false,
      maxParamLength: 700,
    },
  }
  const app = tls ? overTls(options, tls) : Fastify({ ...options, http: { headersTimeout: HEADERS_TIMEOUT_MS } })

  installHeaders(app, headers)
  installProblems(app, log)
  installParsers(app)
  endSlowBodies(app, REQUEST_TIMEOUT_MS)
  app.addHook('onRequest', async (request) => {
    // A proxy may have gone by the one Host and we by the other.
    if ((request.raw.headersDistinct?.host?.length ?? 1) > 1) throw refuse('bad_request')
    if (findOrigin(hostOf(request)) === UNKNOWN_ORIGIN && !request.is404) throw refuse('not_found')
  })
  app.addHook('onResponse', async (request, reply) => {
    const { endpoint, page } = request.routeOptions.config as { endpoint?: { name: string }; page?: string }
    log.info({
      requestId: request.id,
      method: request.method,
      route: endpoint?.name ?? page ?? request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      took_ms: Math.round(reply.elapsedTime),
    })
  })
  return app
}

/** HTTP/2 requests and replies have the shape that routes use; only Fastify's type parameters differ. */
function overTls(options: object, tls: Tls): FastifyInstance {
  const settings = { maxConcurrentStreams: HTTP2_STREAMS_MAX }
  const https = { allowHTTP1: true, minVersion: 'TLSv1.3' as const, cert: tls.certificate, key: tls.key, settings }
  return Fastify({ ...options, http2: true, https }) as unknown as FastifyInstance
}

function installParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    // Routes that take bytes keep them raw, JSON or not: a signature covers bytes.
    if (takesBytes(request)) return done(null, body)
    try {
      done(null, JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)))
    } catch {
      done(refuse('bad_request'))
    }
  })
  app.addContentTypeParser('*', (request, payload, done) => {
    if (takesBytes(request)) return done(null, payload)
    done(refuse('unsupported_media'))
  })
}

function takesBytes(request: { routeOptions: { config: unknown } }): boolean {
  return (request.routeOptions.config as { endpoint?: { bodyKind: string } }).endpoint?.bodyKind === 'bytes'
}

/** The whole of a bytes body, refused above a limit. */
export async function readBytes(body: unknown, limit: number): Promise<Buffer> {
  if (Buffer.isBuffer(body)) {
    if (body.length > limit) throw refuse('body_too_large')
    return body
  }
  if (!body) return Buffer.alloc(0)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as Readable) {
    size += (chunk as Buffer).length
    if (size > limit) throw refuse('body_too_large')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}
