/**
 * Fills `{{contact.first_name|there}}` when a saved reply is put into the composer: the value, or what stands after the
 * bar, or the variable itself left in place. A message with an unfilled variable must not go out: `unfilled` finds it.
 */
export const VARIABLES = [
  'contact.name',
  'contact.first_name',
  'contact.phone',
  'contact.email',
  'agent.name',
  'agent.first_name',
  'workspace.name',
  'conversation.number',
] as const
export type Variable = (typeof VARIABLES)[number]
export type Values = Partial<Record<Variable, string | null>>

const VARIABLE = /\{\{\s*([a-z_]+\.[a-z_]+)\s*(?:\|([^{}]*))?\}\}/g

export function fillVariables(text: string, values: Values): string {
  return text.replace(VARIABLE, (whole, name: string, fallback: string | undefined) => {
    const value = values[name as Variable]?.trim()
    if (value) return value
    return fallback === undefined ? whole : fallback.trim()
  })
}

export interface Place {
  start: number
  end: number
}

/** The first variable that nobody filled, to put the caret on it; null when the text is ready. */
export function unfilled(text: string): Place | null {
  VARIABLE.lastIndex = 0
  const found = VARIABLE.exec(text)
  VARIABLE.lastIndex = 0
  return found ? { start: found.index, end: found.index + found[0].length } : null
}

/** The part of a name to greet with: honorifics alone (Mr, Md., মোঃ) are no greeting. */
export function firstNameOf(name: string | null): string | null {
  const words = (name ?? '').trim().split(/\s+/).filter(Boolean)
  const skipped = new Set(['mr', 'mrs', 'ms', 'md', 'mst', 'মোঃ', 'মো', 'মোছাঃ', 'শ্রী', 'শ্রীমতি', 'ডাঃ'])
  const first = words.find((word) => !skipped.has(word.toLowerCase().replace(/[.:]$/, '')))
  return first ?? words[0] ?? null
}
