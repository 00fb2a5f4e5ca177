/**
 * Reads and writes the few cookies of the desk origin. Over TLS they carry the `__Host-` prefix and Secure; over plain
 * HTTP, which exists on loopback only, they cannot.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'

export type CookieName = 'session' | 'visit' | 'device' | 'step'

/** What cookies are read from: less than a request, which holds on to much more. */
export type CookieCarrier = Pick<FastifyRequest, 'headers'>

export type CookieJar = {
  read(request: CookieCarrier, name: CookieName): string | null
  /** `maxAge_s` null: until the browser closes. */
  write(reply: FastifyReply, name: CookieName, value: string, maxAge_s: number | null): void
  clear(reply: FastifyReply, name: CookieName): void
}

const VALUE = /^[A-Za-z0-9_-]{1,200}$/

export function createCookieJar(isTls: boolean): CookieJar {
  const spelled = (name: CookieName) => (isTls ? `__Host-desk_${name}` : `desk_${name}`)
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${isTls ? '; Secure' : ''}`
  return {
    read(request, name) {
      const wanted = `${spelled(name)}=`
      const found = (request.headers.cookie ?? '')
        .split(';')
        .map((pair) => pair.trim())
        .filter((pair) => pair.startsWith(wanted))
      // Two of one name is an injection attempt: neither is believed.
      const value = found.length === 1 ? found[0]?.slice(wanted.length) : undefined
      return value && VALUE.test(value) ? value : null
    },
    write(reply, name, value, maxAge_s) {
      const age = maxAge_s === null ? '' : `; Max-Age=${maxAge_s}`
      append(reply, `${spelled(name)}=${value}${attributes}${age}`)
    },
    clear(reply, name) {
      append(reply, `${spelled(name)}=${attributes}; Max-Age=0`)
    },
  }
}

function append(reply: FastifyReply, cookie: string): void {
  const before = reply.getHeader('set-cookie')
  const list = before === undefined ? [] : Array.isArray(before) ? before : [String(before)]
  reply.removeHeader('set-cookie')
  reply.header('set-cookie', [...list, cookie])
}
