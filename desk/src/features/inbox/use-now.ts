/** The time, renewed once a minute by one timer for the whole page: relative times stay true and cost nothing. */
import { useSyncExternalStore } from 'react'

const EVERY_MS = 60_000
let now = new Date()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = new Date()
    for (const one of listeners) one()
  }, EVERY_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

export function useNow(): Date {
  return useSyncExternalStore(subscribe, () => now)
}
