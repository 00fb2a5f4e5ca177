/** True on a phone, where the list of settings and a page of it take turns. */
import { useSyncExternalStore } from 'react'

const query = window.matchMedia('(max-width: 759px)')

function subscribe(listener: () => void): () => void {
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => query.matches)
}
