/**
 * `npm run prove -- [--url URL] [--claim ID] [--faults] [--json]`: attacks a desk from outside and says of every sentence
 * of the security page how it stands. By default it makes desks of its own and throws them away, and keeps what it found
 * for the page at /security. With --url it runs only what is safe on a desk that people use, and never plants a fault.
 * Exit code 0: clean. 1: a claim fails or a planted fault was missed. 2: it could not be run.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { CLAIMS, type Claim } from '../../controls/claims/index.ts'
import { PROBES } from '../../controls/probes/index.ts'
import type { Probe } from '../../controls/probes/probe.ts'
import { PROOF_FILE, programHash } from '../../server/src/features/trust/program.ts'
import { FAULTS } from '../faults/index.ts'
import { endAllDesks, ROOT } from './desk-process.ts'
import { documentOf, exitCodeOf, type ProofDocument, tableOf } from './document.ts'
import { type Check, type FaultResult, inLanes, liveTarget, runFault, runOnModel, runProbe } from './run-probes.ts'
import { makeModel, type Model } from './throw-away-desk.ts'

const LANES = 2
const USAGE = 'Usage: npm run prove -- [--url URL] [--claim ID] [--faults] [--json]'

type Wanted = { url: string | null; claim: string | null; faults: boolean; json: boolean }

function readWanted(): Wanted | string {
  try {
    const { values } = parseArgs({
      options: {
        url: { type: 'string' },
        claim: { type: 'string' },
        faults: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    const { url = null, claim = null, faults, json } = values
    if (url !== null && !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) return `${url} is no address of a desk.`
    if (url !== null && faults)
      return 'Faults are never planted in a desk that is there already: leave out --url or --faults.'
    if (claim !== null && !CLAIMS.some(({ id }) => id === claim)) return `There is no claim ${claim}.`
    return { url: url === null ? null : new URL(url).origin, claim, faults, json }
  } catch {
    return USAGE
  }
}

function tell(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}

function probesOf(claims: readonly Claim[]): Probe[] {
  const names = new Set(claims.flatMap(({ standing }) => (standing.by === 'probes' ? standing.probes : [])))
  return PROBES.filter(({ name }) => names.has(name))
}

async function onLiveDesk(url: string, probes: readonly Probe[]): Promise<Check[]> {
  const target = liveTarget(url)
  await target.caller().raw('GET', '/healthz')
  const checks: Check[] = []
  for (const probe of probes) {
    const skipped = {
      probe: probe.name,
      result: 'skipped',
      attempts: 0,
      ms: 0,
      detail: 'not safe on a desk in use',
    } as const
    checks.push(probe.isSafe ? await runProbe(probe, target) : skipped)
  }
  return checks
}

const models: Model[] = []

function removeModels(): void {
  for (const model of models.splice(0)) model.remove()
}

async function onThrowAwayDesks(probes: readonly Probe[], claims: readonly Claim[], withFaults: boolean) {
  tell('Making desks to attack ...')
  try {
    await Promise.all(Array.from({ length: LANES }, async () => models.push(await makeModel())))
    const checks = await inLanes(models, probes, async (probe, model) => {
      const check = await runOnModel(probe, model)
      tell(`${check.result.padEnd(8)}${check.probe} (${check.attempts} attempts, ${check.ms} ms)`)
      return check
    })
    const ids = new Set(claims.map(({ id }) => id))
    const wanted = withFaults ? FAULTS.filter(({ claim }) => ids.has(claim)) : []
    const faults = await inLanes(models, wanted, async (fault, model): Promise<FaultResult> => {
      const probe = PROBES.find(({ name }) => name === fault.probe)
      if (!probe) throw new Error(`the fault ${fault.name} names no probe`)
      const result = await runFault(fault, probe, model)
      tell(`${result.result.padEnd(8)}fault: ${result.name}`)
      return result
    })
    return { checks, faults }
  } finally {
    removeModels()
  }
}

function commitHere(): string | null {
  const git = (...args: string[]) => execFileSync('git', ['-C', ROOT, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const commit = git('rev-parse', 'HEAD').toString().trim()
    return git('status', '--porcelain').toString().trim() === '' ? commit : `${commit} and changes`
  } catch {
    return null
  }
}

/** Whole or not at all: the page may read it at any moment. */
function keep(document: ProofDocument): void {
  mkdirSync(dirname(PROOF_FILE), { recursive: true })
  writeFileSync(`${PROOF_FILE}.new`, JSON.stringify(document))
  renameSync(`${PROOF_FILE}.new`, PROOF_FILE)
}

async function prove(wanted: Wanted): Promise<ProofDocument> {
  const startedAt = new Date().toISOString()
  const claims = wanted.claim === null ? CLAIMS : CLAIMS.filter(({ id }) => id === wanted.claim)
  const probes = probesOf(claims)
  const { version } = JSON.parse(readFileSync(join(ROOT, 'server', 'package.json'), 'utf8')) as { version: string }
  if (wanted.url !== null) {
    const checks = await onLiveDesk(wanted.url, probes)
    const target = { url: wanted.url, version: null, commit: null, program: null }
    return documentOf({ mode: 'url', target, startedAt, claims, checks, faults: [] }, new Date())
  }
  const target = { url: 'a throw-away desk', version, commit: commitHere(), program: programHash() }
  const found = probes.length > 0 ? await onThrowAwayDesks(probes, claims, wanted.faults) : { checks: [], faults: [] }
  const mode = wanted.faults ? 'throw-away with faults' : 'throw-away'
  const document = documentOf({ mode, target, startedAt, claims, ...found }, new Date())
  if (wanted.claim === null) keep(document)
  return document
}

const wanted = readWanted()
if (typeof wanted === 'string') {
  tell(wanted)
  process.exit(2)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // A desk or its folder that stayed behind would stay for good.
  process.once(signal, () => {
    void endAllDesks().finally(() => {
      removeModels()
      process.exit(2)
    })
  })
}
try {
  const document = await prove(wanted)
  process.stdout.write(`${wanted.json ? JSON.stringify(document, null, 2) : tableOf(document)}\n`)
  process.exitCode = exitCodeOf(document)
} catch (error) {
  tell(`It could not be run: ${(error as Error).message}`)
  process.exitCode = 2
}
