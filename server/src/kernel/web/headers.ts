/**
 * Headers of every answer, errors and streams included: no sniffing, no framing, no referrer, a Content-Security-Policy
 * that allows nothing unless a page sets its own, HSTS over TLS.
 */
import type { FastifyInstance } from 'fastify'

export const NOTHING_ALLOWED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Two years, every subdomain, and the word that the preload list asks for. */
const HSTS = 'max-age=63072000; includeSubDomains; preload'

/** `isTls`: whoever is answered came over TLS, ours or that of a proxy in front of us. */
export function standardHeaders(isTls: boolean): Readonly<Record<string, string>> {
  return {
    'content-security-policy': NOTHING_ALLOWED,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'x-frame-options': 'DENY',
    'cache-control': 'no-store',
    ...(isTls && { 'strict-transport-security': HSTS }),
  }
}

export function installHeaders(app: FastifyInstance, headers: Readonly<Record<string, string>>): void {
  app.addHook('onRequest', async (_request, reply) => void reply.headers(headers))
}
