/**
 * Sessions end after seven days without a deed, not earlier and not later: for every kind of request, for links to
 * files and for a stream that is open. Polling is no deed. Time is shifted by ageing rows in the database.
 */
import { get } from 'node:http'
import type { Caller } from './caller.ts'
import { liftBudgets, type Newcomer, newcomer, strongPassword, trySignIn } from './newcomers.ts'
import type { Exam, Stage, StageProbe } from './probe.ts'
import type { SqlClient } from './sql.ts'

const LIMIT = '7 days'
const LONGEST = '30 days'
const LONGEST_S = 30 * 24 * 3600
/** How long an open stream may go on after its session has ended. */
const STREAM_ENDS_WITHIN_MS = 40_000
const STREAM_HEARS_WITHIN_MS = 5_000
const LEFT_S = 3
const POLL_EVERY_MS = 100

export const sessionExpiry: StageProbe = {
  name: 'session-expiry',
  isSafe: false,
  async run(stage, exam) {
    await liftBudgets(stage)
    const sql = await stage.sql('superuser')
    const listener = await newcomer(stage)
    const stream = await listen(stage, listener)
    exam.control('an open stream hears what happens', await hears(stream, listener))
    await makeIdle(sql, listener, `${LIMIT} 1 second`)

    await atTheEdge(stage, exam, sql)
    await whatCounts(stage, exam, sql)
    await whateverHappens(stage, exam, sql)
    await newPassword(stage, exam)
    // Looking at the stream takes half a minute; a promise that is broken already needs no more.
    if (!exam.isBroken()) await streamEnds(stream, exam)
    stream.end()
  },
}

/** Everything a session opens, a second before seven idle days and a second after. */
async function atTheEdge(stage: Stage, exam: Exam, sql: SqlClient): Promise<void> {
  const person = await newcomer(stage)
  const file = await uploadedFile(person)
  await makeIdle(sql, person, `${LIMIT} -10 seconds`)
  const open = await opened(stage, person, file)
  for (const [what, isOpen] of open) exam.control(`seven idle days less ten seconds: ${what}`, isOpen)
  await makeIdle(sql, person, `${LIMIT} 1 second`)
  for (const [what, isOpen] of await opened(stage, person, file)) {
    exam.attempt(`after seven idle days: ${what} is still open`, !isOpen)
  }
  exam.attempt('a session came back to life', !(await isSignedIn(person.caller)))
}

async function opened(stage: Stage, person: Newcomer, file: string): Promise<[string, boolean][]> {
  const { caller, workspaceId } = person
  const workspace = `/api/v1/workspaces/${workspaceId}`
  const is = async (status: number, asked: ReturnType<Caller['raw']>) => (await asked).status === status
  return [
    ['who is signed in', await isSignedIn(caller)],
    ['a list', await is(200, caller.raw('GET', `${workspace}/conversations?view=all`))],
    ['a file', await is(200, caller.raw('GET', file, { origin: 'files' }))],
    ['a new stream', await opensStream(stage, person)],
    // Last: it is a deed, and would keep the session alive.
    ['a deed', await is(200, caller.call('PATCH', '/api/v1/preferences', { body: { name: 'Shirin A.' } }))],
  ]
}

/** Only deeds count: of two sessions with a few seconds left one is polled and one is used. */
async function whatCounts(stage: Stage, exam: Exam, sql: SqlClient): Promise<void> {
  const [polled, busy, watching] = [await newcomer(stage), await newcomer(stage), await newcomer(stage)]
  for (const one of [polled, busy, watching]) await makeIdle(sql, one, `${LIMIT} -${LEFT_S} seconds`)
  const acted = await busy.caller.call('PATCH', '/api/v1/preferences', { body: { name: 'Shirin B.' } })
  const active = { 'x-user-active': '1' }
  const path = `/api/v1/workspaces/${watching.workspaceId}/conversations?view=all`
  const looked = await watching.caller.raw('GET', path, { headers: active })
  exam.control('a deed and a look are answered', acted.status === 200 && looked.status === 200)
  const until = performance.now() + (LEFT_S + 1) * 1000
  let polls = 0
  while (performance.now() < until) {
    polls += await poll(polled)
    await pause(POLL_EVERY_MS)
  }
  exam.control('polling was answered while the session lasted', polls >= 10)
  exam.attempt('polling kept a session alive', !(await isSignedIn(polled.caller)))
  exam.attempt('somebody who does things was put out', await isSignedIn(busy.caller))
  exam.attempt('somebody who reads was put out', await isSignedIn(watching.caller))
}

/** What a screen asks by itself. How many of three were answered. */
async function poll({ caller, workspaceId }: Newcomer): Promise<number> {
  const workspace = `/api/v1/workspaces/${workspaceId}`
  const nobody = 'cnv_00000000000000000000000000'
  const list = await caller.raw('GET', `${workspace}/conversations?view=all`)
  const session = await caller.raw('GET', '/api/v1/session')
  // Marking as read is sent by the screen itself; the conversation need not be there for the session to be looked at.
  const read = await caller.call('PUT', `${workspace}/conversations/${nobody}/reading`, { body: { readNumber: 0 } })
  return Number(list.status === 200) + Number(session.body?.user != null) + Number(read.status === 404)
}

