/**
 * Turns a second factor on with an authenticator of its own, and looks for a way in without it: with the password alone,
 * with a code that was used, by fifty tries at once, with a recovery code twice, after a new password, by a reset link,
 * and into a workspace that asks for it.
 */
import { codeOf, forgetSteps, RECOVERY_CODES, STEP_S, turnOn } from './authenticator.ts'
import type { Answer, Caller } from './caller.ts'
import { liftBudgets, type Newcomer, newcomer } from './newcomers.ts'
import type { Exam, Stage, StageProbe } from './probe.ts'
import type { SqlClient } from './sql.ts'

const AT_ONCE = 50

export const secondFactor: StageProbe = {
  name: 'second-factor',
  isSafe: false,
  async run(stage, exam) {
    await liftBudgets(stage)
    const sql = await stage.sql('superuser')
    const person = await newcomer(stage)
    const app = await turnOn(exam, sql, person)
    for (const part of [passwordAlone, codesOnce, atOnce, recoveryOnce, otherWays, askedFor]) {
      if (!exam.isBroken()) await part({ stage, exam, sql, person, ...app })
    }
  },
}

type Ground = {
  readonly stage: Stage
  readonly exam: Exam
  readonly sql: SqlClient
  readonly person: Newcomer
  readonly secret: string
  readonly codes: string[]
}

async function withPassword({ stage, person }: Pick<Ground, 'stage' | 'person'>): Promise<Caller> {
  const caller = stage.caller()
  const body = { email: person.email, password: person.password, sharedComputer: false }
  await caller.call('POST', '/api/v1/session', { body })
  return caller
}

const give = (caller: Caller, code: string): Promise<Answer> =>
  caller.call('POST', '/api/v1/session/second-factor', { body: { code } })
const entered = async (caller: Caller) => (await caller.raw('GET', '/api/v1/session')).body?.user !== null

async function passwordAlone(ground: Ground): Promise<void> {
  const { exam, person, secret, sql } = ground
  const caller = await withPassword(ground)
  exam.attempt('the password alone gave a session', !(await entered(caller)))
  const inside = await caller.raw('GET', `/api/v1/workspaces/${person.workspaceId}`)
  exam.attempt('the password alone opened the workspace', inside.status === 401)
  if (exam.isBroken()) return
  exam.attempt('a guessed code gave a session', (await give(caller, '000000')).status === 401)
  const right = await give(caller, codeOf(secret, new Date()))
  exam.control('password and code give a session', right.status === 201 && (await entered(caller)))
  await forgetSteps(sql)
}

async function codesOnce(ground: Ground): Promise<void> {
  const { exam, secret, sql } = ground
  const [one, two, three] = [await withPassword(ground), await withPassword(ground), await withPassword(ground)]
  const now = new Date()
  exam.control('a code gives a session', (await give(one, codeOf(secret, now))).status === 201)
  exam.attempt('a code gave a second session', (await give(two, codeOf(secret, now))).status !== 201)
  const older = codeOf(secret, new Date(now.getTime() - STEP_S * 1000))
  exam.attempt('an older code counted after a newer one', (await give(three, older)).status !== 201)
  await forgetSteps(sql)
  const old = codeOf(secret, new Date(Date.now() - 3 * STEP_S * 1000))
  exam.attempt(
    'a code of a minute and a half ago counted',
    (await give(await withPassword(ground), old)).status !== 201,
  )
}

async function atOnce(ground: Ground): Promise<void> {
  const { exam, secret, sql } = ground
  await sql.query('delete from desk.sign_in_counter')
  const callers = await Promise.all(Array.from({ length: 5 }, () => withPassword(ground)))
  const code = codeOf(secret, new Date())
  const tries = Array.from({ length: AT_ONCE }, (_, at) => give(callers[at % callers.length] as Caller, code))
  const sessions = (await Promise.all(tries)).filter(({ status }) => status === 201).length
  exam.attempt(`one code given ${AT_ONCE} times at once gave ${sessions} sessions`, sessions <= 1)
  await forgetSteps(sql)
  await sql.query('delete from desk.sign_in_counter')
}

async function recoveryOnce(ground: Ground): Promise<void> {
  const { exam, codes } = ground
  const [one, two] = [await withPassword(ground), await withPassword(ground)]
  exam.control('a recovery code gives a session', (await give(one, codes[0] ?? '')).status === 201)
  exam.attempt('a recovery code counted twice', (await give(two, codes[0] ?? '')).status !== 201)
  const kept = await ground.sql.query('select code_key from desk.recovery_code')
  const isPlain = kept.rows.some(({ code_key }) => codes.some((code) => code_key.includes(Buffer.from(code))))
  exam.attempt('recovery codes are kept as they were shown', kept.rowCount === RECOVERY_CODES && !isPlain)
}

/** A link that sets a password is no way past the second factor, and neither is a step that was begun before it. */
async function otherWays(ground: Ground): Promise<void> {
  const { stage, exam, person, secret, sql } = ground
  const begun = await withPassword(ground)
  const made = await stage.operate('member', 'reset-link', person.email)
  const token = /\/reset\/([A-Za-z0-9_-]+)/.exec(made.output)?.[1] ?? ''
  const next = 'nine lanterns over the river'
  const opening = stage.caller()
  const used = await opening.call('POST', `/api/v1/password-resets/${token}/use`, { body: { password: next } })
  exam.control('a reset link sets a password', used.status === 204)
  exam.attempt('a reset link gave a session', !(await entered(opening)))
  const late = await give(begun, codeOf(secret, new Date()))
  exam.attempt('a step of the old password gave a session', late.status !== 201)
  const caller = await withPassword({ stage, person: { ...person, password: next } })
  exam.attempt('after a reset the password alone gave a session', !(await entered(caller)))
  await forgetSteps(sql)
  const again = await give(caller, codeOf(secret, new Date()))
  exam.control('after a reset password and code give a session', again.status === 201)
  await forgetSteps(sql)
}

/** A workspace that asks for it keeps out whoever has none, by every door. */
async function askedFor({ stage, exam, sql }: Ground): Promise<void> {
  const { by, shapla } = stage.cast
  const agent = await stage.signedIn(by.agent.email)
  const path = `/api/v1/workspaces/${shapla.id}`
  exam.control('an agent reads the workspace', (await agent.raw('GET', path)).status === 200)
  await sql.query("update desk.workspace set second_factor_from = now() - interval '1 minute' where slug = $1", [
    shapla.slug,
  ])
  for (const place of ['', '/conversations', '/contacts', '/members', '/search?q=sari', '/events?after=0']) {
    // An open stream would not end.
    if (exam.isBroken()) return
    const { status } = await agent.raw('GET', `${path}${place}`)
    exam.attempt(`GET ${place || 'the workspace'} was open without a second factor: ${status}`, status === 403)
  }
  const fresh = await stage.signedIn(by.viewer.email)
  exam.attempt('a new session without one was let in', (await fresh.raw('GET', path)).status === 403)
  await sql.query('update desk.workspace set second_factor_from = null')
}
