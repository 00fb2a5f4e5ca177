/**
 * Who is signed in, read once and changed by sign-in and sign-out. When a call finds the session gone, `hasEnded` turns
 * true and the shell asks for the password in place: the page stays, drafts stay. Sign-out wipes what was kept here, in
 * every tab of this browser.
 */
import { getSession, type SessionView, signOut } from '@central-desk/contract/session.ts'
import { useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import { call, keepCsrfToken, onKeptOut, onSignedOut } from '../lib/api.ts'
import { dropLeft, wipePersonal } from '../lib/storage.ts'
import { usePreferences } from './preferences.tsx'

interface Value {
  /** null while it is being read. */
  session: SessionView | null
  failure: unknown
  hasEnded: boolean
  /** Somebody signed out here: whoever comes next is not led to the page that was open. */
  hasLeft: boolean
  keep: (session: SessionView) => void
  reload: () => void
  leave: () => Promise<void>
}

const CHANNEL = 'central-desk-session'

const SessionContext = createContext<Value | null>(null)

export function SessionProvider({ children }: { children: ReactNode }) {
  const { adopt } = usePreferences()
  const queries = useQueryClient()
  const [session, setSession] = useState<SessionView | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [hasEnded, setEnded] = useState(false)
  const [hasLeft, setLeft] = useState(false)

  const keep = useCallback(
    (next: SessionView) => {
      keepCsrfToken(next.csrfToken)
      setSession(next)
      setFailure(null)
      if (next.user) {
        setLeft(false)
        dropLeft(next.user.id, new Set(next.memberships.map(({ workspace }) => workspace.id)))
      }
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
  useEffect(() => onKeptOut(reload), [reload])

  const forget = useCallback(async () => {
    wipePersonal()
    queries.clear()
    setLeft(true)
    keep(await call(getSession))
  }, [queries, keep])
  const [tabs] = useState(() => new BroadcastChannel(CHANNEL))
  const leave = useCallback(async () => {
    await call(signOut)
    tabs.postMessage('left')
    await forget()
  }, [tabs, forget])
  useEffect(() => {
    tabs.onmessage = () => forget().catch(setFailure)
  }, [tabs, forget])

  const value = useMemo(
    () => ({ session, failure, hasEnded, hasLeft, keep, reload, leave }),
    [session, failure, hasEnded, hasLeft, keep, reload, leave],
  )
  return <SessionContext value={value}>{children}</SessionContext>
}

/** Where else this person is a member. */
export function otherWorkspaces(session: SessionView | null, workspaceId: string): SessionView['memberships'] {
  return session?.memberships.filter(({ workspace }) => workspace.id !== workspaceId) ?? []
}

export function useSession(): Value {
  const value = useContext(SessionContext)
  if (!value) throw new Error('useSession needs SessionProvider above it')
  return value
}
