/**
 * Guesses passwords: five times and then right, fifty times at once, by other spellings and networks, for addresses that
 * have no user, and of the present password in a session that was left open. The owner's own browser must stay open, and
 * nothing an outsider sees or measures may tell whether an address has a user.
 */
import type { Answer, Caller } from './caller.ts'
import { effectBetween, effectByChance, workOf } from './measures.ts'
import { liftBudgets, type Newcomer, newcomer, strongPassword, trySignIn, unusedEmail } from './newcomers.ts'
import type { Exam, Stage, StageProbe } from './probe.ts'
import type { SqlClient } from './sql.ts'

const TRIES = 5
const AT_ONCE = 50
const LOCKED_FOR = '15 minutes'
/** For all strangers of one person together, from however many networks. */
const STRANGERS_TRIES = 30
const TIMED_PAIRS_OPEN = 8
const TIMED_PAIRS_LOCKED = 60
const SIGMAS = 3

export const lockout: StageProbe = {
  name: 'lockout',
  isSafe: false,
  async run(stage, exam) {
    await liftBudgets(stage)
    const sql = await stage.sql('superuser')
    const person = await newcomer(stage)
    for (const part of [fiveAndThenRight, presentPassword, allAtOnce, timesTellNothing, manyNetworks]) {
      if (!exam.isBroken()) await part(stage, exam, sql, person)
    }
  },
}

const entered = ({ status }: Answer) => status === 201
const guess = (stage: Stage, email: string, caller?: Caller) => trySignIn(stage, email, 'wrong-guess-of-it', caller)

/** Guesses for an address with a user and for one without, answer by answer the same; then the right password. */
async function fiveAndThenRight(stage: Stage, exam: Exam, sql: SqlClient, person: Newcomer): Promise<void> {
  const { email, password } = person
  for (let at = 1; at < TRIES; at += 1) await guess(stage, email)
  exam.control('the right password opens after four failures', entered(await trySignIn(stage, email, password)))
  const nobody = unusedEmail()
  const seen: string[] = []
  for (let at = 1; at <= TRIES + 2; at += 1) {
    const [one, other] = [await guess(stage, email), await guess(stage, nobody)]
    exam.control('a wrong password is refused', !entered(one) && !entered(other))
    exam.attempt(`try ${at} tells whether the address has a user`, appearance(one) === appearance(other))
    seen.push(appearance(one))
  }
  exam.attempt('an answer tells that the way is locked now', new Set(seen).size === 1)
  const right = await trySignIn(stage, email, password)
  exam.attempt('the right password opened after five failures', !entered(right))
  exam.attempt('an answer tells that the password was right', appearance(right) === seen[0])
  await otherSpellings(stage, exam, person)
  const known = await trySignIn(stage, email, password, person.caller)
  exam.attempt('a stranger locked the owner out of their own browser', entered(known))

  await age(sql, `${LOCKED_FOR} -60 seconds`)
  exam.attempt('the lock ended before its time', !entered(await trySignIn(stage, email, password)))
  await age(sql, '61 seconds')
  exam.attempt('the lock did not end', entered(await trySignIn(stage, email, password)))
}

/** The same person by another name, and the same network by another. */
async function otherSpellings(stage: Stage, exam: Exam, { email, password }: Newcomer): Promise<void> {
  const [name = '', domain = ''] = email.split('@')
  for (const spelling of [email.toUpperCase(), `${name}@${domain.toUpperCase()}`]) {
    exam.attempt('another spelling of the address opened', !entered(await trySignIn(stage, spelling, password)))
  }
  const forged = await trySignInFrom('198.51.100.9', stage, email, password)
  exam.attempt('a forged forwarding header opened', !entered(forged))
}

async function trySignInFrom(network: string, stage: Stage, email: string, password: string): Promise<Answer> {
  const caller = stage.caller()
  const headers = { 'x-csrf-token': await caller.csrfToken(), 'x-forwarded-for': network }
  return caller.raw('POST', '/api/v1/session', { headers, body: { email, password, sharedComputer: false } })
}

/** All of an answer but what differs between any two: its number and its time. */
function appearance({ status, headers, body, text }: Answer): string {
  const { date: _date, ...shown } = headers
  const { requestId, ...words } = body ?? {}
  return JSON.stringify([status, shown, requestId === undefined ? text : words])
}

/** Somebody at a browser that was left open guesses the present password, to set one of their own. */
async function presentPassword(stage: Stage, exam: Exam, _sql: SqlClient, person: Newcomer): Promise<void> {
  const { caller, email, password } = person
  const next = strongPassword()
  const change = (current: string) => caller.call('PUT', '/api/v1/password', { body: { current, next } })
  for (let at = 1; at <= TRIES; at += 1) {
    exam.control('a wrong present password is refused', (await change('wrong-guess-of-it')).status === 401)
  }
  exam.attempt('the present password could be guessed on', (await change(password)).status !== 200)
  const unlocked = await stage.operate('member', 'unlock', email)
  exam.control('an operator can open the way again', unlocked.status === 0)
  const opened = await trySignIn(stage, email, password)
  exam.control('then the right password opens', entered(opened))
}

