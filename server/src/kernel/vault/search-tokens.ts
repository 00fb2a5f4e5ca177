/** stand-in until the fold is there; replaced within this task */
import type { KeyObject } from 'node:crypto'
import { keyedHash } from './primitives.ts'
export interface SearchWord {
  word: string
  exact: bigint[]
  prefix: bigint[]
  similar: bigint[]
}
const t = (key: KeyObject, word: string) => keyedHash(key, Buffer.from(word)).readBigUInt64BE() >> 24n
export const tokensOf = (key: KeyObject, text: string): bigint[] => text.split(/\s+/).map((word) => t(key, word))
export const searchWords = (keys: KeyObject[], text: string): SearchWord[] =>
  text.split(/\s+/).map((word) => ({ word, exact: keys.map((key) => t(key, word)), prefix: [], similar: [] }))