/** A session that is used goes on past its seventh day and ends after thirty; signing out ends it at once. */
async function whateverHappens(stage: Stage, exam: Exam, sql: SqlClient): Promise<void> {
  const old = await newcomer(stage)
  await age(sql, old, '8 days')
  await makeIdle(sql, old, '1 minute')
  exam.attempt('a session that is used was ended on its eighth day', await isSignedIn(old.caller))
  await age(sql, old, `${LONGEST} 1 second`)
  await makeIdle(sql, old, '1 minute')
  exam.attempt('a session lasts longer than thirty days', !(await isSignedIn(old.caller)))
  const lasting = [old.answer.headers['set-cookie'] ?? []].flat().find((cookie) => /session=/.test(cookie)) ?? ''
  const age_s = Number(/Max-Age=(\d+)/.exec(lasting)?.[1] ?? Number.NaN)
  exam.attempt('the cookie outlives the session', age_s <= LONGEST_S)

  const leaving = await newcomer(stage)
  const copy = new Map(leaving.caller.cookies)
  const left = await leaving.caller.call('DELETE', '/api/v1/session')
  exam.control('signing out is answered', left.status === 204)
  for (const [name, value] of copy) leaving.caller.cookies.set(name, value)
  exam.attempt('a copy of the cookie opens a session that was left', !(await isSignedIn(leaving.caller)))
}

async function newPassword(stage: Stage, exam: Exam): Promise<void> {
  const person = await newcomer(stage)
  const elsewhere = stage.caller()
  const also = await trySignIn(stage, person.email, person.password, elsewhere)
  exam.control('a person is signed in at two places', also.status === 201 && (await isSignedIn(elsewhere)))
  const body = { current: person.password, next: strongPassword() }
  const changed = await person.caller.call('PUT', '/api/v1/password', { body })
  exam.control('the password is changed', changed.status === 200 && (await isSignedIn(person.caller)))
  exam.attempt('another session outlives the password', !(await isSignedIn(elsewhere)))
}

async function streamEnds(stream: Stream, exam: Exam): Promise<void> {
  const deadline = performance.now() + STREAM_ENDS_WITHIN_MS
  while (!stream.hasEnded() && performance.now() < deadline) await pause(POLL_EVERY_MS)
  exam.attempt('an open stream goes on after its session has ended', stream.hasEnded())
}

async function isSignedIn(caller: Caller): Promise<boolean> {
  // The desk takes a dead cookie back; what is asked here is about the cookie, so it is kept.
  const kept = new Map(caller.cookies)
  const { body } = await caller.raw('GET', '/api/v1/session')
  for (const [name, value] of kept) caller.cookies.set(name, value)
  return body?.user != null
}

/** Nothing done for so long, in a session that began with the last deed at the latest. */
async function makeIdle(sql: SqlClient, person: Newcomer, span: string): Promise<void> {
  await sql.query(
    `update desk.session s set last_active_at = clock_timestamp() - $2::interval,
       created_at = least(s.created_at, clock_timestamp() - $2::interval)
     from desk.app_user u where u.id = s.user_id and u.email = $1`,
    [person.email, span],
  )
}

/** Everything about the session so much longer ago. */
async function age(sql: SqlClient, person: Newcomer, span: string): Promise<void> {
  await sql.query(
    `update desk.session s set created_at = s.created_at - $2::interval, expires_at = s.expires_at - $2::interval,
       last_active_at = s.last_active_at - $2::interval
     from desk.app_user u where u.id = s.user_id and u.email = $1`,
    [person.email, span],
  )
}

/** Address of a file that the person has uploaded, on the origin of files. */
async function uploadedFile({ caller, workspaceId }: Newcomer): Promise<string> {
  const path = `/api/v1/workspaces/${workspaceId}/attachments?fileName=a.txt`
  const body = Buffer.from('words in a file')
  const headers = { 'content-type': 'application/octet-stream' }
  const { body: file, status } = await caller.call('POST', path, { body, headers })
  if (status !== 201) throw new Error(`an upload was answered ${status}`)
  return new URL(file.url).pathname + new URL(file.url).search
}

type Stream = { status: number; text(): string; hasEnded(): boolean; end(): void }

function listen(stage: Stage, { caller, workspaceId }: Newcomer): Promise<Stream> {
  const { port } = new URL(stage.url)
  const cookie = [...caller.cookies].map((pair) => pair.join('=')).join('; ')
  const options = {
    host: '127.0.0.1',
    port,
    path: `/api/v1/workspaces/${workspaceId}/events`,
    headers: { host: new URL(stage.url).host, cookie, accept: 'text/event-stream' },
  }
  return new Promise((resolve, reject) => {
    const request = get(options, (response) => {
      let text = ''
      let hasEnded = false
      response.on('data', (bytes: Buffer) => {
        text += bytes.toString('utf8')
      })
      response.on('close', () => {
        hasEnded = true
      })
      const stream = { status: response.statusCode ?? 0, text: () => text, hasEnded: () => hasEnded }
      resolve({ ...stream, end: () => request.destroy() })
    })
    request.on('error', reject)
  })
}

async function opensStream(stage: Stage, person: Newcomer): Promise<boolean> {
  const stream = await listen(stage, person)
  stream.end()
  return stream.status === 200
}

async function hears(stream: Stream, { caller, workspaceId }: Newcomer): Promise<boolean> {
  const before = stream.text().length
  await caller.call('PATCH', `/api/v1/workspaces/${workspaceId}`, { body: { name: 'Probe Works Ltd' } })
  const deadline = performance.now() + STREAM_HEARS_WITHIN_MS
  while (stream.text().length === before && performance.now() < deadline) await pause(20)
  return stream.status === 200 && stream.text().length > before && !stream.hasEnded()
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
