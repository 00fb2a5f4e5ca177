/**
 * Ends HTTP/2 requests whose body does not come to its end in time. HTTP/1.1 servers do that by themselves; for HTTP/2
 * Node only knows silence, so that one byte now and then would hold a request, and what it has opened, for ever.
 */
import { constants, Http2ServerRequest } from 'node:http2'
import type { FastifyInstance } from 'fastify'

export function endSlowBodies(app: FastifyInstance, limit_ms: number): void {
  app.addHook('onRequest', async ({ raw }) => {
    // Both kinds of request have one type here; over TLS either may come.
    const request: unknown = raw
    if (!(request instanceof Http2ServerRequest) || request.complete) return
    const { stream } = request
    const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), limit_ms)
    timer.unref()
    request.once('end', () => clearTimeout(timer))
    stream.once('close', () => clearTimeout(timer))
  })
}
