/** True on a phone, where panes take turns and the navigation is a bar at the bottom; as in the styles. */
import { useSyncExternalStore } from 'react'

const query = window.matchMedia('(max-width: 759px)')

function subscribe(listener: () => void): () => void {
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => query.matches)
}
