/**
 * How every claim stands now: the registry of the running program beside what the probes found on this machine. A run
 * of another program, or one that is a month old, shows nothing about this one any more.
 */
import { readFile } from 'node:fs/promises'
import { ATTACKS, type CheckResult, type ClaimStatus, SECTIONS, statusOf } from '@central-desk/controls/claims'

export type Proof = {
  readonly finishedAt: string
  readonly target: { readonly program: string | null; readonly version: string | null; readonly commit: string | null }
  readonly claims: readonly {
    readonly id: string
    readonly checks: readonly { readonly probe: string; readonly result: CheckResult; readonly attempts: number }[]
    readonly faults: readonly { readonly name: string; readonly result: 'caught' | 'missed' | 'not_run' }[]
  }[]
}

export type ShownClaim = {
  readonly id: string
  readonly section: string
  readonly sentence: string
  readonly kind: string
  readonly status: ClaimStatus
  readonly reason: string
  readonly how: string
  readonly checks: readonly {
    readonly probe: string
    readonly attacks: string
    readonly result: CheckResult
    readonly attempts: number
  }[]
  readonly faults: Proof['claims'][number]['faults']
}
export type Standing = {
  readonly schema: 1
  readonly version: string
  /** When the probes last ran here; null when they never did. */
  readonly provenAt: string | null
  readonly commit: string | null
  readonly claims: readonly ShownClaim[]
}

const STALE_AFTER_MS = 30 * 24 * 3600 * 1000

/** Null when there is no file, or none that can be read: nothing is proven then. */
export async function readProof(file: string): Promise<Proof | null> {
  try {
    const proof = JSON.parse(await readFile(file, 'utf8')) as Proof
    return Array.isArray(proof.claims) && !Number.isNaN(Date.parse(proof.finishedAt)) ? proof : null
  } catch {
    return null
  }
}

export function standingNow(proof: Proof | null, program: string, version: string, now: Date): Standing {
  const old = whyOld(proof, program, now)
  const claims = SECTIONS.flatMap(({ heading, claims }) =>
    claims.map((claim): ShownClaim => {
      const found = proof?.claims.find(({ id }) => id === claim.id)
      const results = new Map(found?.checks.map(({ probe, result }) => [probe, result]))
      const probes = claim.standing.by === 'probes' ? claim.standing.probes : []
      const missed = found?.faults.some(({ result }) => result === 'missed') ?? false
      return {
        id: claim.id,
        section: heading,
        sentence: claim.sentence,
        kind: claim.kind,
        ...(missed && old === null
          ? ({
              status: 'failing',
              reason: 'A fault that was planted was not noticed, so its probe shows nothing.',
            } as const)
          : statusOf(claim, results, now, old)),
        how: claim.how,
        checks: probes.map((probe) => ({
          probe,
          attacks: ATTACKS[probe] ?? '',
          result: results.get(probe) ?? 'skipped',
          attempts: found?.checks.find((check) => check.probe === probe)?.attempts ?? 0,
        })),
        faults: (found?.faults ?? []).map(({ name, result }) => ({ name, result })),
      }
    }),
  )
  return { schema: 1, version, provenAt: proof?.finishedAt ?? null, commit: proof?.target.commit ?? null, claims }
}

function whyOld(proof: Proof | null, program: string, now: Date): string | null {
  if (!proof) return 'The probes have not run here yet: npm run prove.'
  if (proof.target.program !== program) return 'The probes last ran on another version of the program: npm run prove.'
  if (now.getTime() - Date.parse(proof.finishedAt) > STALE_AFTER_MS) return 'The probes last ran over 30 days ago.'
  return null
}
