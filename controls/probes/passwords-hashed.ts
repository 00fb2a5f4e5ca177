/**
 * Passwords through every door, right, wrong and misplaced, then a hunt for them in the database's files, its log of
 * changes, the home and what was printed; letters beyond the 72nd; weaker hashes offered to the database; and the hash
 * of a stolen table tried without the key that is not in it.
 */
import { createHash } from 'node:crypto'
import { verify } from '@node-rs/bcrypt'
import { huntBelow, huntIn, type Quarry, quarryOf, quickHashesOf, rareWord, spellingsOf } from './hunt.ts'
import {
  invitationTo,
  liftBudgets,
  newcomer,
  resetTokenFor,
  signUpBody,
  trySignIn,
  trySignUp,
  unusedEmail,
} from './newcomers.ts'
import type { Exam, Stage, StageProbe } from './probe.ts'
import { preHash } from './recipe.ts'
import { refusalOf, type SqlClient } from './sql.ts'

const KEPT = /^\$2b\$12\$[./A-Za-z0-9]{53}$/
const CHECK_VIOLATION = '23514'
/** Well-formed hashes of the kinds that are not ours, and none at all. */
const WEAKER = [
  `$2b$10$${'a'.repeat(53)}`,
  `$2b$11$${'a'.repeat(53)}`,
  `$2a$12$${'a'.repeat(53)}`,
  `$2y$12$${'a'.repeat(53)}`,
  createHash('sha256').update('a password').digest('hex'),
  'a password',
  '',
]

export const passwordsHashed: StageProbe = {
  name: 'passwords-hashed',
  isSafe: false,
  async run(stage, exam) {
    await liftBudgets(stage)
    const sql = await stage.sql('superuser')
    await keptAsTold(stage, exam, sql)
    if (!exam.isBroken()) await everyLetterCounts(stage, exam)
    if (exam.isBroken()) return
    const words = await throughEveryDoor(stage, exam)
    await huntFor(words, stage, exam, sql)
  },
}

/** Pairs that a hash which reads only so far, or stops at a zero, takes for one. */
async function everyLetterCounts(stage: Stage, exam: Exam): Promise<void> {
  const long = `${rareWord('long ')} ${'quiet lanterns drift '.repeat(4)}`.slice(0, 72)
  const faces = '🦜🪁🛶🥭🧵🪔🌾🐅'
  const pairs: [what: string, kept: string, tried: string][] = [
    ['the 73rd byte', `${long}a`, `${long}b`],
    ['the last of 64 signs of four bytes', `${faces.repeat(8).slice(0, -2)}🪷`, `${faces.repeat(8).slice(0, -2)}🪻`],
  ]
  for (const [what, kept, tried] of pairs) {
    const { email } = await newcomer(stage, kept)
    exam.control(`the whole password opens (${what})`, (await trySignIn(stage, email, kept)).status === 201)
    exam.attempt(`${what} of a password does not count`, (await trySignIn(stage, email, tried)).status === 401)
  }
  const plain = rareWord('lantern harbour ')
  const cut = await newcomer(stage, plain)
  const behind = await trySignIn(stage, cut.email, `${plain}\0${rareWord('more')}`)
  exam.attempt('a password is cut at a zero', behind.status !== 201)
  // One letter of Bangla that keyboards send as one sign or as two.
  const [asOne, asTwo] = ['নদীর ধারে \u09dfার বাড়ি আছে', 'নদীর ধারে \u09af\u09bcার বাড়ি আছে']
  const { email } = await newcomer(stage, asOne)
  exam.control('another keyboard types the same password', (await trySignIn(stage, email, asTwo)).status === 201)
}

async function keptAsTold(stage: Stage, exam: Exam, sql: SqlClient): Promise<void> {
  const { email, password } = await newcomer(stage)
  const { rows } = await sql.query('select email, password_hash as hash from desk.app_user')
  exam.control('there are people', rows.length > 5)
  for (const { email: whose, hash } of rows) exam.attempt(`the hash of ${whose} is of another kind`, KEPT.test(hash))
  exam.attempt('two people have one salt', new Set(rows.map(({ hash }) => hash.slice(0, 29))).size === rows.length)

  const hash: string = rows.find((row) => row.email === email)?.hash ?? ''
  const keyed = preHash(stage.home, password)
  exam.attempt('the hash is made otherwise than is told', KEPT.test(hash) && (await verify(keyed, hash)))
  const digest = createHash('sha256').update(password)
  const guesses = [password, digest.copy().digest('base64'), digest.copy().digest('hex')]
  for (const [at, guess] of guesses.entries()) {
    const opens = KEPT.test(hash) && (await verify(guess, hash))
    exam.attempt(`a stolen hash can be tried without the key (${at})`, !opens)
  }

  const auth = await stage.sql('desk_auth')
  const store = 'update desk.app_user set password_hash = $1 where email = $2'
  for (const [at, weaker] of WEAKER.entries()) {
    const refusal = await refusalOf(auth, store, [weaker, email])
    exam.attempt(`the database took a weaker hash (${at})`, refusal === CHECK_VIOLATION)
  }
  exam.control('the database takes a good one', (await refusalOf(auth, store, [hash, email])) === null)
  for (const login of ['desk_app', 'desk_ingest', 'desk_worker', 'desk_audit_janitor'] as const) {
    const refusal = await refusalOf(await stage.sql(login), 'select password_hash from desk.app_user limit 1')
    exam.attempt(`${login} can read hashes`, refusal !== null)
  }
}

