/**
 * Every kind of route is asked more often than anybody may ask it in a minute, from one place, under forged names of
 * other places, and through two processes at once. The calls beyond the budget are answered 429 and say when to come
 * again; somebody else is not held up meanwhile. A counter that cannot be read lets nobody through.
 */
import { randomBytes } from 'node:crypto'
import type { Answer, Caller } from './caller.ts'
import { clientId, messageFrom, postHook } from './belongings.ts'
import { inboxOf, Visitor } from './customers.ts'
import type { CastInbox } from './cast.ts'
import type { Exam, Stage, StageProbe, Target } from './probe.ts'
import { addressOf, isOfWorkspace, readRoutes, type Route } from './routes.ts'
import type { SqlClient } from './sql.ts'

/** What one session, visitor or network may ask in a minute. */
const MOST = { reads: 1_200, writes: 300, searches: 120, uploads: 60, streams: 60, auth: 20, signUps: 5, visits: 240 }
const MOST_OF_VISITOR = { writes: 60 }
const MINUTE_MS = 60_000
const AT_ONCE = 40
/** What an attack takes at most; one that would run into the next minute waits for it. */
const ATTACK_MS = 8_000
const TRIES_MAX = 3
const ROUTES_MIN = 40
const FORGED = ['x-forwarded-for', 'x-real-ip', 'cf-connecting-ip', 'true-client-ip', 'forwarded', 'client-ip']

export const rateLimits: StageProbe = {
  name: 'rate-limits',
  isSafe: false,
  async run(stage, exam) {
    const sql = await stage.sql('superuser')
    const routes = await readRoutes(stage)
    const { by, stranger } = stage.cast
    // Before the attacks: afterwards nobody signs in from this machine for a minute.
    const [member, colleague, neighbour] = [
      await stage.signedIn(by.admin.email),
      await stage.signedIn(by.owner.email),
      await stage.signedIn(stranger.email),
    ]
    const behindProxy = { TRUSTED_PROXIES: '127.0.0.1' }
    const pair = await Promise.all([stage.beside(behindProxy), stage.beside(behindProxy)])
    const attacks = [
      () => strangers(stage, exam),
      () => members(stage, exam, routes, { member, colleague }),
      () => visitors(stage, exam),
      () => networks(exam, pair, neighbour),
      () => hooks(stage, exam, sql, pair[0]),
      () => everyRoute(stage, exam, sql, routes),
      () => brokenCounter(stage, exam, sql, pair[1]),
    ]
    for (const attack of attacks) if (!exam.isBroken()) await attack()
  },
}

function minuteNow(): number {
  return Math.floor(Date.now() / MINUTE_MS)
}

/** What is spent comes back with the next minute: an attack that runs into it says nothing and is made again. */
async function withinAMinute(exam: Exam, attack: (exam: Exam) => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    const left_ms = MINUTE_MS - (Date.now() % MINUTE_MS)
    if (left_ms < ATTACK_MS) await new Promise((resolve) => setTimeout(resolve, left_ms))
    const seen: (() => void)[] = []
    const minute = minuteNow()
    await attack({
      attempt: (what, held) => seen.push(() => exam.attempt(what, held)),
      control: (what, worked) => seen.push(() => exam.control(what, worked)),
      isBroken: exam.isBroken,
    })
    if (minute !== minuteNow() && tries < TRIES_MAX) continue
    exam.control('an attack fits into a minute', minute === minuteNow())
    for (const tell of seen) tell()
    return
  }
}

function isRefused(answer: Answer): boolean {
  const seconds = Number(answer.headers['retry-after'])
  return answer.status === 429 && Number.isInteger(seconds) && seconds >= 1 && seconds <= MINUTE_MS / 1000
}

/** Asks beyond the budget; true when no more got through than may in the minutes that it took. */
async function goOver(most: number, ask: (count: number) => Promise<Answer>) {
  const began = minuteNow()
  let [asked, through] = [0, 0]
  let last: Answer | undefined
  while (last === undefined && asked <= 2 * most) {
    const size = Math.min(AT_ONCE, Math.max(1, most - asked + 1))
    const answers = await Promise.all(Array.from({ length: size }, (_, at) => ask(asked + at)))
    asked += size
    through += answers.filter(({ status }) => status !== 429).length
    last = answers.find(({ status }) => status === 429)
  }
  const minutes = minuteNow() - began + 1
  return { isHeld: last !== undefined && isRefused(last) && through <= most * minutes, through, asked }
}

