/**
 * Every request that changes something, sent as another site could make a browser send it: with the cookies of somebody
 * who is signed in, and without the token of this very session, or from a page that is not the desk's. Each must be
 * refused before a row changes; the same request succeeds when the desk's own page sends it. Reading changes nothing.
 */
import { codeOf, turnOn } from './authenticator.ts'
import { type Belongings, done, freshWord, furnish } from './belongings.ts'
import type { Answer, Caller } from './caller.ts'
import { caseOf, FRESH_PASSWORD } from './cases.ts'
import {
  invitationTo,
  liftBudgets,
  type Newcomer,
  newcomer,
  resetTokenFor,
  signUpBody,
  strongPassword,
  trySignIn,
  unusedEmail,
} from './newcomers.ts'
import type { Exam, Stage, StageProbe } from './probe.ts'
import { type Ask, addressOf, isOfWorkspace, type Route, readRoutes } from './routes.ts'
import { changedTables, lookAtRows, type Rows, workspaceUuid } from './rows.ts'
import type { SqlClient } from './sql.ts'

const UNSAFE_MIN = 30
const SAFE_MIN = 15
const REFUSED = [403, 415]
const EVIL = 'https://evil.example'
/** Kept outside every workspace. */
const GLOBAL_TABLES = ['app_user', 'session', 'password_reset', 'totp', 'recovery_code', 'workspace', 'inbox_address']

type Ground = { readonly stage: Stage; readonly exam: Exam; readonly own: Belongings; readonly sql: SqlClient }
/** A request that would succeed, and who sends it. */
type Request = { readonly route: Route; readonly ask: Ask; readonly as: Caller; readonly token: string }
type Foreign = Readonly<Record<string, string>>
type Attack = { readonly what: string; readonly headers: Record<string, string>; readonly ask?: Ask }

export const csrf: StageProbe = {
  name: 'csrf',
  isSafe: false,
  async run(stage, exam) {
    await liftBudgets(stage)
    const { shapla, by } = stage.cast
    const own = await furnish(stage, await stage.signedIn(by.owner.email), shapla)
    const ground: Ground = { stage, exam, own, sql: await stage.sql('superuser') }
    const routes = await readRoutes(stage)
    const foreign = await foreignTokens(ground, routes)
    const unsafe = routes.filter(
      ({ method, origin, access }) => method !== 'GET' && origin === 'desk' && access !== 'signature',
    )
    exam.control('the desk tells its routes that change something', unsafe.length >= UNSAFE_MIN)
    const requests: Request[] = []
    for (const route of unsafe) requests.push(await requestFor(ground, route))
    for (const request of requests) if (!exam.isBroken()) await attackRoute(ground, request, foreign)
    if (exam.isBroken()) return
    for (const { route, ask, as } of requests) {
      const answer = await send(as, route, ask, { 'x-csrf-token': await as.csrfToken() })
      exam.control(
        `${route.name} from the desk’s own page was answered ${answer.status}`,
        answer.status === route.status,
      )
    }
    await readingChangesNothing(ground, routes)
    await withoutCookies(ground, routes)
    await cookiesStayHome(ground)
  },
}

/** Tokens that were given out, to somebody else or for something that is over. */
async function foreignTokens({ stage }: Ground, routes: readonly Route[]): Promise<Foreign> {
  const neighbour = await stage.signedIn(stage.cast.stranger.email)
  const ended = await stage.signedIn(stage.cast.by.owner.email)
  const old = await ended.csrfToken()
  const { method, path } = routes.find(({ name }) => name === 'signOut') ?? {
    method: 'DELETE',
    path: '/api/v1/session',
  }
  await done(ended.call(method, path), 'signing out')
  const colleague = await stage.signedIn(stage.cast.by.admin.email)
  return {
    'the token of somebody next door': await neighbour.csrfToken(),
    'the token of a colleague': await colleague.csrfToken(),
    'the token of a visit before sign-in': await stage.caller().csrfToken(),
    'the token of a session that ended': old,
  }
}

/** Routes of a workspace have their cases; the few others are told here. */
async function requestFor(ground: Ground, route: Route): Promise<Request> {
  const { stage, own } = ground
  if (isOfWorkspace(route)) {
    const ask = await caseOf(route, { stage, own, as: own.owner })
    return { route, ask, as: own.owner, token: await own.owner.csrfToken() }
  }
  // Of their own, since some of these requests end every session of who makes them.
  const person = route.access === 'public' ? null : await newcomer(stage)
  const as = person?.caller ?? stage.caller()
  const ask = await (isOfSecondFactor(route)
    ? secondFactorAsk(ground, route, person ?? (await newcomer(stage)), as)
    : askOf(ground, route, person?.password ?? ''))
  return { route, ask, as, token: await as.csrfToken() }
}

