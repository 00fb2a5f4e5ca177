/**
 * Words in two languages, typed: a catalogue is an object of strings and of small functions for what carries a value.
 * English names the keys, Bangla must have each of them with the same arguments or the build fails. Values that hold a
 * number get it twice, once to choose the plural and once as the person reads it.
 */
import type { Language } from './format.ts'

export type Catalogue<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => string
    ? (...args: A) => string
    : T[K] extends string
      ? string
      : Catalogue<T[K]>
}

export interface Words<T> {
  readonly en: T
  readonly bn: Catalogue<T>
}

/** Both languages of one feature, for a chunk that is loaded late anyway. */
export function defineWords<T extends object>(words: { en: T; bn: Catalogue<T> }): Words<T> {
  return words
}

export function pick<T>(words: Words<T>, language: Language): Catalogue<T> {
  return words[language] as Catalogue<T>
}
