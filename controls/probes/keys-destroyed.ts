/**
 * Destroys the keys of one workspace by the operator's command and tries to read it: through the desk, with every key
 * that is left, with its old key file put back, and from a copy of the database that was made before. Its neighbour must
 * read on all the while.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { huntBelow, quarryOf } from './hunt.ts'
import { liftBudgets } from './newcomers.ts'
import type { Exam, Stage, StageProbe } from './probe.ts'
import { contentKeys, keyFileOf } from './recipe.ts'
import {
  isReadable,
  openedBy,
  readAll,
  type SealedWorkspace,
  sealedValues,
  sealedWorkspace,
} from './sealed-workspaces.ts'

/** A minute, and some for a machine that has much else to do. */
const FORGOTTEN_WITHIN_MS = 70_000
const LOOK_EVERY_MS = 500

export const keysDestroyed: StageProbe = {
  name: 'keys-destroyed',
  isSafe: false,
  async run(stage, exam) {
    await liftBudgets(stage)
    const sql = await stage.sql('superuser')
    const doomed = await sealedWorkspace(stage, sql)
    const neighbour = await sealedWorkspace(stage, sql)
    exam.control('both can be read', (await isReadable(doomed)) && (await isReadable(neighbour)))
    const [values, others] = [await sealedValues(sql, doomed.id), await sealedValues(sql, neighbour.id)]
    const opened = openedBy(contentKeys(stage.home, doomed.id), doomed.id, values)
    exam.control('its own keys open what it has sealed', opened === values.length && values.length >= 5)
    const ring = readFileSync(keyFileOf(stage.home, doomed.id))
    await stage.stop()
    const data = join(stage.home, 'postgres', 'data')
    const yesterday = join(stage.scratch, 'yesterday')
    execFileSync('cp', ['-a', '--reflink=auto', data, yesterday])
    await stage.start()

    const refused = await stage.operate('keys', 'destroy', doomed.slug, '--yes-really', neighbour.slug)
    exam.attempt('keys were destroyed under the wrong address', refused.status !== 0 && (await isReadable(doomed)))
    const { status } = await stage.operate('keys', 'destroy', doomed.slug, '--yes-really', doomed.slug)
    exam.control('the operator can destroy keys', status === 0)
    exam.attempt('its key file still opens', contentKeys(stage.home, doomed.id).length === 0)
    exam.attempt('a wrapped key of it is left on disk', !isKeyLeft(stage, ring))
    for (const file of keyFiles(stage)) {
      const found = openedBy(contentKeys(stage.home, file), doomed.id, values)
      exam.attempt(`keys of ${file} open ${found} of its values`, found === 0)
    }
    const still = openedBy(contentKeys(stage.home, neighbour.id), neighbour.id, others)
    exam.attempt('the neighbour lost its keys', still === others.length)

    // Looking at the desk that runs takes a minute; a promise that is broken already needs no more.
    if (!exam.isBroken()) await isForgotten(exam, doomed)
    await stage.stop()
    await stage.start()
    await isDark(exam, 'after the keys were destroyed', doomed, neighbour)

    await stage.stop()
    writeFileSync(keyFileOf(stage.home, doomed.id), ring, { mode: 0o600 })
    await stage.start()
    await isDark(exam, 'with its old key file put back', doomed, neighbour)

    await stage.stop()
    execFileSync('rm', ['-rf', data])
    execFileSync('cp', ['-a', '--reflink=auto', yesterday, data])
    await stage.start()
    await isDark(exam, 'in yesterday’s copy of the database', doomed, neighbour)
  },
}

/** The desk had just opened the keys, and holds them in memory for a while. */
async function isForgotten(exam: Exam, doomed: SealedWorkspace): Promise<void> {
  const deadline = performance.now() + FORGOTTEN_WITHIN_MS
  while ((await isReadable(doomed)) && performance.now() < deadline) await pause(LOOK_EVERY_MS)
  exam.attempt('a running desk reads on for longer than a minute', !(await isReadable(doomed)))
}

async function isDark(exam: Exam, when: string, doomed: SealedWorkspace, neighbour: SealedWorkspace): Promise<void> {
  const shown = await readAll(doomed)
  const { reply, message } = doomed.words
  exam.attempt(`it could be read ${when}`, !shown.includes(reply) && !shown.includes(message))
  const answer = await doomed.person.caller.raw('GET', `${doomed.at}/conversations?view=all`)
  exam.attempt(`the desk does not say what happened ${when} (${answer.status})`, answer.status === 410)
  exam.attempt(`the neighbour could not read on ${when}`, await isReadable(neighbour))
}

/** Workspaces whose keys are there. */
function keyFiles(stage: Stage): string[] {
  const names = readdirSync(join(stage.home, 'keys', 'workspaces'))
  return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length))
}

function isKeyLeft(stage: Stage, ring: Buffer): boolean {
  const { keys } = JSON.parse(ring.toString('utf8')) as { keys: { wrapped: string }[] }
  const folder = join(stage.home, 'keys')
  if (!existsSync(folder)) return false
  return huntBelow(folder, quarryOf(Object.fromEntries(keys.map(({ wrapped }, at) => [at, wrapped])))).found.length > 0
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
