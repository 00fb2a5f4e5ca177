/**
 * Decides whether a new password is strong enough, on the server, for every path that sets one.
 * The rules are about strength, not about kinds of characters: at least 12 characters, at most 1,024 bytes, a zxcvbn
 * score of 3, not in the offline list of common passwords, not one pattern, not made of names from its surroundings.
 * Anything that can be typed is allowed, in any script. The answer is a value with a code, never an exception.
 */
import { LIMITS } from '@central-desk/contract/limits.ts'
import type { ZxcvbnFactory } from '@zxcvbn-ts/core'

export type PasswordProblem =
  | 'password_malformed'
  | 'password_too_short'
  | 'password_too_long'
  | 'password_common'
  | 'password_pattern'
  | 'password_personal'
  | 'password_weak'

export type PasswordVerdict = { isStrong: true } | { isStrong: false; code: PasswordProblem }

/** What an attacker would try first for this person. */
export interface PasswordSurroundings {
  name?: string
  email?: string
  workspaceNames?: readonly string[]
}

const SCORE_MIN = 3
/** zxcvbn reads only so much: what follows can add strength but not take any away, and its work grows with the square. */
const SCORED_CHARACTERS_MAX = 64
/** zxcvbn tries every part of a password up to its longest word; one longer than this is looked for whole, before. */
const SCORED_WORD_CHARACTERS_MAX = 30
const DISTINCT_CHARACTERS_MIN = 5
/** What must be left of a password once the names around it are taken out. */
const OWN_CHARACTERS_MIN = 8
const CONTEXT_WORD_CHARACTERS_MIN = 3
const PRODUCT_WORDS = ['central', 'desk', 'centraldesk']

/** One spelling for what different keyboards send for the same letters; nothing else is changed. */
export function normalisePassword(password: string): string {
  return password.normalize('NFC')
}

export async function checkPasswordStrength(
  password: string,
  surroundings: PasswordSurroundings = {},
): Promise<PasswordVerdict> {
  const code = await problemOf(normalisePassword(password), contextWords(surroundings))
  return code ? { isStrong: false, code } : { isStrong: true }
}

/** How many passwords the offline list holds, for the page that mentions it. */
export async function commonPasswordCount(): Promise<number> {
  return (await estimator()).common.size
}

async function problemOf(password: string, words: string[]): Promise<PasswordProblem | null> {
  if (!password.isWellFormed()) return 'password_malformed'
  if (Buffer.byteLength(password) > LIMITS.passwordBytes) return 'password_too_long'
  const characters = [...password]
  if (characters.length < LIMITS.passwordCharactersMin) return 'password_too_short'
  const bare = password.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]/gu, '')
  if (isOnePattern(characters) || isOnePattern([...bare])) return 'password_pattern'
  const { common, zxcvbn } = await estimator()
  if (common.has(password.toLowerCase()) || common.has(bare)) return 'password_common'
  if (isMadeOf(words, password.toLowerCase())) return 'password_personal'
  const scored = words.filter((word) => word.length <= SCORED_WORD_CHARACTERS_MAX)
  return zxcvbn.check(password, scored).score < SCORE_MIN ? 'password_weak' : null
}

/** One unit repeated, one run of neighbours, or hardly any different characters. */
function isOnePattern(characters: string[]): boolean {
  return isRepetition(characters) || isRun(characters) || isMonotonous(characters)
}

function isMonotonous(characters: string[]): boolean {
  return characters.length > 0 && new Set(characters).size < DISTINCT_CHARACTERS_MIN
}

/** Repeating a unit adds nothing; a unit that would be long enough by itself is left to the score. */
function isRepetition(characters: string[]): boolean {
  const longestUnit = Math.min(LIMITS.passwordCharactersMin - 1, Math.floor(characters.length / 2))
  for (let unit = 1; unit <= longestUnit; unit++) {
    if (characters.every((character, index) => character === characters[index % unit])) return true
  }
  return false
}

function isRun(characters: string[]): boolean {
  const points = characters.map((character) => character.codePointAt(0) ?? 0)
  const step = (points[1] ?? 0) - (points[0] ?? 0)
  return points.length > 2 && points.every((point, index) => index === 0 || point - (points[index - 1] ?? 0) === step)
}

/** True when little is left besides names that everybody around knows. */
function isMadeOf(words: string[], password: string): boolean {
  const longestFirst = [...words].sort((a, b) => b.length - a.length)
  const rest = longestFirst.reduce((left, word) => left.replaceAll(word, ''), password)
  const ownCharacters = [...rest.replace(/[^\p{L}\p{M}\p{N}]/gu, '')]
  return rest.length < password.length && ownCharacters.length < OWN_CHARACTERS_MIN
}

function contextWords({ name = '', email = '', workspaceNames = [] }: PasswordSurroundings): string[] {
  const sources = [name, email, ...workspaceNames].map((source) => normalisePassword(source).toLowerCase())
  const parts = sources.flatMap((source) => source.split(/[^\p{L}\p{M}\p{N}]+/u))
  const joined = sources.map((source) => source.replace(/[^\p{L}\p{M}\p{N}]+/gu, ''))
  const words = [...PRODUCT_WORDS, ...sources, ...parts, ...joined]
  return [...new Set(words)].filter((word) => [...word].length >= CONTEXT_WORD_CHARACTERS_MIN)
}

interface Estimator {
  zxcvbn: ZxcvbnFactory
  common: Set<string>
}

let loading: Promise<Estimator> | undefined

/** The word lists are large: they are loaded when the first password is judged, once. */
function estimator(): Promise<Estimator> {
  loading ??= load()
  return loading
}

async function load(): Promise<Estimator> {
  const { ZxcvbnFactory } = await import('@zxcvbn-ts/core')
  const { adjacencyGraphs, dictionary } = await import('@zxcvbn-ts/language-common')
  const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: SCORED_CHARACTERS_MAX })
  return { zxcvbn, common: new Set(dictionary['passwords-common'].map((entry) => String(entry).toLowerCase())) }
}
