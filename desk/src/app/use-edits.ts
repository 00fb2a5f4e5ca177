/**
 * What a person has changed in a form and not saved yet, laid over what the server says: a field that somebody else
 * changes meanwhile follows unless one has touched it. Unsaved edits survive going to another page and back (in memory,
 * gone at sign-out), and the browser asks before the tab is closed over them.
 */
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import { useDesk } from './desk.tsx'

export interface Edits<T> {
  fields: T
  /** Only what differs from what is saved. */
  changed: Partial<T>
  isChanged: boolean
  set: (patch: Partial<T>) => void
  discard: () => void
}

/** `name` tells the forms of a workspace apart. */
export function useEdits<T extends object>(name: string, saved: T): Edits<T> {
  const { workspaceId } = useDesk()
  const queries = useQueryClient()
  const key = [workspaceId, 'unsaved', name] as const
  const [edits, setEdits] = useState<Partial<T>>(() => queries.getQueryData<Partial<T>>(key) ?? {})
  const changed = changedOnly(edits, saved)
  const isChanged = Object.keys(changed).length > 0

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is made of these two
  const keep = useCallback(
    (next: Partial<T>) => {
      setEdits(next)
      queries.setQueryData(key, next)
    },
    [workspaceId, name],
  )
  const set = useCallback((patch: Partial<T>) => keep({ ...edits, ...patch }), [keep, edits])
  const discard = useCallback(() => keep({}), [keep])

  useEffect(() => {
    if (!isChanged) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [isChanged])

  return { fields: { ...saved, ...edits }, changed, isChanged, set, discard }
}

function changedOnly<T extends object>(edits: Partial<T>, saved: T): Partial<T> {
  const entries = Object.entries(edits) as [keyof T, unknown][]
  const different = entries.filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(saved[name]))
  return Object.fromEntries(different) as Partial<T>
}
