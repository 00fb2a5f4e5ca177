/**
 * `/healthz`: the process answers. `/readyz`: it can do its work, with what it depends on named one by one. Both on
 * every origin, without a session, and without saying more than a name and a state.
 */
import type { FastifyInstance } from 'fastify'
import type { Kernel } from '../kernel.ts'
import { describeError } from '../log.ts'

const ORIGINS = ['desk', 'widget', 'files', 'demo'] as const

export function mountHealth(app: FastifyInstance, kernel: Kernel, version: string): void {
  for (const origin of ORIGINS) {
    app.get('/healthz', { constraints: { origin }, config: { page: 'healthz' } }, async () => ({
      status: 'alive',
      version,
    }))
    app.get('/readyz', { constraints: { origin }, config: { page: 'readyz' } }, async (_request, reply) => {
      const checks = { database: await databaseAnswers(kernel), migrations: 'ok', keys: await keysAnswer(kernel) }
      const isReady = Object.values(checks).every((state) => state === 'ok')
      return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not_ready', version, checks })
    })
  }
}

// Migrations are checked before the server listens and cannot go back while it runs: `ok` is what start-up found.

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
