/**
 * How the desk looks on this machine before anybody signed in, and what the next page load should look like at once:
 * theme, language, digits. Nothing a customer wrote is kept here. Never throws: without storage the defaults hold.
 */
import type { Language } from './format.ts'

export type Theme = 'system' | 'light' | 'dark'

export interface Look {
  theme: Theme
  language: Language
  latinDigits: boolean
}

const KEY = 'cd.look'

export function readLook(): Look {
  const fallback: Look = {
    theme: 'system',
    language: navigator.languages?.some((tag) => tag.startsWith('bn')) ? 'bn' : 'en',
    latinDigits: false,
  }
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    return typeof kept === 'object' && kept !== null ? { ...fallback, ...(kept as Partial<Look>) } : fallback
  } catch {
    return fallback
  }
}

export function keepLook(look: Look): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(look))
  } catch {
    // A full or forbidden storage costs one flash of the wrong theme, no more.
  }
}

/** Marks the document, so that the styles and the screen reader follow. */
export function applyLook(look: Look): void {
  const root = document.documentElement
  root.lang = look.language
  if (look.theme === 'system') delete root.dataset.theme
  else root.dataset.theme = look.theme
}