const isOfSecondFactor = ({ path }: Route) => path.includes('/second-factor')

/** A code that would count, so that nothing but the token is missing. */
async function secondFactorAsk({ stage, exam }: Ground, route: Route, person: Newcomer, as: Caller): Promise<Ask> {
  const { password } = person
  if (route.name === 'beginSecondFactor') return { body: { password } }
  const sql = await stage.sql('superuser')
  if (route.name === 'confirmSecondFactor') {
    const begun = await as.call('POST', '/api/v1/second-factor', { body: { password } })
    return { body: { code: codeOf(begun.body?.secret ?? '', new Date()) } }
  }
  const { secret, codes } = await turnOn(exam, sql, person)
  if (route.name === 'proveSecondFactor') await trySignIn(stage, person.email, password, as)
  // A recovery code waits for as long as the attacks take.
  const code = route.name === 'replaceRecoveryCodes' ? codeOf(secret, new Date()) : codes[0]
  return { body: route.name === 'endSecondFactor' ? { password, code } : { code } }
}

async function askOf({ stage, own }: Ground, route: Route, password: string): Promise<Ask> {
  const { viewer, admin } = stage.cast.by
  const inviting = { caller: own.owner, workspaceId: own.workspace.id }
  switch (route.name) {
    case 'signIn':
      return { body: { email: viewer.email, password: viewer.password, sharedComputer: false } }
    case 'signUp':
      return { body: signUpBody(unusedEmail(), strongPassword()) }
    case 'acceptInvitation': {
      const token = await invitationTo(inviting, unusedEmail())
      return { path: { token }, body: { name: 'Shirin Akter', password: FRESH_PASSWORD } }
    }
    case 'usePasswordReset':
      return { path: { token: await resetTokenFor(stage, admin.email) }, body: { password: strongPassword() } }
    case 'changePassword':
      return { body: { current: password, next: strongPassword() } }
    case 'updatePreferences':
      return { body: { name: `Nusrat ${freshWord()}` } }
    case 'signOut':
      return {}
    default:
      throw new Error(`${route.name} has no case: nobody says what it takes`)
  }
}

function send(as: Caller, route: Route, ask: Ask, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const bytes: Record<string, string> = route.body === 'bytes' ? { 'content-type': 'application/octet-stream' } : {}
  const body = route.body === 'none' ? undefined : (ask.body ?? {})
  return as.raw(route.method, addressOf(route, ask), { headers: { ...bytes, ...headers }, body })
}

function attacksOn({ route, ask, token }: Request, foreign: Foreign): Attack[] {
  const altered = `${token.slice(0, -1)}${token.endsWith('A') ? 'E' : 'A'}`
  const right = { 'x-csrf-token': token }
  const attacks: Attack[] = [
    { what: 'no token', headers: {} },
    { what: 'an empty token', headers: { 'x-csrf-token': '' } },
    { what: 'an altered token', headers: { 'x-csrf-token': altered } },
    { what: 'a token cut in half', headers: { 'x-csrf-token': token.split('.')[0] ?? '' } },
    ...Object.entries(foreign).map(([what, other]) => ({ what, headers: { 'x-csrf-token': other } })),
    {
      what: 'the token in the address',
      headers: {},
      ask: { ...ask, query: { ...ask.query, 'x-csrf-token': token, csrfToken: token } },
    },
    { what: 'the token as a cookie', headers: { 'x-xsrf-token': token } },
    { what: 'another site', headers: { ...right, 'sec-fetch-site': 'cross-site', origin: EVIL } },
    { what: 'another site that hides its name', headers: { ...right, 'sec-fetch-site': 'cross-site' } },
    { what: 'a neighbouring site', headers: { ...right, 'sec-fetch-site': 'same-site' } },
    { what: 'no site at all', headers: { ...right, 'sec-fetch-site': 'none' } },
    { what: 'an older browser on another site', headers: { ...right, origin: EVIL } },
    { what: 'a page without an origin', headers: { ...right, origin: 'null' } },
    { what: 'a site whose name begins like ours', headers: { ...right, origin: 'http://localhost.evil.example' } },
  ]
  if (route.body !== 'json') return attacks
  const inside = { ...(ask.body as object), 'x-csrf-token': token, csrfToken: token }
  const form = (type: string) => ({ what: `a form of ${type}`, headers: { 'content-type': type } })
  return [
    ...attacks,
    { what: 'the token in the body', headers: {}, ask: { ...ask, body: inside } },
    ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'].map((type) => ({
      ...form(type),
      ask: { ...ask, body: JSON.stringify(ask.body) },
    })),
  ]
}

