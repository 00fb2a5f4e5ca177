/**
 * Offers bad passwords wherever a password is set: signing up, joining by a link, changing it, setting it anew by a
 * reset link. Each must be refused there on the server, and leave everything as it was. Good ones, among them a long
 * sentence in small letters, must pass.
 */
import type { Answer, Caller } from './caller.ts'
import {
  invitationTo,
  liftBudgets,
  type Newcomer,
  newcomer,
  resetTokenFor,
  signUpBody,
  trySignIn,
  unusedEmail,
} from './newcomers.ts'
import type { Exam, Stage, StageProbe } from './probe.ts'

/** Shorter than twelve letters, however mixed. */
const SHORT = [
  '',
  'a',
  'Tr0ub4d&r3',
  'Xk9#mQ2$vL7',
  '12345678',
  'password',
  'qwertyuiop',
  'নদীর ধারে',
  'P@ssw0rd!',
  'jX3!kP9_wz',
]
/** What people choose who are told to take twelve. */
const COMMON = [
  ...['123456789012', '1234567890123', '123123123123', '111222333444', '987654321098', '012345678910', '112233445566'],
  ...[
    'password1234',
    'password12345',
    'Password1234',
    'Password123!',
    'passwordpassword',
    'P@ssw0rd1234',
    'mypassword123',
  ],
  ...['qwertyuiop12', 'qwertyuiop[]', 'qwerty123456', 'qwertyqwerty', 'asdfghjkl123', 'zxcvbnm12345', '1q2w3e4r5t6y'],
  ...['1qaz2wsx3edc', 'qazwsxedcrfv', 'q1w2e3r4t5y6', 'poiuytrewqas', 'qwerasdfzxcv', 'zaq12wsxcde3'],
  ...['iloveyou1234', 'iloveyou2026', 'letmein12345', 'welcome12345', 'Welcome2026!', 'admin1234567', 'administrator'],
  ...['monkey123456', 'dragon123456', 'sunshine1234', 'football1234', 'princess1234', 'superman1234', 'michael12345'],
  ...['trustno1trustno1', 'changeme1234', 'test12345678', 'secret123456', 'hello1234567'],
  ...['computer1234', 'internet1234', 'starwars1234', 'whatever1234', 'charlie12345', 'baseball1234', 'shadow123456'],
  ...['abc123abc123', 'abcd12345678', 'a1b2c3d4e5f6', 'aa12345678aa', 'abcdef123456', '123456abcdef', 'qwe123qwe123'],
  ...['letmeinletmein', 'iloveyouiloveyou', 'welcomewelcome'],
]
/** One thing repeated or counted up, in any script. */
const PATTERNS = [
  ...[
    'aaaaaaaaaaaa',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    '............',
    '            ',
    'কককককককককককক',
    '🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂',
  ],
  ...[
    'abababababab',
    'abcabcabcabc',
    'abcdabcdabcd',
    'xyzxyzxyzxyzxyz',
    '121212121212',
    'Aa1!Aa1!Aa1!',
    'hahahahahaha',
  ],
  ...[
    'abcdefghijkl',
    'abcdefghijklmnop',
    'lkjihgfedcba',
    'ABCDEFGHIJKL',
    '0123456789ab',
    'কখগঘঙচছজঝঞটঠ',
    'αβγδεζηθικλμ',
  ],
  ...[
    'a a a a a a a a',
    '1-1-1-1-1-1-1',
    'aaaaaabbbbbb',
    'abbaabbaabba',
    'oooo0000oooo',
    '!!!!!!!!!!!!',
    '1111111111112',
  ],
]
const LONGEST_BYTES = 1024
const GOOD = [
  'the mango boat sings at dawn',
  'নদীর ধারে নীল নৌকা আর পাখি',
  'kx7vq-2mwzp-9hrtd',
  'my aunt keeps eleven purple goats',
]
const LISTED_MIN = 100