async function attempt(exam: Exam, what: string, most: number, ask: (count: number) => Promise<Answer>) {
  const { isHeld, through, asked } = await goOver(most, ask)
  exam.attempt(`${what}: ${through} of ${asked} calls got through`, isHeld)
}

function madeUpToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Whoever is not signed in: signing in, signing up, resets, invitations. */
async function strangers(stage: Stage, exam: Exam): Promise<void> {
  const caller = stage.caller()
  const { email } = stage.cast.by.agent
  const spelled = [email, email.toUpperCase(), ` ${email} `, email.replace('@', '+a@'), `${email}.`]
  const signIn = (count: number, headers: Record<string, string> = {}) => {
    const body = { email: spelled[count % spelled.length], password: 'not the password', sharedComputer: false }
    return caller.call('POST', '/api/v1/session', { body, headers })
  }
  exam.control('a stranger is heard', (await signIn(0)).status === 401)
  await withinAMinute(exam, async (exam) => {
    await attempt(exam, 'signing in', MOST.auth, signIn)
    for (const header of FORGED) {
      const from = header === 'forwarded' ? 'for=198.51.100.7' : '198.51.100.7'
      const answer = await signIn(0, { [header]: from })
      exam.attempt(`signing in with a forged ${header} was answered ${answer.status}`, isRefused(answer))
    }
  })
  const post = (path: string, body: object) => () => caller.call('POST', path, { body })
  const weak = { name: 'A', email: 'a@mail.example', password: 'weak', workspaceName: 'A', language: 'en' }
  await attempt(exam, 'signing up', MOST.signUps, post('/api/v1/sign-up', weak))
  const reset = `/api/v1/password-resets/${madeUpToken()}`
  await attempt(exam, 'asking for a reset link', MOST.auth, () => caller.raw('GET', reset))
  await attempt(exam, 'using a reset link', MOST.auth, post(`${reset}/use`, { password: 'weak' }))
  const invitation = () => `/api/v1/invitations/${madeUpToken()}`
  await attempt(exam, 'guessing invitations', MOST.auth, () => caller.raw('GET', invitation()))
  await attempt(exam, 'accepting invitations', MOST.auth, () =>
    caller.call('POST', `${invitation()}/acceptance`, { body: {} }),
  )
}

/** Who is signed in. Once a budget of theirs is spent, no route that draws on it is open to them. */
async function members(
  stage: Stage,
  exam: Exam,
  routes: readonly Route[],
  { member, colleague }: { member: Caller; colleague: Caller },
): Promise<void> {
  const { id } = stage.cast.shapla
  const at = `/api/v1/workspaces/${id}`
  const own = routes.filter((route) => isOfWorkspace(route) || route.access === 'signedIn')
  exam.control('the desk tells its routes', own.length >= ROUTES_MIN)
  const wrong = { current: 'not the password', next: 'another strong one for this' }
  const special = ['search', 'streamEvents', 'uploadAttachment', 'changePassword']
  const only = (name: string) => own.filter((route) => route.name === name)
  const kinds: [string, number, () => Promise<Answer>, Route[]][] = [
    ['changing a password', MOST.auth, () => member.call('PUT', '/api/v1/password', { body: wrong }), []],
    ['searching', MOST.searches, () => member.raw('GET', `${at}/search?q=a`), only('search')],
    ['uploading', MOST.uploads, () => upload(member, `${at}/attachments?fileName=a.txt`), only('uploadAttachment')],
    ['opening streams', MOST.streams, () => member.raw('GET', `${at}/events?after=none`), only('streamEvents')],
    [
      'writing',
      MOST.writes,
      () => member.call('PATCH', '/api/v1/preferences', { body: {} }),
      own.filter(({ method, name }) => method !== 'GET' && !special.includes(name)),
    ],
    [
      'reading',
      MOST.reads,
      () => member.raw('GET', `${at}/tags`),
      own.filter(({ method, name }) => method === 'GET' && !special.includes(name)),
    ],
  ]
  for (const [what, most, ask, alike] of kinds) {
    await withinAMinute(exam, async (exam) => {
      await attempt(exam, what, most, ask)
      await Promise.all(alike.map((route) => askBeyond(member, exam, route, id)))
    })
  }
  const reading = await colleague.raw('GET', `${at}/tags`)
  const writing = await colleague.call('PATCH', '/api/v1/preferences', { body: {} })
  exam.control('a colleague reads and writes on', reading.status === 200 && writing.status === 200)
}

