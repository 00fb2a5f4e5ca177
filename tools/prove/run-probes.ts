/**
 * Runs probes and says what became of each. Probes that need a desk of their own get one each, several at a time; a
 * probe that throws has shown nothing and counts as an error, never as a pass. A fault is caught only by a probe that
 * runs to its end and says that something broke through.
 */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Caller } from '../../controls/probes/caller.ts'
import { createExam } from '../../controls/probes/exam.ts'
import type { OriginName } from '../../controls/probes/caller.ts'
import type { Probe, Stage, Target } from '../../controls/probes/probe.ts'
import type { Fault } from '../faults/fault.ts'
import { ROOT } from './desk-process.ts'
import type { Model } from './throw-away-desk.ts'

export type Check = {
  readonly probe: string
  readonly result: 'pass' | 'fail' | 'error' | 'skipped'
  readonly attempts: number
  readonly ms: number
  readonly detail: string
}
export type FaultResult = {
  readonly name: string
  readonly claim: string
  readonly result: 'caught' | 'missed' | 'not_run'
  readonly detail: string
}

const PROBE_TIMEOUT_MS = 300_000

/** A desk that is there already, by its address. */
export function liveTarget(url: string): Target {
  const { protocol, host } = new URL(url)
  const addressOf = (origin: OriginName) => (origin === 'desk' ? url : `${protocol}//${origin}.${host}`)
  return { url, addressOf, caller: () => new Caller(addressOf) }
}

export async function runProbe(probe: Probe, on: Target | Stage): Promise<Check> {
  const began = performance.now()
  const exam = createExam()
  const done = (result: Check['result'], attempts: number, detail: string): Check => ({
    probe: probe.name,
    result,
    attempts,
    ms: Math.round(performance.now() - began),
    detail,
  })
  let timer: NodeJS.Timeout | undefined
  try {
    const run = probe.isSafe ? probe.run(on, exam) : probe.run(on as Stage, exam)
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('it did not end in time')), PROBE_TIMEOUT_MS)
    })
    await Promise.race([run, late])
    const { result, attempts, detail } = exam.score()
    return done(result, attempts, detail)
  } catch (error) {
    return done('error', exam.score().attempts, `could not be run: ${(error as Error).message}`)
  } finally {
    clearTimeout(timer)
  }
}

/** On a desk of its own, thrown away afterwards. */
export async function runOnModel(probe: Probe, model: Model): Promise<Check> {
  try {
    const { stage, end } = await model.raise()
    return await runProbe(probe, stage).finally(end)
  } catch (error) {
    return { probe: probe.name, result: 'error', attempts: 0, ms: 0, detail: (error as Error).message }
  }
}

export async function runFault(fault: Fault, probe: Probe, model: Model): Promise<FaultResult> {
  const said = (result: FaultResult['result'], detail: string) => ({
    name: fault.name,
    claim: fault.claim,
    result,
    detail,
  })
  try {
    const { stage, end } = await model.raise(environmentOf(fault))
    try {
      if (fault.plant.kind === 'sql') await (await stage.sql('superuser')).query(fault.plant.statements)
      const check = await runProbe(probe, stage)
      const isPlanted =
        fault.plant.kind === 'sql' || stage.printed().includes(`A fault is planted in ${fault.plant.file}.`)
      if (!isPlanted) return said('not_run', 'the changed file was never loaded')
      if (check.result === 'error') return said('not_run', check.detail)
      return said(check.result === 'fail' ? 'caught' : 'missed', check.detail)
    } finally {
      await end()
    }
  } catch (error) {
    return said('not_run', (error as Error).message)
  }
}

function environmentOf({ plant }: Fault): Record<string, string> {
  if (plant.kind === 'sql') return {}
  const { file, find, replace } = plant
  return {
    NODE_OPTIONS: `--import=${pathToFileURL(join(ROOT, 'tools', 'faults', 'plant.mjs')).href}`,
    PLANTED_FAULT: JSON.stringify({ file, find, replace }),
  }
}

/** Each piece of work once, on whichever lane is free; results in the order of the work. */
export async function inLanes<Lane, Work, Result>(
  lanes: readonly Lane[],
  work: readonly Work[],
  run: (one: Work, lane: Lane) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const left = [...work.entries()]
  await Promise.all(
    lanes.map(async (lane) => {
      for (let next = left.shift(); next; next = left.shift()) results[next[0]] = await run(next[1], lane)
    }),
  )
  return results
}
