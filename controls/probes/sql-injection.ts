/**
 * Pieces of SQL are put into every parameter of every route, into headers, cursors, signed calls and visitors' words.
 * The database itself says whether any of them was ever read as SQL: its log names every statement that it could not
 * read, a function that only the pieces call leaves a word there, and tables that only they touch stay as they are.
 */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Belongings, clientId, done, furnish, postHook } from './belongings.ts'
import type { Answer, Caller } from './caller.ts'
import { caseOf } from './cases.ts'
import { identityFor, Visitor } from './customers.ts'
import { liftBudgets, newcomer } from './newcomers.ts'
import type { Exam, Stage, StageProbe } from './probe.ts'
import { type Ask, addressOf, isOfWorkspace, type Route, readRoutes, type Schema, withOwnIds } from './routes.ts'
import { atRest, changedTables, lookAtRows, workspaceUuid } from './rows.ts'
import { EMAILS, ODD_VALUES, PAIRS, PIECES, TABLE, WORD } from './sql-pieces.ts'

const ROUTES_MIN = 40
const PLACES_MIN = 100
const TAKEN_MIN = 500
const AT_ONCE = 8
/** A place whose values are checked letter by letter gets these; one that takes any text gets all. */
const FEW = PIECES.slice(0, 9)
/** Each costs a slow hash. */
const PASSWORD_PIECES = PIECES.slice(0, 2)
const HEADERS = ['user-agent', 'x-request-id', 'accept-language', 'if-none-match', 'last-event-id', 'x-forwarded-for']
/** Statements that could not be read or whose values had no form, and writes where only reading is allowed. */
const TOLD = /\bERROR:\s+(42\w{3}|22\w{3}|25006|0A000):/

type Ground = { readonly stage: Stage; readonly exam: Exam; readonly own: Belongings; readonly visitor: Visitor }
type Place = { readonly what: string; readonly pieces: readonly unknown[]; put(piece: unknown): Promise<Answer> }

export const sqlInjection: StageProbe = {
  name: 'sql-injection',
  isSafe: false,
  async run(stage, exam) {
    const database = await listenToDatabase(stage, exam)
    await liftBudgets(stage)
    const sql = await stage.sql('superuser')
    const { shapla, meghna, by } = stage.cast
    const own = await furnish(stage, await stage.signedIn(by.owner.email), shapla)
    const visitor = await Visitor.come(stage, own.webchat)
    const ground: Ground = { stage, exam, own, visitor }
    const routes = await readRoutes(stage)
    exam.control('the desk tells its routes', routes.length >= ROUTES_MIN)
    const neighbour = [await workspaceUuid(sql, meghna.slug)]
    const before = await lookAtRows(sql, neighbour)
    const places = [...(await placesOf(ground, routes)), ...headerPlaces(ground), ...outsidePlaces(ground)]
    exam.control(`${places.length} places take values`, places.length >= PLACES_MIN)
    let taken = 0
    await inTurns(places, async (place) => {
      const accepted = await attack(exam, place)
      taken += accepted
    })
    exam.control(`${taken} pieces were taken as the words they are`, taken >= TAKEN_MIN)
    // A search says whether its index is whole, which changes while the desk is still at work.
    await atRest(sql)
    await blindly(ground)
    const told = database.told()
    exam.attempt(
      `the database could not read ${told.length} statements: ${told.slice(0, 3).join(', ')}`,
      told.length === 0,
    )
    exam.attempt('the database was made to run what was sent', !database.has(WORD))
    const { rows } = await sql.query<{ count: number }>(`select count(*)::int as count from ${TABLE}`)
    exam.attempt('a second statement was run', rows[0]?.count === 0)
    const changed = changedTables(before, await lookAtRows(sql, neighbour))
    exam.attempt(`rows next door changed: ${changed.join(', ')}`, changed.length === 0)
    await quotesAreKept(ground)
  },
}

