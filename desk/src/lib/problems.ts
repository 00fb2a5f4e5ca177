/** Any failure in the person's words: a refusal by its code, silence as silence, a bug as our own fault. */
import type { Text } from '../app/preferences.tsx'
import { NoAnswer, Refusal } from './refusal.ts'

export function wordsOf(error: unknown, text: Text): string {
  if (error instanceof NoAnswer) return text.noAnswer
  if (error instanceof Refusal) return text.problems[error.code] ?? text.problems.internal
  return text.problems.internal
}

/**
 * What to say beside one field; null when the refusal is not about it. A page may have words of its own for a code. Never
 * the server's English detail: screens speak the person's language.
 */
export function fieldWords(
  error: unknown,
  field: string,
  text: Text,
  own: Readonly<Record<string, string>> = {},
): string | null {
  if (!(error instanceof Refusal)) return null
  const problem = error.field(field)
  if (!problem) return null
  return own[problem.code] ?? sharedWords(problem.code, field, text)
}

function sharedWords(code: string, field: string, text: Text): string {
  if (code === 'missing' || code === 'too_short') return text.required
  if (code === 'too_long') return text.fieldTooLong
  return /email/i.test(field) ? text.fieldEmail : text.fieldWrong
}

export function referenceOf(error: unknown): string | null {
  return error instanceof Refusal ? error.requestId : null
}