function upload(caller: Caller, path: string): Promise<Answer> {
  return caller.call('POST', path, { headers: { 'content-type': 'application/octet-stream' }, body: Buffer.from('a') })
}

async function askBeyond(member: Caller, exam: Exam, route: Route, workspaceId: string): Promise<void> {
  const path = Object.fromEntries(route.ids.map(({ name }) => [name, name]))
  const address = addressOf(route, { path: { mode: 'note', ...path, workspaceId } })
  const answer = await member.call(route.method, address, { body: route.body === 'none' ? undefined : {} })
  exam.attempt(`${route.name} beyond the budget was answered ${answer.status}`, isRefused(answer))
}

/** Visitors of a web chat; another one writes on meanwhile. */
async function visitors(stage: Stage, exam: Exam): Promise<void> {
  const inbox = inboxOf(stage.cast.meghna, 'webchat')
  const [visitor, other] = [await Visitor.come(stage, inbox), await Visitor.come(stage, inbox)]
  exam.control('a visitor writes', (await visitor.write('One')).status === 202)
  const again = { clientMessageId: clientId(), text: 'Two', attachmentIds: [], sentAt: new Date().toISOString() }
  await attempt(exam, 'writing as a visitor', MOST_OF_VISITOR.writes, () => visitor.ask('POST', '/messages', again))
  await attempt(exam, 'reading as a visitor', MOST.visits, () => visitor.ask('GET', '/messages'))
  const bytes = { 'content-type': 'application/octet-stream' }
  await attempt(exam, 'uploading as a visitor', MOST.uploads, () =>
    visitor.ask('POST', '/attachments?fileName=a.txt', Buffer.from('a'), bytes),
  )
  const stream = () => visitor.ask('GET', '/events?after=nothing')
  await attempt(exam, 'opening streams as a visitor', MOST.streams, stream)
  await attempt(exam, 'beginning visits', MOST.visits, () => visitor.ask('POST', '/sessions', {}))
  exam.control('another visitor writes on', (await other.write('Three')).status === 202)
}

/** Two processes share what they count, and one behind a proxy tells networks apart as the proxy names them. */
async function networks(exam: Exam, pair: [Target, Target], neighbour: Caller): Promise<void> {
  const [here, there] = [pair[0].caller(), pair[1].caller()]
  const guess = (caller: Caller, from?: string) =>
    caller.raw('GET', `/api/v1/password-resets/${madeUpToken()}`, { headers: from ? { 'x-forwarded-for': from } : {} })
  await withinAMinute(exam, async (exam) => {
    await attempt(exam, 'two processes in turn', MOST.auth, (count) =>
      guess(count % 2 === 0 ? here : there, '203.0.113.9'),
    )
    const elsewhere = await guess(there, '203.0.113.1')
    exam.control('another network has a budget of its own', elsewhere.status === 404)
    await attempt(exam, 'forged names in front of a proxy’s', MOST.auth, (count) =>
      guess(there, `198.51.100.${count}, 203.0.113.1`),
    )
    const mapped = await guess(there, '::ffff:203.0.113.1')
    exam.attempt(`an IPv4 address in IPv6 clothes was answered ${mapped.status}`, isRefused(mapped))
    const host = (count: number) => `2001:db8:1:2:${count.toString(16)}::${(count * 7).toString(16)}`
    await attempt(exam, 'hosts of one IPv6 network', MOST.auth, (count) => guess(there, host(count)))
    const spelled = await guess(there, '2001:0DB8:0001:0002::9')
    exam.attempt(`the same network in other letters was answered ${spelled.status}`, isRefused(spelled))
    const next = await guess(there, '2001:db8:1:3::1')
    exam.control('the next IPv6 network has a budget of its own', next.status === 404)
  })
  const twin = pair[1].caller()
  for (const [name, value] of neighbour.cookies) twin.cookies.set(name, value)
  await attempt(exam, 'writing through two processes', MOST.writes, (count) =>
    (count % 2 === 0 ? neighbour : twin).call('PATCH', '/api/v1/preferences', { body: {} }),
  )
}

