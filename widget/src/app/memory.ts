/**
 * What this browser remembers of a chat, one inbox apart from the other: localStorage of the frame's own origin, or
 * plain memory where the browser forbids storage. Promises never to throw (a full or blocked store costs only what
 * would survive a reload) and to give back nothing that is not of the asked shape.
 */

export interface Memory {
  /** Whether it outlives the page. */
  isLasting: boolean
  read<T>(name: string, isShape: (value: unknown) => value is T): T | null
  write(name: string, value: unknown): void
  forget(name: string): void
}

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

function plainStore(): Store {
  const kept = new Map<string, string>()
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  }
}

/** The browser's storage when a value written to it comes back, else memory that lives as long as the page. */
function workingStore(offered: () => Store): { store: Store; isLasting: boolean } {
  try {
    const store = offered()
    store.setItem('central-desk', '1')
    if (store.getItem('central-desk') === '1') return { store, isLasting: true }
  } catch {
    // Storage is blocked for embedded pages in this browser.
  }
  return { store: plainStore(), isLasting: false }
}

export function openMemory(inboxKey: string, offered: () => Store = () => localStorage): Memory {
  const { store, isLasting } = workingStore(offered)
  const keyOf = (name: string) => `central-desk:${inboxKey}:${name}`
  return {
    isLasting,
    read(name, isShape) {
      try {
        const value: unknown = JSON.parse(store.getItem(keyOf(name)) ?? 'null')
        return isShape(value) ? value : null
      } catch {
        return null
      }
    },
    write(name, value) {
      try {
        store.setItem(keyOf(name), JSON.stringify(value))
      } catch {
        // The store is full: what is on screen stays, only a reload would lose it.
      }
    },
    forget(name) {
      try {
        store.removeItem(keyOf(name))
      } catch {
        // Blocked meanwhile: there is nothing left to forget.
      }
    },
  }
}
