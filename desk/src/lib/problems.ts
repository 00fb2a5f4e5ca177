/** Any failure in the person's words: a refusal by its code, silence as silence, a bug as our own fault. */
import type { Text } from '../app/preferences.tsx'
import { NoAnswer, Refusal } from './refusal.ts'

export function wordsOf(error: unknown, text: Text): string {
  if (error instanceof NoAnswer) return text.noAnswer
  if (error instanceof Refusal) return text.problems[error.code] ?? text.problems.internal
  return text.problems.internal
}

/** What to say beside one field; null when the refusal is not about it. */
export function fieldWords(error: unknown, field: string, text: Text): string | null {
  if (!(error instanceof Refusal)) return null
  const problem = error.field(field)
  if (!problem) return null
  if (/required|missing|min_?length|blank/i.test(problem.code)) return text.required
  if (/max_?length|too_long/i.test(problem.code)) return text.fieldTooLong
  if (/email/i.test(problem.code) || (/format/i.test(problem.code) && /email/i.test(field))) return text.fieldEmail
  return problem.detail ?? text.fieldWrong
}

export function referenceOf(error: unknown): string | null {
  return error instanceof Refusal ? error.requestId : null
}
