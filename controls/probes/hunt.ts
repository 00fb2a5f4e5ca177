/**
 * Looks for words in everything a desk leaves behind on a machine: the files of its database and its log of changes, its
 * home, what it prints, temporary folders. A word is found as it is, in hexadecimal and in base64 however it is shifted.
 * Says how much it read, so that a hunt over nothing is no success.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Unlike anything else: twelve random digits, so that nothing sealed holds it by chance. */
export function rareWord(kind: string): string {
  return `${kind}${randomBytes(6).toString('hex')}`
}

/** The middle of the base64 of a text in which the word stands: what its neighbours do not change. */
function base64Forms(word: string): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), Buffer.from(word)]).toString('base64')
    const middle = text.slice(shift === 0 ? 0 : 4, -4)
    return [middle, middle.replaceAll('+', '-').replaceAll('/', '_')]
  })
}

export function spellingsOf(word: string): Buffer[] {
  const forms = new Set([word, Buffer.from(word).toString('hex'), ...base64Forms(word)])
  return [...forms].map((form) => Buffer.from(form))
}

/** What a quick hash of a word looks like: as good as the word itself for who has a list to try. */
export function quickHashesOf(word: string): Buffer[] {
  return ['md5', 'sha1', 'sha256'].flatMap((kind) => {
    const digest = createHash(kind).update(word).digest()
    return [digest, Buffer.from(digest.toString('hex')), Buffer.from(digest.toString('base64').replace(/=+$/, ''))]
  })
}

export type Quarry = ReadonlyMap<string, readonly Buffer[]>

export function quarryOf(words: Readonly<Record<string, string>>): Quarry {
  return new Map(Object.entries(words).map(([name, word]) => [name, spellingsOf(word)]))
}

export type Hunt = { readonly bytes: number; readonly found: readonly { name: string; place: string }[] }

export function huntIn(bytes: Buffer, place: string, quarry: Quarry): Hunt {
  const names = [...quarry].filter(([, forms]) => forms.some((form) => bytes.includes(form)))
  return { bytes: bytes.length, found: names.map(([name]) => ({ name, place })) }
}

/** All files below a folder, but for what lies below one of `except`. */
export function huntBelow(folder: string, quarry: Quarry, except: readonly string[] = []): Hunt {
  const hunts = [...filesBelow(folder, except)].map((path) => huntIn(readIfThere(path), path, quarry))
  return { bytes: hunts.reduce((sum, { bytes }) => sum + bytes, 0), found: hunts.flatMap(({ found }) => found) }
}

function* filesBelow(folder: string, except: readonly string[]): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (except.includes(path)) continue
    if (entry.isDirectory()) yield* filesBelow(path, except)
    else if (entry.isFile()) yield path
  }
}

/** Files of a running database come and go. */
function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT') throw error
    return Buffer.alloc(0)
  }
}
