/**
 * What people write to a shop, made up: Bangla, English and Banglish as they mix, common words often and rare ones
 * seldom (the n-th word about 1/n as often as the first). Some words are planted, so that a search has a known number of
 * answers at every size.
 */
import { type Chance, chanceOf } from './chance.ts'

const BANGLA =
  'আপু ভাই কবে পাবো দাম কত আছে কি এই শাড়ি অর্ডার করতে চাই ডেলিভারি চার্জ ঢাকা চট্টগ্রাম টাকা বিকাশ নগদ ছবি দেন রং নীল লাল সবুজ সাইজ আজকে কালকে এখনো পাইনি প্লিজ ধন্যবাদ জি না হ্যাঁ আমার একটা দুইটা নতুন পুরাতন কাপড় মান ভালো খারাপ ফেরত বদল ঠিকানা নম্বর কুরিয়ার সুন্দরবন পাঠাও'
const ENGLISH =
  'order delivery price please when will it arrive size colour blue red green available stock payment done address phone return exchange refund size medium large small quality photo thanks hello hi yes no today tomorrow charge inside outside courier tracking number confirm cancel discount offer new'
const BANGLISH =
  'apu vai bhai kobe pabo dam koto ache ki ei shari order korte chai charge dhaka taka bikash nagad chobi den rong nil lal sobuj ajke kalke ekhono paini pls dhonnobad ji na ha amar ekta duita notun kapor valo kharap ferot bodol thikana nombor'
const CONSONANTS = [...'কখগঘচছজঝটঠডঢতথদধনপফবভমযরলশসহ']
const VOWEL_SIGNS = ['া', 'ি', 'ী', 'ু', 'ে', 'ো', '']
const LATIN_SYLLABLES =
  'ba bo bi da de do ga go ha hi ja jo ka ki ko la li lo ma mi mo na ni no pa po ra ri ro sa shi so ta ti to'
const RARE_WORDS = 30_000
/** Different texts; what is planted makes more of them. Making and indexing each afresh would be most of the filling. */
const TEXTS = 8_192
const NAMES =
  'Rahima Karim Mitu Nusrat Tanvir Farhana Shirin Jamal Rokeya Hasan Sadia Imran Lamia Rafiq Sumaiya Anis রহিমা করিম মিতু নুসরাত তানভীর ফারহানা শিরিন জামাল রোকেয়া হাসান'
const SURNAMES = 'Begum Akter Hossain Islam Rahman Khan Chowdhury Sarkar বেগম আক্তার হোসেন ইসলাম রহমান খান'

export type Needle = { readonly query: string; readonly word: string }

/** Planted words: `word` stands in texts at known places, `query` is how somebody looks for it. */
export const NEEDLES = {
  rare: { query: 'নীলকণ্ঠ', word: 'নীলকণ্ঠ' },
  first: { query: 'গোলাপি', word: 'গোলাপি' },
  second: { query: 'কাফতান', word: 'কাফতান' },
  prefix: { query: 'চাদর', word: 'চাদরগুলোর' },
  similar: { query: 'pathaiben', word: 'পাঠাইবেন' },
} as const satisfies Record<string, Needle>
export const COMMON_QUERY = 'order'
/** So often a rare word stands in a workspace, and two words in one message, whatever its size: as much to show. */
const RARE_TIMES = 12
const EVERY = { first: 97, second: 89, prefix: 211, similar: 499 } as const

/** What is planted in the n-th of so many messages. Each of the two words alone grows with the workspace. */
function plantedIn(number: number, among: number): string[] {
  const seldom = Math.max(1, Math.floor(among / RARE_TIMES))
  const { rare, first, second, prefix, similar } = NEEDLES
  const [isFirst, isSecond] = [number % EVERY.first === 0, number % EVERY.second === 0]
  const planted: Needle[] = []
  if (number % seldom === 5) planted.push(rare)
  if (number % seldom === 11) planted.push(first, second)
  else if (isFirst !== isSecond) planted.push(isFirst ? first : second)
  if (number % EVERY.prefix === 0) planted.push(prefix)
  if (number % EVERY.similar === 0) planted.push(similar)
  return planted.map(({ word }) => word)
}

function rareWord(index: number): string {
  const chance = chanceOf(index * 7919 + 1)
  const syllables = 2 + chance.below(3)
  const isBangla = index % 3 === 0
  const latin = LATIN_SYLLABLES.split(' ')
  const syllable = () => (isBangla ? chance.pick(CONSONANTS) + chance.pick(VOWEL_SIGNS) : chance.pick(latin))
  return Array.from({ length: syllables }, syllable).join('')
}

let known: readonly string[] | null = null

/** Common words first, in turn from the three languages; then the rare ones. Made once. */
function vocabulary(): readonly string[] {
  known ??= madeVocabulary()
  return known
}

function madeVocabulary(): string[] {
  const lists = [BANGLA, ENGLISH, BANGLISH].map((list) => list.split(' '))
  const longest = Math.max(...lists.map((list) => list.length))
  const common = Array.from({ length: longest }, (_, place) => lists.flatMap((list) => list[place] ?? [])).flat()
  return [...common, ...Array.from({ length: RARE_WORDS }, (_, index) => rareWord(index))]
}

export type Writer = { message(number: number, among: number): string; name(): string }

/** Texts and names as chance has them, so that the same seed writes the same. */
export function writerOf(chance: Chance): Writer {
  const names = NAMES.split(' ')
  const surnames = SURNAMES.split(' ')
  return {
    message(number, among) {
      const text = textAt(chance.below(TEXTS))
      const planted = plantedIn(number, among)
      if (planted.length === 0) return text
      const words = text.split(' ')
      for (const word of planted) words.splice(chance.below(words.length + 1), 0, word)
      return words.join(' ')
    },
    name: () => `${chance.pick(names)} ${chance.pick(surnames)}`,
  }
}

const texts: string[] = []

function textAt(place: number): string {
  texts[place] ??= madeText(chanceOf(place * 104_729 + 7))
  return texts[place]
}

function madeText(chance: Chance): string {
  const words = vocabulary()
  const spread = Math.log(words.length + 1)
  const word = () => words[Math.floor(Math.exp(chance.next() * spread)) - 1] ?? 'order'
  const text = Array.from({ length: 3 + chance.below(14) }, word)
  if (chance.next() < 0.05) text.push(`01${3 + chance.below(7)}${String(10_000_000 + chance.below(89_999_999))}`)
  if (chance.next() < 0.1) text.push(`#${1000 + chance.below(90_000)}`)
  return text.join(' ')
}
