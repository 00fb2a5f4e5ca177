/**
 * Looks for words in everything a desk leaves behind: database files and WAL, its home, its log, temporary folders.
 * Finds a word as UTF-8, hexadecimal and base64 (at any of its three alignments). Says how many bytes it read, so that
 * a hunt over nothing is no success.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export type Hunt = { readonly bytesRead: number; readonly found: readonly string[] }

/** A base64 text without the letters that depend on what stands before and after. */
function base64Forms(word: string): string[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), Buffer.from(word)]).toString('base64')
    return text.slice(Math.ceil((shift * 4) / 3) + 1, -4)
  })
}

export function formsOf(word: string): Buffer[] {
  const forms = [word, Buffer.from(word).toString('hex'), ...base64Forms(word)]
  return [...forms, ...base64Forms(word).map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))].map((form) =>
    Buffer.from(form),
  )
}

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else if (entry.isFile()) yield path
  }
}

/** Where words stand, as `place: word`. */
export function huntIn(bytes: Buffer, place: string, words: readonly string[]): string[] {
  return words.filter((word) => formsOf(word).some((form) => bytes.includes(form))).map((word) => `${place}: ${word}`)
}

export function huntBelow(folder: string, words: readonly string[]): Hunt {
  let bytesRead = 0
  const found: string[] = []
  for (const path of filesBelow(folder)) {
    try {
      if (statSync(path).size === 0) continue
      const bytes = readFileSync(path)
      bytesRead += bytes.length
      found.push(...huntIn(bytes, path, words))
    } catch (error) {
      // Files of a running database come and go.
      if ((error as { code?: string }).code !== 'ENOENT') throw error
    }
  }
  return { bytesRead, found }
}
