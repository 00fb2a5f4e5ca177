/**
 * Every command of the desk and the keys that call it. One key calls one command; two-key sequences begin with G. Single
 * keys can be turned off (WCAG 2.1.4); those with Ctrl stay. Pure, so that the map can be checked for clashes.
 */
export const COMMANDS = [
  'next',
  'previous',
  'open',
  'back',
  'reply',
  'note',
  'close',
  'closeNext',
  'closePrevious',
  'snooze',
  'assign',
  'assignMe',
  'tags',
  'unread',
  'block',
  'undo',
  'search',
  'palette',
  'sheet',
  'panes',
  'goMine',
  'goUnassigned',
  'goAll',
  'goSnoozed',
  'goClosed',
  'goContacts',
  'goSettings',
  'themeLight',
  'themeDark',
  'themeSystem',
  'language',
  'signOut',
] as const
export type CommandId = (typeof COMMANDS)[number]

export const KEYS: Readonly<Record<string, CommandId>> = {
  j: 'next',
  k: 'previous',
  o: 'open',
  u: 'back',
  escape: 'back',
  r: 'reply',
  n: 'note',
  e: 'close',
  ']': 'closeNext',
  '[': 'closePrevious',
  h: 'snooze',
  a: 'assign',
  i: 'assignMe',
  t: 'tags',
  'shift+u': 'unread',
  z: 'undo',
  '/': 'search',
  '?': 'sheet',
  'ctrl+k': 'palette',
  f6: 'panes',
  'g m': 'goMine',
  'g u': 'goUnassigned',
  'g a': 'goAll',
  'g s': 'goSnoozed',
  'g e': 'goClosed',
  'g c': 'goContacts',
  'g t': 'goSettings',
}

/** What is done to one conversation: never to another than the one that is marked in the list. */
export const ON_CONVERSATION: ReadonlySet<CommandId> = new Set([
  'reply',
  'note',
  'close',
  'closeNext',
  'closePrevious',
  'snooze',
  'assign',
  'assignMe',
  'tags',
  'unread',
  'block',
])

export const LEADERS = ['g'] as const

/** Keys that work while one writes, and with single keys turned off. */
const ALWAYS: ReadonlySet<string> = new Set(['ctrl+k', 'f6'])

export interface Situation {
  isWriting: boolean
  hasSingleKeys: boolean
}

/** The command of a key press in this situation; null when the key is not ours. */
export function commandOf(name: string, { isWriting, hasSingleKeys }: Situation): CommandId | null {
  const command = KEYS[name] ?? null
  if (!command) return null
  if (ALWAYS.has(name)) return command
  if (isWriting) return null
  if (!hasSingleKeys && name !== 'escape') return null
  return command
}

/** The keys of a command as a person reads them, the first that calls it. */
export function shortcutOf(command: CommandId): string | null {
  const name = Object.entries(KEYS).find(([, id]) => id === command)?.[0]
  return name ? readable(name) : null
}

export function readable(name: string): string {
  return name
    .split(' ')
    .map((press) =>
      press
        .split('+')
        .map((part) => (part.length === 1 ? part.toUpperCase() : part[0]?.toUpperCase() + part.slice(1)))
        .join('+'),
    )
    .join(' ')
}
