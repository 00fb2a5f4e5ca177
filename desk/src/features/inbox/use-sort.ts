/**
 * How this person wants lists of open conversations sorted: kept on this machine, for it is a habit and says nothing of
 * anybody. Every list on the page follows at once.
 */
import { type Sort, SORTS } from '@central-desk/contract/conversations.ts'
import { useSyncExternalStore } from 'react'

const KEY = 'cd.list-sort'
const listeners = new Set<() => void>()
let chosen: Sort | null = null

function read(): Sort {
  if (chosen) return chosen
  let kept: string | null = null
  try {
    kept = localStorage.getItem(KEY)
  } catch {
    // Storage is off: the habit lasts as long as the page.
  }
  chosen = SORTS.find((sort) => sort === kept) ?? 'recent'
  return chosen
}

function choose(sort: Sort): void {
  chosen = sort
  try {
    localStorage.setItem(KEY, sort)
  } catch {
    // As above.
  }
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useSort(): readonly [Sort, (sort: Sort) => void] {
  return [useSyncExternalStore(subscribe, read), choose]
}
