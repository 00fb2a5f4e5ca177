/**
 * Runs once when all rooms have mounted their routes. Refuses to boot when an endpoint of the contract is missing, when
 * one was mounted twice, or when a route came in without a contract. Answers 405 where an address knows other methods.
 */
import { ENDPOINTS } from '@central-desk/contract/endpoints.ts'
import type { FastifyInstance, HTTPMethods } from 'fastify'
import { assert } from '../assert.ts'
import { refuse } from '../refusal.ts'
import type { MountedRoute } from './routes.ts'

const METHODS: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Pages, files and health answers have no contract; each is registered with `config: { page: <name> }`. */
export function watchRoutes(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const config = (route.config ?? {}) as { endpoint?: unknown; page?: unknown; isRefusal?: unknown }
    assert(
      config.endpoint || config.page || config.isRefusal,
      `${String(route.method)} ${route.url} came in without a contract`,
    )
  })
}

export function assertComplete(mounted: readonly MountedRoute[]): void {
  const names = mounted.map(({ endpoint }) => endpoint.name)
  const doubled = names.filter((name, place) => names.indexOf(name) !== place)
  assert(doubled.length === 0, `mounted twice: ${doubled.join(', ')}`)
  const missing = ENDPOINTS.filter(({ name }) => !names.includes(name)).map(({ name }) => name)
  assert(missing.length === 0, `endpoints of the contract that no room mounts: ${missing.join(', ')}`)
}

export function refuseOtherMethods(app: FastifyInstance, mounted: readonly MountedRoute[]): void {
  const known = new Map<string, { origin: string; url: string; methods: Set<string> }>()
  for (const { endpoint } of mounted) {
    const key = `${endpoint.origin} ${endpoint.path}`
    const entry = known.get(key) ?? { origin: endpoint.origin, url: endpoint.path, methods: new Set<string>() }
    entry.methods.add(endpoint.method)
    known.set(key, entry)
  }
  for (const { origin, url, methods } of known.values()) {
    app.route({
      method: METHODS.filter((method) => !methods.has(method)),
      url,
      constraints: { origin },
      config: { isRefusal: true },
      // Before the body is read: what the body holds does not matter.
      onRequest: async (_request, reply) => {
        reply.header('allow', [...methods].join(', '))
        throw refuse('method_not_allowed')
      },
      handler: async () => {},
    })
  }
}
