/**
 * What every adapter needs to read foreign bytes: JSON out of UTF-8, shapes checked, texts and names made safe to
 * keep. Promises never to throw on any input, and never to repeat a word of the input in a reason.
 * Cleaning touches only what no database, file system or JSON reader agrees on (NUL, lone surrogates, path parts);
 * hostile markup passes unchanged, because escaping belongs to whoever shows it.
 */
import type { Unreadable } from './port.ts'

/** Sent times before this are a clock that was never set. */
const BELIEVABLE_FROM = Date.parse('2000-01-01T00:00:00Z')
const CONTROLS = /\p{Cc}/u
const MEDIA_TYPE = /^[a-z]{1,20}\/[a-z0-9][a-z0-9.+-]{0,70}$/
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
/** Path separators, controls, and the marks that reverse writing so that `gpj.exe` reads `exe.jpg`. */
const UNFIT_FOR_FILE_NAMES = /[/\\\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

export function unreadable(reason: Unreadable['reason'], field: string | null = null): Unreadable {
  return { kind: 'unreadable', reason, field }
}

export function isUnreadable(value: unknown): value is Unreadable {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'unreadable'
}

export function readJson(raw: Buffer): { value: unknown } | Unreadable {
  let text: string
  try {
    text = strictUtf8.decode(raw)
  } catch {
    return unreadable('not_utf8')
  }
  try {
    return { value: JSON.parse(text) }
  } catch {
    return unreadable('not_json')
  }
}

/** A compiled shape, as far as it is asked what does not fit. */
interface Shape {
  Errors(value: unknown): { instancePath: string; params: object }[]
}

/** The first thing that does not fit, as a path of names from the schema. */
export function misfit(shape: Shape, value: unknown): Unreadable {
  const [first] = shape.Errors(value)
  const path = (first?.instancePath ?? '').split('/').filter((part) => part !== '')
  const missing = (first?.params as { requiredProperties?: string[] } | undefined)?.requiredProperties?.[0]
  const field = missing ? [...path, missing] : path
  return unreadable('wrong_shape', field.length > 0 ? field.join('.') : null)
}

/** Ids are compared and looked up, so one that cannot be kept exactly is not readable. */
export function isKeepableId(id: string): boolean {
  return id.isWellFormed() && !CONTROLS.test(id)
}

export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd')
}

/** Null when nothing is left to call somebody by. */
export function cleanName(name: string | null | undefined): string | null {
  const clean = cleanText(name ?? '').trim()
  return clean === '' ? null : clean
}

export function cleanFileName(name: string): string {
  const clean = name.toWellFormed().replace(UNFIT_FOR_FILE_NAMES, '_').trim()
  return clean === '' || clean === '.' || clean === '..' ? 'file' : clean
}

/** What a sender calls a type is a hint and no more: parameters are dropped, and nonsense becomes "some bytes". */
export function cleanMediaType(text: string): string {
  const type = (text.split(';')[0] ?? '').trim().toLowerCase()
  return MEDIA_TYPE.test(type) ? type : 'application/octet-stream'
}

export function believableTime(text: string | undefined): Date | null {
  if (text === undefined) return null
  const time = Date.parse(text)
  return Number.isFinite(time) && time >= BELIEVABLE_FROM ? new Date(time) : null
}

/** Null for anything but the one canonical alphabet with its padding. */
export function readBase64(text: string): Buffer | null {
  return BASE64.test(text) ? Buffer.from(text, 'base64') : null
}