/** The database keeps errors to itself: it is asked to write them down, and shown to do so. */
async function listenToDatabase(stage: Stage, exam: Exam) {
  const superuser = await stage.sql('superuser')
  await superuser.query(`
    alter database desk set log_min_messages = 'warning';
    alter database desk set log_error_verbosity = 'verbose';
    grant usage on schema public to public;
    create table ${TABLE} (found text);
    grant all on ${TABLE} to public;
    create function public.p2_fired() returns text language plpgsql as
      $$ begin raise warning '${WORD}'; perform pg_sleep(0.2); return 'x'; end $$`)
  await stage.stop()
  await stage.start()
  const file = join(stage.home, 'postgres.log')
  const hostile = await stage.sql('desk_app')
  await hostile.query('select public.p2_fired()')
  await hostile.query('this is no statement').catch(() => {})
  const control = readFileSync(file, 'utf8')
  exam.control('the database writes down what it cannot read', TOLD.test(control) && control.includes(WORD))
  const from = statSync(file).size
  const text = () => readFileSync(file).subarray(from).toString('utf8')
  return {
    has: (word: string) => text().includes(word),
    /** What it could not read, by code. */
    told: () => {
      const lines = text().split('\n')
      return lines.flatMap((line) => TOLD.exec(line)?.[1] ?? [])
    },
  }
}

async function inTurns<T>(all: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const left = [...all]
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = left.shift(); next; next = left.shift()) await run(next)
    }),
  )
}

/** Gives how many of the pieces were accepted. */
async function attack(exam: Exam, { what, pieces, put }: Place): Promise<number> {
  let taken = 0
  for (const piece of pieces) {
    const { status } = await put(piece)
    exam.attempt(`${what} was answered ${status}`, status < 500)
    taken += status < 300 ? 1 : 0
  }
  return taken
}

/** Each parameter, query word and field of a body, in a call that succeeds otherwise. */
async function placesOf(ground: Ground, routes: readonly Route[]): Promise<Place[]> {
  const places: Place[] = []
  const stranger = ground.stage.caller()
  for (const route of routes.filter(({ isStream }) => !isStream)) {
    const { as, ask } = await callOf(ground, route, stranger)
    const put = (asked: Ask) => send(as, route, asked)
    for (const { in: where, name, schema } of route.parameters) {
      places.push({
        what: `${route.name} ${where} ${name}`,
        pieces: piecesFor(name, schema),
        put: (piece) => put({ ...ask, [where]: { ...ask[where], [name]: String(piece) } }),
      })
    }
    for (const { path, schema } of fieldsOf(route.bodySchema)) {
      places.push({
        what: `${route.name} body ${path.join('.')}`,
        pieces: [...piecesFor(path.at(-1) ?? '', schema), ...ODD_VALUES],
        put: (piece) => put({ ...ask, body: withField(ask.body ?? {}, path, piece) }),
      })
    }
  }
  return places
}

async function callOf(
  { stage, own, visitor }: Ground,
  route: Route,
  stranger: Caller,
): Promise<{ as: Caller; ask: Ask }> {
  if (isOfWorkspace(route)) {
    const ask = await caseOf(route, { stage, own, as: own.owner })
    return { as: own.owner, ask: openFor(route, ask, own) }
  }
  const path = { token: 'A'.repeat(43), inboxKey: own.webchat.key, channel: 'api' }
  if (route.access === 'visitor') return { as: visitor.caller, ask: { path, body: visitorMessage('hello') } }
  if (route.access === 'signedIn') return { as: (await newcomer(stage)).caller, ask: withOwnIds(route, own.ids) }
  const { email } = stage.cast.by.viewer
  const body = { name: 'A', email, password: 'weak', workspaceName: 'A', language: 'en', sharedComputer: false }
  const known = Object.keys(route.bodySchema?.properties ?? {})
  const fitting = Object.fromEntries(Object.entries(body).filter(([name]) => known.includes(name)))
  return { as: stranger, ask: { path, body: fitting } }
}

/** A call that may be made again and again, with every field that it can have. */
function openFor(route: Route, ask: Ask, own: Belongings): Ask {
  const given = (ask.body ?? {}) as { attachmentIds?: readonly string[] }
  const settings = { colour: '#0b6b62', greeting: 'Hello', allowedOrigins: [] }
  if (route.name === 'createInbox') return { ...ask, body: { channel: 'webchat', name: 'Chat', settings } }
  if (route.name === 'updateInbox') {
    return { ...ask, path: { ...ask.path, inboxId: own.webchat.id }, body: { name: 'Chat', settings } }
  }
  return given.attachmentIds ? { ...ask, body: { ...given, attachmentIds: [] } } : ask
}