/** The work of fifty guesses at once, in units of one guess that is looked at. */
async function allAtOnce(stage: Stage, exam: Exam, _sql: SqlClient, person: Newcomer): Promise<void> {
  const measured = async (email: string, count: number): Promise<number> => {
    const caller = stage.caller()
    await caller.csrfToken()
    const before = workOf(stage.processId())
    await Promise.all(Array.from({ length: count }, () => guess(stage, email, caller)))
    return workOf(stage.processId()) - before
  }
  const nobody = unusedEmail()
  const looked = (await measured(nobody, TRIES - 1)) / (TRIES - 1)
  await guess(stage, nobody)
  const refused = (await measured(nobody, AT_ONCE)) / AT_ONCE
  exam.attempt('a try on a locked way costs as much as one that is looked at', looked > 10 * refused)
  for (const [whose, email] of [
    ['somebody', person.email],
    ['nobody', unusedEmail()],
  ] as const) {
    const work = await measured(email, AT_ONCE)
    const count = (work - AT_ONCE * refused) / Math.max(looked - refused, Number.EPSILON)
    const told = `fifty guesses at once of the password of ${whose} cost as much as ${count.toFixed(1)} that are looked at`
    exam.attempt(told, Math.round(count) <= TRIES)
  }
}

async function timesTellNothing(stage: Stage, exam: Exam, sql: SqlClient, { email }: Newcomer): Promise<void> {
  const nobody = unusedEmail()
  const compare = async (pairs: number, what: string, prepare: () => Promise<unknown>) => {
    const times: Record<string, number[]> = { [email]: [], [nobody]: [] }
    const callers = { [email]: stage.caller(), [nobody]: stage.caller() }
    for (const caller of Object.values(callers)) await caller.csrfToken()
    for (let at = 0; at < pairs; at += 1) {
      await prepare()
      for (const one of at % 2 === 0 ? [email, nobody] : [nobody, email]) {
        const began = performance.now()
        await guess(stage, one, callers[one])
        times[one]?.push(performance.now() - began)
      }
    }
    const effect = effectBetween(times[email] ?? [], times[nobody] ?? [])
    const bound = effectByChance(pairs, SIGMAS)
    const told = `the time of an answer tells whether an address has a user (${what}: effect ${effect.toFixed(2)}, bound ${bound.toFixed(2)})`
    exam.attempt(told, Math.abs(effect) < bound)
  }
  await compare(TIMED_PAIRS_OPEN, 'looked at', () => sql.query('delete from desk.sign_in_counter'))
  for (let at = 1; at < TRIES; at += 1) await Promise.all([guess(stage, email), guess(stage, nobody)])
  await compare(TIMED_PAIRS_LOCKED, 'locked', async () => {})
}

/** Behind a proxy that tells networks apart: many networks are not many times five tries. A lock outlives a restart. */
async function manyNetworks(stage: Stage, exam: Exam, _sql: SqlClient, person: Newcomer): Promise<void> {
  const { email, password } = person
  await stage.stop()
  await stage.start({ TRUSTED_PROXIES: '127.0.0.1' })
  exam.attempt('a lock was forgotten at a restart', !entered(await trySignIn(stage, email, password)))
  const again = await stage.sql('superuser')
  await again.query('delete from desk.sign_in_counter')
  const from = (network: number, typed: string) => trySignInFrom(`203.0.113.${network}`, stage, email, typed)
  const answers = [await from(1, 'wrong-guess-of-it'), await from(2, 'wrong-guess-of-it')]
  exam.control(
    'guesses from two networks are refused',
    answers.every(({ status }) => status === 401),
  )
  exam.control('a third network can sign in', entered(await from(3, password)))
  // As if further networks had failed too; of the counts there are it is the one that both guesses raised.
  const raised = await again.query('update desk.sign_in_counter set failures = $1 where failures = 2', [
    STRANGERS_TRIES,
  ])
  exam.control('the guesses of all networks are counted together', raised.rowCount === 1)
  exam.attempt('guessing from many networks goes on', !entered(await from(4, password)))
  const known = await trySignIn(stage, email, password, person.caller)
  exam.attempt('many strangers locked the owner out of their own browser', entered(known))
}

/** Everything that is counted happened so much longer ago. */
async function age(sql: SqlClient, span: string): Promise<void> {
  await sql.query(
    `update desk.sign_in_counter
     set updated_at = updated_at - $1::interval, locked_until = locked_until - $1::interval`,
    [span],
  )
}
