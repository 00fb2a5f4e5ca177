/**
 * `npm run -s routes [-- --json]`: every route of the contract as it is mounted: method, path, access, CSRF rule, limit,
 * audit line, and its parameters with the kind of id each carries. Composes the desk as the program does, but opens
 * neither database nor port.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDesk } from './app.ts'
import { parseConfig } from './config.ts'
import { systemClock, systemRandomness } from './kernel/clock.ts'
import { createLog } from './kernel/log.ts'
import { createOutbound } from './kernel/outbound.ts'
import { openPools } from './kernel/pools.ts'
import { createVault, openKeys } from './kernel/vault/index.ts'
import type { MountedRoute } from './kernel/web/routes.ts'
import { idPlaces } from './kernel/web/wire-ids.ts'
import { version } from './version.ts'

const NO_DATABASE = {
  host: '/nowhere',
  port: 1,
  database: 'none',
  user: 'none',
  password: () => '',
  ssl: false,
} as const

/** The mounted routes of a desk that never opens anything. */
export async function composedRoutes(): Promise<readonly MountedRoute[]> {
  const { config } = parseConfig({})
  if (!config) throw new Error('an empty environment is a valid one')
  const folder = mkdtempSync(join(tmpdir(), 'central-desk-routes-'))
  try {
    const log = createLog('silent')
    const { provider, store } = await openKeys({ folder, randomness: systemRandomness })
    const desk = await createDesk({
      origins: config.origins,
      isTls: false,
      isLoopback: true,
      mayCallLoopback: true,
      filesFolder: folder,
      pools: openPools(NO_DATABASE, () => '', log),
      vault: createVault({ provider, store, clock: systemClock, randomness: systemRandomness }),
      scopeKey: provider.deriveSecret('scope-signing'),
      secret: provider.deriveSecret('desk-secrets'),
      clock: systemClock,
      randomness: systemRandomness,
      log,
      outbound: createOutbound({ allowLoopback: true }),
      tls: null,
      trustedProxies: [],
      version,
      demoInboxKey: null,
      pageFolders: null,
    })
    return desk.routes.mounted
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function describeRoute({ endpoint, rules, csrf }: MountedRoute) {
  const places = (schema: Parameters<typeof idPlaces>[0], where: string) =>
    idPlaces(schema).map(({ path, kind }) => ({ in: where, name: path, id: kind }))
  return {
    name: endpoint.name,
    method: endpoint.method,
    path: endpoint.path,
    origin: endpoint.origin,
    access: endpoint.access,
    csrf,
    limit: rules.limit,
    audit: rules.audit ?? null,
    parameters: [
      ...places(endpoint.params, 'path'),
      ...places(endpoint.query, 'query'),
      ...places(endpoint.body, 'body'),
    ],
  }
}

/** One line a route, sorted: what the golden file holds. */
export function routesTable(mounted: readonly MountedRoute[]): string {
  const rows = mounted
    .map(describeRoute)
    .map((route) => [route.method, route.origin, route.path, route.access, route.csrf, route.limit, route.audit ?? '-'])
  rows.sort((a, b) => `${a[1]} ${a[2]} ${a[0]}`.localeCompare(`${b[1]} ${b[2]} ${b[0]}`, 'en'))
  const heads = ['method', 'origin', 'path', 'access', 'csrf', 'limit', 'audit']
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)))
  return [heads, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

if (import.meta.main) {
  const mounted = await composedRoutes()
  const text = process.argv.includes('--json')
    ? JSON.stringify(mounted.map(describeRoute), null, 2)
    : routesTable(mounted)
  process.stdout.write(`${text}\n`)
  process.exit(0)
}