function visitorMessage(text: string) {
  return { clientMessageId: clientId(), text, attachmentIds: [], sentAt: new Date().toISOString() }
}

function piecesFor(name: string, schema: Schema): readonly string[] {
  if (/password|current|next$/i.test(name) && name !== 'nextCursor') return PASSWORD_PIECES
  if (name === 'cursor' || name === 'before') return [...FEW, ...cursors()]
  if (schema.format === 'email') return [...FEW, ...EMAILS]
  const isFree = schema.type === 'string' && (schema.pattern ?? '\\S') === '\\S' && !schema.enum && !schema.format
  return isFree || (schema.anyOf ?? []).some((one: Schema) => one.type === 'string' && !one.pattern) ? PIECES : FEW
}

/** Places in a list, as the desk itself spells them, with SQL where a time or an id should be. */
function cursors(): string[] {
  const spelled = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const id = '01900000-0000-7000-8000-000000000000'
  return FEW.flatMap((piece) => [
    spelled(piece),
    spelled([piece, id]),
    spelled([0, piece]),
    spelled([null, piece]),
    spelled({ sentAt: piece, sequence: piece, number: piece, createdAt: piece, id: piece }),
  ]).concat(spelled([1e300, id]), spelled([-1, 'x']), spelled([0, id, 1, 'x']))
}

function fieldsOf(schema: Schema, path: readonly string[] = []): { path: readonly string[]; schema: Schema }[] {
  const found = Object.entries((schema?.properties ?? {}) as Record<string, Schema>)
  return found.flatMap(([name, property]) => [
    { path: [...path, name], schema: property.items ?? property },
    ...fieldsOf(property, [...path, name]),
  ])
}

function withField(body: unknown, path: readonly string[], value: unknown): unknown {
  const [name = '', ...rest] = path
  const given = (body ?? {}) as Record<string, unknown>
  if (rest.length > 0) return { ...given, [name]: withField(given[name], rest, value) }
  return { ...given, [name]: Array.isArray(given[name]) && !Array.isArray(value) ? [value] : value }
}

async function send(as: Caller, route: Route, ask: Ask): Promise<Answer> {
  const headers: Record<string, string> = route.body === 'bytes' ? { 'content-type': 'application/octet-stream' } : {}
  // What is sent once is remembered by its id: each try is a new message.
  const body =
    route.body === 'json' ? freshIds(ask.body) : route.body === 'bytes' ? (ask.body ?? Buffer.from('a')) : undefined
  return as.call(route.method, addressOf(route, ask), { origin: route.origin, headers, body })
}

function freshIds(body: unknown): unknown {
  const given = (body ?? {}) as { clientMessageId?: string }
  const isOurs = /^[A-Za-z0-9_-]{16,64}$/.test(String(given.clientMessageId))
  return isOurs ? { ...given, clientMessageId: clientId() } : given
}

function headerPlaces({ stage, own }: Ground): Place[] {
  const { email, password } = stage.cast.by.agent
  const body = { email, password, sharedComputer: false }
  // One sign-in keeps its headers with the session, and one deed of an admin with its entry in the audit trail.
  const signIn = HEADERS.slice(0, 1).map((header): Place => {
    const put = (piece: unknown) =>
      stage.caller().call('POST', '/api/v1/session', { headers: { [header]: String(piece) }, body })
    return { what: `signing in with ${header}`, pieces: printable(PIECES.slice(0, 3)), put }
  })
  const deed = HEADERS.map((header): Place => {
    const put = (piece: unknown) =>
      own.owner.call('PATCH', own.at, { headers: { [header]: String(piece) }, body: { timeZone: 'Asia/Dhaka' } })
    return { what: `a deed with ${header}`, pieces: printable(PIECES), put }
  })
  const cookies = ['desk_session', 'desk_device', 'desk_visit'].map((name): Place => {
    const put = (piece: unknown) =>
      stage.caller().raw('GET', '/api/v1/session', { headers: { cookie: `${name}=${piece}` } })
    return { what: `the cookie ${name}`, pieces: printable(PIECES), put }
  })
  const bearer: Place = {
    what: 'a bearer token',
    pieces: printable(PIECES),
    put: (piece) =>
      stage.caller().raw('GET', `/widget/api/${own.webchat.key}/messages`, {
        origin: 'widget',
        headers: { authorization: `Bearer ${piece}` },
      }),
  }
  return [...signIn, ...deed, ...cookies, bearer]
}