/** Every way a password comes in, and some it should not come. Answers what was sent, by door. */
async function throughEveryDoor(stage: Stage, exam: Exam): Promise<Record<string, string>> {
  const word = (door: string) => `${rareWord(door)} amber kettle`
  const words = Object.fromEntries(
    ['signUp', 'wrong', 'change', 'current', 'weak', 'invited', 'reset', 'malformed', 'misplaced', 'query', 'long'].map(
      (door) => [door, word(door)],
    ),
  ) as Record<string, string>
  const sent = (door: string) => words[door] as string
  const owner = await newcomer(stage, sent('signUp'))
  const answers = [owner.answer]
  const call = async (method: string, path: string, body: unknown, caller = stage.caller()) => {
    const answer = await caller.call(method, path, { body })
    answers.push(answer)
    return answer.status
  }
  const signIn = (password: unknown) => ({ email: owner.email, password, sharedComputer: false })
  exam.control('a wrong password is refused', (await call('POST', '/api/v1/session', signIn(sent('wrong')))) === 401)
  const change = { current: sent('signUp'), next: sent('change') }
  exam.control('a password is changed', (await call('PUT', '/api/v1/password', change, owner.caller)) === 200)
  await call('PUT', '/api/v1/password', { current: sent('current'), next: sent('change') }, owner.caller)
  const weak = signUpBody(`${sent('weak').slice(0, 16)}@mail.example`, sent('weak').slice(0, 16))
  exam.control('a weak password is refused', (await call('POST', '/api/v1/sign-up', weak)) === 422)
  words.weak = sent('weak').slice(0, 16)

  const invited = unusedEmail()
  const link = await invitationTo(owner, invited)
  const joining = { name: 'Rumana', password: sent('invited') }
  exam.control('a link is used', (await call('POST', `/api/v1/invitations/${link}/acceptance`, joining)) === 201)
  const reset = await resetTokenFor(stage, owner.email)
  const setting = { password: sent('reset') }
  exam.control('a reset is used', (await call('POST', `/api/v1/password-resets/${reset}/use`, setting)) === 204)

  const caller = stage.caller()
  const headers = { 'x-csrf-token': await caller.csrfToken(), 'content-type': 'application/json' }
  const cut = JSON.stringify(signIn(sent('malformed'))).slice(0, -1)
  answers.push(await caller.raw('POST', '/api/v1/session', { headers, body: cut }))
  await call('POST', '/api/v1/session', signIn({ typed: sent('misplaced') }))
  await call('POST', '/api/v1/session', { ...signIn('x'), passwort: sent('misplaced') })
  answers.push(await caller.raw('GET', `/api/v1/session?password=${encodeURIComponent(sent('query'))}`))
  await call('POST', '/api/v1/session', signIn(sent('long').repeat(60)))
  exam.control('the new password opens', (await trySignIn(stage, owner.email, sent('reset'))).status === 201)
  for (const [at, { text }] of answers.entries()) {
    const told = Object.values(words).some((password) => text.includes(password))
    exam.attempt(`answer ${at} repeats a password`, !told)
  }
  return words
}

async function huntFor(words: Record<string, string>, stage: Stage, exam: Exam, sql: SqlClient): Promise<void> {
  const { email } =
    (await trySignUp(stage, `${rareWord('found')}@mail.example`, `${rareWord('pw')} amber kettle`)) ?? {}
  const control = quarryOf({ control: email })
  // The rare part finds the word wherever it stands; a quick hash is of the whole.
  const quarry: Quarry = new Map(
    Object.entries(words).map(([door, word]) => [door, [...spellingsOf(word.slice(0, 16)), ...quickHashesOf(word)]]),
  )
  await sql.query('checkpoint')
  const data: string = (await sql.query('show data_directory')).rows[0]?.data_directory ?? ''
  const where = (part: string) => huntBelow(`${data}/${part}`, control).found.length > 0
  exam.control('an address is found in the files of the database', where('base'))
  exam.control('an address is found in the log of changes', where('pg_wal'))
  const home = huntBelow(stage.home, quarry, [stage.scratch])
  const outside = data.startsWith(stage.home) ? { bytes: 0, found: [] } : huntBelow(data, quarry)
  const printed = huntIn(Buffer.from(stage.printed()), 'what the program prints', quarry)
  exam.control('there was much to read', home.bytes + outside.bytes > 20_000_000)
  exam.control('the requests were printed', /"route":"signIn"/.test(stage.printed()))
  const all = [...home.found, ...outside.found, ...printed.found]
  for (const door of Object.keys(words)) {
    const places = all.filter(({ name }) => name === door).map(({ place }) => place.replace(stage.home, ''))
    exam.attempt(`a password (${door}) is kept in ${places.slice(0, 2).join(', ')}`, places.length === 0)
  }
}
