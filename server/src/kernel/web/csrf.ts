/**
 * The CSRF token of a session, or of a visit before sign-in: a random part and its HMAC bound to the cookie's own token,
 * so that a token of another session, or one planted by a neighbouring site, does not fit. Besides the token an unsafe
 * request must come from the desk itself: `Sec-Fetch-Site: same-origin`, or an `Origin` of ours where a browser or
 * program sends no such header.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Randomness } from '../clock.ts'
import { hostOf } from './origins.ts'

const RANDOM_BYTES = 16
const TOKEN = /^[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}$/

export type Csrf = {
  tokenFor(cookieToken: string): string
  /** True when the request carries the token of this cookie and comes from our own pages or a program. */
  fits(request: FastifyRequest, cookieToken: string): boolean
}

export function createCsrf(secret: Buffer, randomness: Randomness, deskOrigin: string): Csrf {
  const mac = (cookieToken: string, random: string) =>
    createHmac('sha256', secret).update(`csrf|${cookieToken}|${random}`).digest('base64url')
  return {
    tokenFor(cookieToken) {
      const random = randomness.bytes(RANDOM_BYTES).toString('base64url')
      return `${random}.${mac(cookieToken, random)}`
    },
    fits(request, cookieToken) {
      const token = request.headers['x-csrf-token']
      if (typeof token !== 'string' || !TOKEN.test(token)) return false
      const [random = '', given = ''] = token.split('.')
      if (!timingSafeEqual(Buffer.from(mac(cookieToken, random)), Buffer.from(given))) return false
      return comesFromUs(request, deskOrigin)
    },
  }
}

function comesFromUs(request: FastifyRequest, deskOrigin: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') return false
  const origin = request.headers.origin
  if (origin === undefined) return true
  return origin === deskOrigin || origin === `${new URL(deskOrigin).protocol}//${hostOf(request)}`
}