/** A process holds some of a budget in its hand, so what is spent in the database shows in a new one. */
async function hooks(stage: Stage, exam: Exam, sql: SqlClient, first: Target): Promise<void> {
  const inbox = inboxOf(stage.cast.shapla, 'api')
  const call = (at: Target, to: CastInbox, secret = to.signingSecret) =>
    postHook(at, to, secret, messageFrom(clientId(), 'Is it there yet?'))
  await sql.query('delete from desk.rate_budget')
  const forged = await call(first, inbox, 'whsec_AAAA')
  exam.attempt(`a call signed by somebody else was answered ${forged.status}`, [401, 403].includes(forged.status))
  const unsigned = await budgets(sql)
  exam.control('a signed call is taken', (await call(first, inbox)).status === 200)
  const signed = (await budgets(sql)).filter((key) => !unsigned.includes(key))
  exam.attempt('an unsigned call drew on no budget', unsigned.length > 0)
  exam.attempt('a signed call drew on no budget of its inbox', signed.length > 0)
  await sql.query(
    `create function public.spend() returns trigger language plpgsql as
       $$ begin if new.key = any (tg_argv[0]::bytea[]) then new.used := 2000000000; end if; return new; end $$`,
  )
  const spent = `{${signed.map((key) => `"\\\\x${key}"`).join(',')}}`
  await sql.query(
    `create trigger spent before insert or update on desk.rate_budget for each row execute function spend('${spent}')`,
  )
  const second = await stage.beside()
  const over = await call(second, inbox)
  exam.attempt(`a signed call beyond the inbox’s budget was answered ${over.status}`, isRefused(over))
  const neighbour = await call(second, inboxOf(stage.cast.meghna, 'api'))
  exam.control('the neighbour’s inbox takes calls', neighbour.status === 200)
  await sql.query('drop trigger spent on desk.rate_budget')
}

async function budgets(sql: SqlClient): Promise<string[]> {
  const { rows } = await sql.query<{ key: string }>("select distinct encode(key, 'hex') as key from desk.rate_budget")
  return rows.map(({ key }) => key)
}

/** With every counter at its end, a process that begins afresh lets nothing through, whatever is asked. */
async function everyRoute(stage: Stage, exam: Exam, sql: SqlClient, routes: readonly Route[]): Promise<void> {
  await sql.query(
    `create function public.spend_all() returns trigger language plpgsql as
       $$ begin new.used := 2000000000; return new; end $$;
     create trigger all_spent before insert or update on desk.rate_budget for each row execute function spend_all()`,
  )
  const caller = (await stage.beside()).caller()
  const filler = { mode: 'note', token: madeUpToken(), channel: 'api', inboxKey: inboxOf(stage.cast.shapla, 'api').key }
  for (const route of routes) {
    const path = Object.fromEntries(route.ids.map(({ name }) => [name, name]))
    const address = addressOf(route, { path: { ...path, ...filler } })
    const body = route.body === 'none' ? undefined : {}
    const answer = await caller.raw(route.method, address, { origin: route.origin, body })
    exam.attempt(`${route.name} without a budget was answered ${answer.status}`, isRefused(answer))
  }
  for (const [origin, path] of [
    ['desk', '/'],
    ['desk', '/signin'],
    ['desk', '/security'],
    ['widget', `/widget/${inboxOf(stage.cast.shapla, 'webchat').key}`],
    ['demo', '/'],
  ] as const) {
    const answer = await caller.raw('GET', path, { origin })
    exam.attempt(`the page ${path} of ${origin} without a budget was answered ${answer.status}`, isRefused(answer))
  }
  exam.control('a process without budgets is alive', (await caller.raw('GET', '/healthz')).status === 200)
  await sql.query('drop trigger all_spent on desk.rate_budget')
}

/** Whoever cannot count must not let everybody in. */
async function brokenCounter(stage: Stage, exam: Exam, sql: SqlClient, at: Target): Promise<void> {
  const caller = at.caller()
  const { email, password } = stage.cast.by.viewer
  const body = { email, password, sharedComputer: false }
  const signIn = () => caller.call('POST', '/api/v1/session', { body, headers: { 'x-forwarded-for': '203.0.113.77' } })
  await sql.query('delete from desk.rate_budget')
  await caller.csrfToken()
  await sql.query('revoke insert, update on desk.rate_budget from desk_auth')
  const blind = await signIn()
  exam.attempt(`signing in without a counter was answered ${blind.status}`, blind.status >= 500)
  await sql.query('grant insert, update on desk.rate_budget to desk_auth')
  const seeing = await signIn()
  exam.control(`signing in with the counter back was answered ${seeing.status}`, seeing.status === 201)
}
