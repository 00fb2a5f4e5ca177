/**
 * Fetches what draws an open conversation: as soon as the inbox is there, or with it when the address names a
 * conversation. Not by Suspense, because whoever writes meanwhile must keep the field they write in.
 */
import { useEffect, useState } from 'react'

type OpenConversation = typeof import('./open-conversation.tsx').OpenConversation

let loaded: OpenConversation | null = null
let loading: Promise<void> | null = null

export function loadOpenConversation(): Promise<void> {
  loading ??= import('./open-conversation.tsx').then(
    (module) => {
      loaded = module.OpenConversation
    },
    (error) => {
      // The next one who asks tries again.
      loading = null
      throw error
    },
  )
  return loading
}

/** Null until it is there; when it does not come, whoever stands around says so. */
export function useOpenConversation(): OpenConversation | null {
  const [, setArrived] = useState(loaded !== null)
  const [failure, setFailure] = useState<{ error: unknown } | null>(null)
  useEffect(() => {
    if (loaded) return
    loadOpenConversation().then(
      () => setArrived(true),
      (error) => setFailure({ error }),
    )
  }, [])
  if (failure) throw failure.error
  return loaded
}
