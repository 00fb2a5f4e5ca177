/** Says what was done and offers to take it back once, by the button of the toast or by Z anywhere in the settings. */
import { shortcutOf } from '../../app/commands/keymap.ts'
import type { Text } from '../../app/preferences.tsx'
import { dismissToast, toast } from '../../ui/toast.tsx'

let last: (() => void) | null = null

export function takeBack(): void {
  const undo = last
  last = null
  if (!undo) return
  dismissToast()
  undo()
}

export function sayUndoable(words: string, text: Text, undo: () => void): void {
  last = undo
  toast({ words, action: { label: text.undo, shortcut: shortcutOf('undo') ?? 'Z', run: takeBack } })
}
