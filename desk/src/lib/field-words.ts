/**
 * What to say beside a field that was refused: the page's own words for the code where it has some, else those that
 * every form shares. Never the server's English detail: screens speak the person's language.
 */
import type { Text } from '../app/preferences.tsx'
import { Refusal } from './refusal.ts'

export function ownFieldWords(
  failure: unknown,
  field: string,
  text: Text,
  own: Readonly<Record<string, string>> = {},
): string | null {
  if (!(failure instanceof Refusal)) return null
  const problem = failure.field(field)
  if (!problem) return null
  return own[problem.code] ?? sharedWords(problem.code, field, text)
}

function sharedWords(code: string, field: string, text: Text): string {
  if (code === 'missing' || code === 'too_short') return text.required
  if (code === 'too_long') return text.fieldTooLong
  return /email/i.test(field) ? text.fieldEmail : text.fieldWrong
}
