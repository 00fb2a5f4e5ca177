/**
 * How a saved reply reads for a contact, part by part, so that the editor can show what was filled in, what fell back
 * and what would stop the message from being sent. Joined together the parts are exactly what the composer inserts; a
 * test holds the two to each other. Pure.
 */
import { fillVariables, VARIABLES, type Values, type Variable } from '../../inbox/model/variables.ts'

export type PartKind =
  | 'text'
  /** The contact's own. */
  | 'filled'
  /** What stands after the bar. */
  | 'fallback'
  /** Nothing known and no fallback: stays in place and blocks sending. */
  | 'missing'
  /** No such variable: a slip of the pen. */
  | 'unknown'

export interface Part {
  kind: PartKind
  text: string
}

const VARIABLE = /\{\{\s*([a-z_]+\.[a-z_]+)\s*(?:\|([^{}]*))?\}\}/g
const KNOWN: ReadonlySet<string> = new Set(VARIABLES)

export function previewOf(text: string, values: Values): Part[] {
  const parts: Part[] = []
  let from = 0
  const add = (kind: PartKind, words: string) => words !== '' && parts.push({ kind, text: words })
  for (const match of text.matchAll(VARIABLE)) {
    add('text', text.slice(from, match.index))
    from = match.index + match[0].length
    const filled = fillVariables(match[0], values)
    add(kindOf(match[1] ?? '', match[2], values), filled)
  }
  add('text', text.slice(from))
  return parts
}

function kindOf(name: string, fallback: string | undefined, values: Values): PartKind {
  if (!KNOWN.has(name)) return 'unknown'
  if (values[name as Variable]?.trim()) return 'filled'
  return fallback === undefined ? 'missing' : 'fallback'
}

/** What looks like a variable and is none: `{{contact.frist_name}}`, `{{ name }}`, `{{contact.name`. */
export function strayVariables(text: string): string[] {
  const whole = [...text.matchAll(VARIABLE)].filter((match) => !KNOWN.has(match[1] ?? '')).map((match) => match[0])
  const rest = text.replace(VARIABLE, '')
  const broken = rest.match(/\{\{[^{}\n]{0,60}(?:\}\}|\}|$)/gm) ?? []
  return [...new Set([...whole, ...broken])]
}

/** Puts a variable where the caret is; gives the new text and where the caret goes. */
export function insertAt(text: string, start: number, end: number, inserted: string): { text: string; caret: number } {
  return { text: text.slice(0, start) + inserted + text.slice(end), caret: start + inserted.length }
}
