/**
 * Which of the desk's four origins a request came to: the Host header decides the routes, and nothing else does.
 * On loopback an address by number counts as the desk, so that programs need no name resolution. A Host that is none of
 * ours is answered 421.
 */
import type { IncomingMessage } from 'node:http'

export type OriginName = 'desk' | 'widget' | 'files' | 'demo'
export type Origins = Readonly<Record<OriginName, string>>

export const UNKNOWN_ORIGIN = 'unknown'
const LOOPBACK_BY_NUMBER = /^(127\.0\.0\.1|\[::1\])(:\d+)?$/

export function hostOf(request: { headers: IncomingMessage['headers'] }): string {
  return String(request.headers[':authority'] ?? request.headers.host ?? '').toLowerCase()
}

/** Gives the function that names the origin of a request. */
export function originFinder(
  origins: Origins,
  isLoopback: boolean,
): (host: string) => OriginName | typeof UNKNOWN_ORIGIN {
  const byHost = new Map(Object.entries(origins).map(([name, url]) => [new URL(url).host, name as OriginName]))
  return (host) => byHost.get(host) ?? (isLoopback && LOOPBACK_BY_NUMBER.test(host) ? 'desk' : UNKNOWN_ORIGIN)
}

/** A find-my-way constraint: routes are registered for one origin and seen from no other. */
export function originConstraint(find: (host: string) => string) {
  return {
    name: 'origin',
    storage: () => {
      const handlers = new Map<string, unknown>()
      return {
        get: (origin: string) => handlers.get(origin) ?? null,
        set: (origin: string, handler: unknown) => void handlers.set(origin, handler),
      }
    },
    deriveConstraint: (request: IncomingMessage) => find(hostOf(request)),
    mustMatchWhenDerived: true,
  }
}
