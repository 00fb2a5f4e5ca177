/**
 * Who is signed in, read once and changed by sign-in and sign-out. When a call finds the session gone, `hasEnded` turns
 * true and the shell asks for the password in place: the page stays, drafts stay. Sign-out wipes what was kept here.
 */
import { getSession, type SessionView, signOut } from '@central-desk/contract/session.ts'
import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import { call, keepCsrfToken, onSignedOut } from '../lib/api.ts'
import { wipePersonal } from '../lib/storage.ts'
import { usePreferences } from './preferences.tsx'

interface Value {
  /** null while it is being read. */
  session: SessionView | null
  failure: unknown
  hasEnded: boolean
  keep: (session: SessionView) => void
  reload: () => void
  leave: () => Promise<void>
}

const SessionContext = createContext<Value | null>(null)

export function SessionProvider({ children }: { children: ReactNode }) {
  const { adopt } = usePreferences()
  const queries = useQueryClient()
  const [session, setSession] = useState<SessionView | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [hasEnded, setEnded] = useState(false)

  const keep = useCallback(
    (next: SessionView) => {
      keepCsrfToken(next.csrfToken)
      setSession(next)
      setFailure(null)
      adopt(next.user?.preferences ?? null)
      setEnded((hadEnded) => {
        // What was refused meanwhile is asked again.
        if (hadEnded) setTimeout(() => queries.invalidateQueries(), 0)
        return false
      })
    },
    [adopt, queries],
  )
  const reload = useCallback(() => {
    setFailure(null)
    call(getSession).then(keep, setFailure)
  }, [keep])
  useEffect(reload, [reload])
  useEffect(() => onSignedOut(() => setEnded(true)), [])

  const leave = useCallback(async () => {
    await call(signOut)
    wipePersonal()
    queries.clear()
    keep(await call(getSession))
  }, [queries, keep])

  const value = useMemo(
    () => ({ session, failure, hasEnded, keep, reload, leave }),
    [session, failure, hasEnded, keep, reload, leave],
  )
  return <SessionContext value={value}>{children}</SessionContext>
}

export function useSession(): Value {
  const value = useContext(SessionContext)
  if (!value) throw new Error('useSession needs SessionProvider above it')
  return value
}
