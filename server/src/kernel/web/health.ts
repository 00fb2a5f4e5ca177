/**
 * `/healthz`: the process answers. `/readyz`: it can do its work, with what it depends on named one by one. Both on
 * every origin, without a session, and without saying more than a name and a state. Anybody may ask, as often as they
 * like: what is looked at (a query, two calls of the key provider) is looked at once a second, however many ask.
 */
import type { FastifyInstance } from 'fastify'
import type { Kernel } from '../kernel.ts'
import { describeError } from '../log.ts'

const ORIGINS = ['desk', 'widget', 'files', 'demo'] as const
const KEPT_MS = 1_000

export function mountHealth(app: FastifyInstance, kernel: Kernel, version: string): void {
  const readiness = createReadiness(kernel)
  for (const origin of ORIGINS) {
    app.get('/healthz', { constraints: { origin }, config: { page: 'healthz' } }, async () => ({
      status: 'alive',
      version,
    }))
    app.get('/readyz', { constraints: { origin }, config: { page: 'readyz' } }, async (_request, reply) => {
      const checks = await readiness()
      const isReady = Object.values(checks).every((state) => state === 'ok')
      return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not_ready', version, checks })
    })
  }
}

type Checks = Readonly<Record<'database' | 'migrations' | 'keys' | 'disk', 'ok' | 'failing'>>

function createReadiness(kernel: Kernel): () => Promise<Checks> {
  let known: { readonly since_ms: number; readonly checks: Promise<Checks> } | undefined
  return () => {
    const age_ms = kernel.clock.now().getTime() - (known?.since_ms ?? 0)
    if (known && age_ms >= 0 && age_ms < KEPT_MS) return known.checks
    known = { since_ms: kernel.clock.now().getTime(), checks: look(kernel) }
    return known.checks
  }
}

/** Migrations are checked before the server listens and cannot go back while it runs: `ok` is what start-up found. */
async function look(kernel: Kernel): Promise<Checks> {
  const disk = kernel.disk.isShort() ? 'failing' : 'ok'
  return { database: await databaseAnswers(kernel), migrations: 'ok', keys: await keysAnswer(kernel), disk }
}

async function databaseAnswers({ doors, log }: Kernel): Promise<'ok' | 'failing'> {
  try {
    await doors.inSystem('ready.check', 'desk_auth', ({ db }) =>
      db.selectFrom('session').select('id').limit(1).execute(),
    )
    return 'ok'
  } catch (error) {
    log.warn({ error: describeError(error) }, 'readyz: the database does not answer')
    return 'failing'
  }
}

async function keysAnswer({ vault, log }: Kernel): Promise<'ok' | 'failing'> {
  try {
    await vault.check()
    return 'ok'
  } catch (error) {
    log.warn({ error: describeError(error) }, 'readyz: the key store does not answer')
    return 'failing'
  }
}
