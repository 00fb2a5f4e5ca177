/**
 * File names as people gave them, made harmless: no path parts, no control characters, no marks that turn writing
 * around so that `gpj.exe` reads `exe.jpg`. And how a name travels in a header without being able to end it.
 */
import { LIMITS } from '@central-desk/contract/limits.ts'

const UNFIT = /[/\\\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
const NOT_PLAIN = /[^A-Za-z0-9 ._-]/g
const NOT_ENCODED = /['()*]/g

export function fitFileName(given: string): string {
  const fit = given.toWellFormed().replace(UNFIT, '_').trim()
  const cut = [...fit].slice(0, LIMITS.fileNameCharacters).join('')
  return /^\.*$/.test(cut) ? 'file' : cut
}

/** Both spellings of RFC 6266: a plain one for the oldest programs and the true one. */
export function contentDisposition(kind: 'inline' | 'attachment', fileName: string): string {
  const encoded = encodeURIComponent(fileName).replace(
    NOT_ENCODED,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${fileName.replace(NOT_PLAIN, '_')}"; filename*=UTF-8''${encoded}`
}
