/**
 * The last act that can be taken back: said in a toast with Undo, and taken back once, by the toast's button or by Z
 * wherever one is. Whoever leaves the workspace or signs out leaves it behind.
 */
import { useSyncExternalStore } from 'react'
import { dismissToast, toast } from '../ui/toast.tsx'
import { shortcutOf } from './commands/keymap.ts'
import type { Text } from './preferences.tsx'

let last: (() => void) | null = null
const listeners = new Set<() => void>()

function keep(undo: (() => void) | null): void {
  last = undo
  for (const listener of listeners) listener()
}

export function takeBack(): void {
  const undo = last
  if (!undo) return
  forgetUndo()
  undo()
}

export function sayUndoable(words: string, text: Text, undo: () => void): void {
  keep(undo)
  toast({ words, action: { label: text.undo, shortcut: shortcutOf('undo') ?? 'Z', run: takeBack } })
}

export function forgetUndo(): void {
  keep(null)
  dismissToast()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useCanUndo(): boolean {
  return useSyncExternalStore(subscribe, () => last !== null)
}