export const passwordRules: StageProbe = {
  name: 'password-rules',
  isSafe: false,
  async run(stage, exam) {
    await liftBudgets(stage)
    const owner = await newcomer(stage)
    const doors = await doorsOf(stage, owner)
    const bad = [...SHORT, ...COMMON, ...PATTERNS, ...tooLong()]
    exam.control('there are many bad passwords to offer', bad.length >= LISTED_MIN)
    for (const { name, offer, personal } of doors) {
      for (const [at, password] of [...bad, ...personal].entries()) {
        const { status } = await offer(password)
        exam.attempt(`${name} took bad password ${at} (${status})`, status === 422)
      }
    }
    const known = await trySignIn(stage, owner.email, owner.password)
    exam.attempt('a refused password was set after all', known.status === 201)
    if (!exam.isBroken()) await goodOnesPass(stage, exam, owner)
  },
}

type Door = {
  readonly name: string
  readonly offer: (password: string) => Promise<Answer>
  /** What anybody would try first for this person. */
  readonly personal: readonly string[]
}

async function doorsOf(stage: Stage, owner: Newcomer): Promise<Door[]> {
  const invited = 'kamrunnahar@chowdhurytraders.example'
  const invitation = await invitationTo(owner, invited)
  const reset = await resetTokenFor(stage, owner.email)
  const post = (path: string, body: unknown, caller: Caller) => caller.call('POST', path, { body })
  const stranger = stage.caller()
  const named = { ...signUpBody('', ''), name: 'Moniruzzaman Khan', workspaceName: 'Jamdani Weavers' }
  const ownWords = [
    'shirinakter12',
    'Shirin Akter',
    'probeworks123',
    'Probe Works 1',
    'central-desk-1',
    'centraldesk2026',
  ]
  return [
    {
      name: 'signing up',
      offer: (password) =>
        post('/api/v1/sign-up', { ...named, email: 'monirkhan@jamdani.example', password }, stranger),
      personal: [
        'moniruzzaman1',
        'MoniruzzamanKhan',
        'monirkhan@jamdani.example',
        'jamdaniweavers',
        'Jamdani2026!!',
        'centraldesk12',
      ],
    },
    {
      name: 'joining by a link',
      offer: (password) =>
        post(`/api/v1/invitations/${invitation}/acceptance`, { name: 'Kamrun Nahar', password }, stranger),
      personal: ['kamrunnahar12', 'KamrunNahar!!', invited, 'chowdhurytraders', 'probeworks2026'],
    },
    {
      name: 'changing it',
      offer: (next) => owner.caller.call('PUT', '/api/v1/password', { body: { current: owner.password, next } }),
      personal: [...ownWords, owner.email],
    },
    {
      name: 'a reset link',
      offer: (password) => post(`/api/v1/password-resets/${reset}/use`, { password }, stranger),
      personal: [...ownWords, owner.email],
    },
  ]
}

/** More bytes than are taken, in letters of one byte and of three. */
function tooLong(): string[] {
  const words = 'juniper lantern harbour velvet orchard '
  return [words.repeat(40).slice(0, LONGEST_BYTES + 1), 'নদীর ধারে নীল নৌকা '.repeat(22)]
}

async function goodOnesPass(stage: Stage, exam: Exam, owner: Newcomer): Promise<void> {
  const longest = 'juniper lantern harbour velvet orchard '.repeat(40).slice(0, LONGEST_BYTES)
  let current = owner.password
  for (const [at, next] of [...GOOD, longest].entries()) {
    const changed = await owner.caller.call('PUT', '/api/v1/password', { body: { current, next } })
    exam.control(`good password ${at} is taken`, changed.status === 200)
    current = next
  }
  const spaced = ' velvet orchard at 5 in the morning '
  const set = await owner.caller.call('PUT', '/api/v1/password', { body: { current, next: spaced } })
  exam.control('spaces may begin and end a password', set.status === 200)
  const trimmed = await trySignIn(stage, owner.email, spaced.trim())
  exam.attempt('a password is trimmed before it is kept', trimmed.status !== 201)
  const invited = unusedEmail()
  const link = await invitationTo(owner, invited)
  const body = { name: 'Rumana', password: GOOD[0] }
  const joined = await stage.caller().call('POST', `/api/v1/invitations/${link}/acceptance`, { body })
  const token = await resetTokenFor(stage, owner.email)
  const reset = await stage
    .caller()
    .call('POST', `/api/v1/password-resets/${token}/use`, { body: { password: GOOD[1] } })
  exam.control('a good password is taken by every door', joined.status === 201 && reset.status === 204)
  exam.control('and opens', (await trySignIn(stage, owner.email, GOOD[1] ?? '')).status === 201)
}
