/**
 * Splits folded text into the words that are searched: runs of letters, marks and digits of any script.
 * A Bangladeshi mobile number is one word however it is spaced and with or without its country code, and an amount is
 * one word with or without its commas, so that both are found the way somebody else types them.
 */
import { nationalPhone, normalisePhone } from './phone.ts'

export interface Word {
  /** The form to compare. */
  text: string
  /** Where it stands in the folded text. */
  start: number
  end: number
}

const PHONE = String.raw`(?<phone>(?:(?:\+|00)?880[ -]?0?|0)1[3-9](?:[ -]?\d){8})`
const AMOUNT = String.raw`(?<amount>\d{1,3}(?:,\d{2,3})*,\d{3})`
const NOT_INSIDE_A_WORD = String.raw`(?<![\p{L}\p{M}\p{N}])`
const NOT_BEFORE_A_WORD = String.raw`(?![\p{L}\p{M}\p{N}])`
const WORD = new RegExp(
  String.raw`${NOT_INSIDE_A_WORD}(?:${PHONE}|${AMOUNT})${NOT_BEFORE_A_WORD}|[\p{L}\p{M}\p{N}]+`,
  'gu',
)

export function wordsOf(folded: string): Word[] {
  const words: Word[] = []
  for (const match of folded.matchAll(WORD)) {
    const { phone, amount } = match.groups ?? {}
    let text = match[0]
    if (phone) text = nationalPhone(normalisePhone(phone) ?? phone)
    else if (amount) text = amount.replaceAll(',', '')
    words.push({ text, start: match.index, end: match.index + match[0].length })
  }
  return words
}