async function attackRoute(ground: Ground, request: Request, foreign: Foreign): Promise<void> {
  const { exam } = ground
  const { route, as } = request
  const before = await look(ground)
  const answers = await Promise.all(
    attacksOn(request, foreign).map(async ({ what, headers, ask }) => {
      return { what, status: (await send(as, route, ask ?? request.ask, headers)).status }
    }),
  )
  for (const { what, status } of answers)
    exam.attempt(`${route.name} with ${what}: ${status}`, REFUSED.includes(status))
  const changed = changedTables(before, await look(ground))
  exam.attempt(`${route.name} changed rows of ${changed.join(', ')}`, changed.length === 0)
}

/** Rows of both workspaces, and those that belong to none. */
async function look({ sql, stage }: Ground): Promise<Rows> {
  const { shapla, meghna } = stage.cast
  const uuids = [await workspaceUuid(sql, shapla.slug), await workspaceUuid(sql, meghna.slug)]
  const rows = new Map(await lookAtRows(sql, uuids, ['rate_budget']))
  const known = await sql.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'desk'::regnamespace and relname = any ($1)`,
    [GLOBAL_TABLES],
  )
  for (const { name } of known.rows) {
    const sum = `select coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '') as sum from desk.${name} t`
    rows.set(`all of ${name}`, (await sql.query<{ sum: string }>(sum)).rows[0]?.sum ?? '')
  }
  return rows
}

/** Also when a call to read asks to be taken for another method. */
async function readingChangesNothing(ground: Ground, routes: readonly Route[]): Promise<void> {
  const { exam, stage, own } = ground
  const reads = routes.filter(({ method, origin, isStream }) => method === 'GET' && origin === 'desk' && !isStream)
  exam.control('the desk tells its routes that read', reads.length >= SAFE_MIN)
  const reader = await stage.signedIn(stage.cast.by.owner.email)
  const before = await look(ground)
  for (const route of reads) {
    const ask = isOfWorkspace(route)
      ? await caseOf(route, { stage, own, as: reader })
      : { path: { token: 'A'.repeat(43) } }
    const headers = { 'x-http-method-override': 'DELETE', 'sec-fetch-site': 'cross-site' }
    const asked = { ...ask, query: { ...ask.query } }
    const answer = await reader.raw('GET', addressOf(route, asked), { headers })
    exam.attempt(`${route.name} was answered ${answer.status}`, answer.status < 500)
  }
  const changed = changedTables(before, await look(ground))
  exam.attempt(`reading changed rows of ${changed.join(', ')}`, changed.length === 0)
  const still = await reader.raw('GET', '/api/v1/session')
  exam.attempt('reading ended the session', still.body?.user !== null)
}

/** Where calls carry no cookie there is nothing to forge: a browser's cookies open no chat and sign no hook. */
async function withoutCookies({ exam, own }: Ground, routes: readonly Route[]): Promise<void> {
  const path = { inboxKey: own.webchat.key, channel: own.apiInbox.channel }
  const others = routes.filter(({ method, access }) => method !== 'GET' && ['visitor', 'signature'].includes(access))
  exam.control('the desk tells its routes for programs', others.length > 0)
  for (const route of others) {
    const key = route.access === 'signature' ? own.apiInbox.key : own.webchat.key
    const isNamed = route.parameters.some(({ name }) => name === 'fileName')
    const query: Record<string, string> = isNamed ? { fileName: 'a.txt' } : {}
    const address = addressOf(route, { path: { ...path, inboxKey: key }, query })
    const answer = await own.owner.raw(route.method, address, { origin: route.origin, body: {} })
    exam.attempt(`${route.name} with cookies alone: ${answer.status}`, [401, 403].includes(answer.status))
  }
}

/** The cookie is kept from scripts and from other sites' requests, and no other site is let in by a header. */
async function cookiesStayHome({ exam, stage }: Ground): Promise<void> {
  const { email, password } = stage.cast.by.owner
  const caller = stage.caller()
  const answer = await caller.call('POST', '/api/v1/session', { body: { email, password, sharedComputer: false } })
  const cookies = [answer.headers['set-cookie'] ?? []].flat()
  exam.control('signing in sets cookies', answer.status === 201 && cookies.length > 0)
  for (const cookie of cookies) {
    const name = cookie.split('=')[0]
    const isKept = /; HttpOnly/i.test(cookie) && /; SameSite=(Lax|Strict)/i.test(cookie) && !/; Domain=/i.test(cookie)
    exam.attempt(`the cookie ${name} is for others too`, isKept && /; Path=\/(;|$)/i.test(cookie))
  }
  const preflight = { origin: EVIL, 'access-control-request-method': 'POST' }
  for (const method of ['GET', 'OPTIONS'] as const) {
    const asked = await caller.raw(method, '/api/v1/session', { headers: preflight })
    exam.attempt(`${method} lets another site in`, asked.headers['access-control-allow-origin'] === undefined)
  }
}