function printable(pieces: readonly string[]): string[] {
  return pieces.filter((piece) => /^[\x20-\x7e]+$/.test(piece))
}

/** What programs and customers send: signed, so that it is taken and stored. */
function outsidePlaces({ stage, own, visitor }: Ground): Place[] {
  const call = (message: object) => postHook(stage, own.apiInbox, own.apiInbox.signingSecret, JSON.stringify(message))
  const message = () => ({ type: 'message', id: clientId(), from: { id: 'fuzz', name: 'Fuzz' }, text: 'hello' })
  const fields: readonly (readonly [string, (piece: unknown) => object])[] = [
    ['type', (piece) => ({ ...message(), type: piece })],
    ['id', (piece) => ({ ...message(), id: piece })],
    ['text', (piece) => ({ ...message(), text: piece })],
    ['from', (piece) => ({ ...message(), from: piece })],
    ['from.id', (piece) => ({ ...message(), from: { id: piece, name: 'Fuzz' } })],
    ['from.name', (piece) => ({ ...message(), from: { id: 'fuzz', name: piece } })],
    ['sentAt', (piece) => ({ ...message(), sentAt: piece })],
    ['sequence', (piece) => ({ ...message(), sequence: piece })],
    ['a status', (piece) => ({ type: 'status', id: clientId(), messageId: piece, status: 'delivered' })],
    ['a file', (piece) => ({ ...message(), attachments: [{ fileName: piece, mediaType: piece, content: 'YQ==' }] })],
  ]
  const hooks = fields.map(([name, make]): Place => {
    return { what: `a signed call’s ${name}`, pieces: [...PIECES, ...ODD_VALUES], put: (piece) => call(make(piece)) }
  })
  const identities: Place = {
    what: 'an identity',
    pieces: PIECES.slice(0, 12),
    put: (piece) =>
      visitor.ask('POST', '/sessions', {
        identity: identityFor(own.webchat, { sub: String(piece), name: String(piece), email: 'a@mail.example' }),
      }),
  }
  const files: Place = {
    what: 'a link to a file',
    pieces: PIECES,
    put: (piece) => stage.caller().raw('GET', `/a/${encodeURIComponent(String(piece))}`, { origin: 'files' }),
  }
  return [...hooks, identities, files]
}

/** Where a condition that is true and one that is false would be told apart, both are answered alike. */
async function blindly({ exam, own }: Ground): Promise<void> {
  const lists = ['/search?q=', '/contacts?q=', '/conversations?view=all&cursor=', '/conversations?view=']
  for (const list of lists) {
    for (const [yes, no] of PAIRS) {
      const [first, second] = [
        await own.owner.raw('GET', `${own.at}${list}${encodeURIComponent(yes)}`),
        await own.owner.raw('GET', `${own.at}${list}${encodeURIComponent(no)}`),
      ]
      const isAlike = first.status === second.status && withoutReference(first) === withoutReference(second)
      exam.attempt(`${list} tells a true condition from a false one`, isAlike)
    }
  }
}

function withoutReference({ text }: Answer): string {
  return text.replace(/"requestId":"[^"]*"/, '')
}

/** Text with every letter that SQL minds is stored and read back as it was. */
async function quotesAreKept({ exam, own }: Ground): Promise<void> {
  const name = `O'Neil "x" \\ ; -- %_$1`
  const tag = await done(own.owner.call('POST', `${own.at}/tags`, { body: { name, colour: 'teal' } }), 'a tag')
  const { tags } = await done(own.owner.call('GET', `${own.at}/tags`), 'tags')
  const kept = tags.find((one: { id: string }) => one.id === tag.id)
  exam.control('quotes, dashes and backslashes are kept as they are', kept?.name === name)
}
