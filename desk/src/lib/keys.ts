/**
 * Which key was meant, whatever keyboard layout is on: a Bangla layout gives `ব` for the J key, so a letter that is not
 * Latin falls back to the place of the key. Never answers for Alt or AltGr (Bangla layouts type with it), for a key
 * that an input method is still composing with, or for a held modifier on its own.
 */
export interface KeyPress {
  key: string
  code: string
  altKey: boolean
  ctrlKey: boolean
  metaKey: boolean
  shiftKey: boolean
  isComposing?: boolean
  keyCode?: number
  getModifierState?(name: string): boolean
}

const COMPOSING_KEY_CODE = 229
const CODE_SIGNS: Readonly<Record<string, string>> = {
  Slash: '/',
  BracketLeft: '[',
  BracketRight: ']',
  Comma: ',',
  Period: '.',
}

/** The name of a key press: `j`, `shift+u`, `ctrl+k`, `?`, `escape`, `arrowdown`; null when it is not ours to read. */
export function keyName(press: KeyPress): string | null {
  if (press.isComposing || press.keyCode === COMPOSING_KEY_CODE) return null
  if (press.altKey || press.getModifierState?.('AltGraph')) return null
  const base = baseKey(press)
  if (base === null) return null
  const parts: string[] = []
  if (press.ctrlKey || press.metaKey) parts.push('ctrl')
  // A sign such as ? already says that Shift was held; for letters and named keys Shift is part of the name.
  if (press.shiftKey && base !== '?') parts.push('shift')
  parts.push(base)
  return parts.join('+')
}

function baseKey(press: KeyPress): string | null {
  if (['Shift', 'Control', 'Alt', 'Meta', 'CapsLock', 'Dead', 'Process', 'Unidentified'].includes(press.key))
    return null
  if (/^[a-z]$/i.test(press.key)) return press.key.toLowerCase()
  if (press.key === '?') return '?'
  if (press.key.length > 1) return press.key.toLowerCase()
  if (press.key === ' ') return 'space'
  const letter = /^Key([A-Z])$/.exec(press.code)?.[1]
  if (letter && !isLatinSign(press.key)) return letter.toLowerCase()
  if (isLatinSign(press.key)) return press.key
  if (press.code === 'Slash' && press.shiftKey) return '?'
  return CODE_SIGNS[press.code] ?? press.key
}

function isLatinSign(key: string): boolean {
  return key.length === 1 && key > ' ' && key <= '~'
}

/** True while the focus is where letters are text: single keys must not act then. */
export function isTextTarget(target: { tagName?: string; type?: string; isContentEditable?: boolean } | null): boolean {
  if (!target) return false
  if (target.isContentEditable) return true
  const tag = target.tagName?.toUpperCase()
  if (tag === 'TEXTAREA' || tag === 'SELECT') return true
  if (tag !== 'INPUT') return false
  return !['checkbox', 'radio', 'button', 'submit', 'reset', 'range', 'file'].includes(target.type ?? 'text')
}

export const SEQUENCE_WAIT_MS = 1_200

/** Follows two-key sequences: `g` then `m` is `g m`. A key that neither starts nor ends one comes back as it is. */
export class KeySequence {
  private leader: { name: string; at: number } | null = null
  private readonly leaders: ReadonlySet<string>

  constructor(leaders: Iterable<string>) {
    this.leaders = new Set(leaders)
  }

  /** The name to look up, or null when the key only began a sequence. */
  press(name: string, at: number): string | null {
    const leader = this.leader
    this.leader = null
    if (leader && at - leader.at <= SEQUENCE_WAIT_MS) return `${leader.name} ${name}`
    if (this.leaders.has(name)) {
      this.leader = { name, at }
      return null
    }
    return name
  }
}
