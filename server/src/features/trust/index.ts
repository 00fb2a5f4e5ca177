/**
 * The front door of trust: mounts the public security page and its data. What was found is read anew when it is asked
 * for, at most every few seconds, so that a run of the probes shows at once.
 */
import type { FastifyInstance } from 'fastify'
import type { Kernel } from '../../kernel/kernel.ts'
import { networkOf } from '../../kernel/rate-limit.ts'
import { securityPage } from './page.ts'
import { PROOF_FILE, programHash } from './program.ts'
import { readProof, type Standing, standingNow } from './standing.ts'

export { PROOF_FILE, programHash } from './program.ts'

const NONCE_BYTES = 16
const READ_AGAIN_AFTER_MS = 5_000

function policyOf(nonce: string): string {
  return [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}

export function createTrustRoom(kernel: Kernel, version: string, proofFile = PROOF_FILE) {
  const { clock, randomness, limiter } = kernel
  let program: string | undefined
  let held: { standing: Standing; at_ms: number } | undefined

  async function standing(): Promise<Standing> {
    const now = clock.now()
    if (held && Math.abs(now.getTime() - held.at_ms) < READ_AGAIN_AFTER_MS) return held.standing
    // The sources do not change under a running program; what is on disk after an upgrade is not what runs.
    program ??= programHash()
    held = { standing: standingNow(await readProof(proofFile), program, version, now), at_ms: now.getTime() }
    return held.standing
  }

  return {
    register(app: FastifyInstance): void {
      const publicly = (url: string) => ({
        method: ['GET', 'HEAD'],
        url,
        constraints: { origin: 'desk' },
        config: { page: `desk ${url}` },
        onRequest: async (request: { ip: string }) => limiter.spend('page', `page|${networkOf(request.ip)}`),
      })
      app.route({
        ...publicly('/security'),
        handler: async (_request, reply) => {
          const nonce = randomness.bytes(NONCE_BYTES).toString('base64')
          return reply
            .header('content-security-policy', policyOf(nonce))
            .type('text/html; charset=utf-8')
            .send(securityPage(await standing(), nonce))
        },
      })
      app.route({ ...publicly('/security/claims.json'), handler: async () => standing() })
    },
  }
}
