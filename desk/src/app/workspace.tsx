/**
 * The gate to a workspace: signed in and a member of it, or the sign-in page, or "not found, or no access". Inside, the
 * shell with navigation, and the event stream that keeps everything fresh.
 */
import type { CurrentUser, Membership } from '@central-desk/contract/session.ts'
import { DoorOpen } from 'lucide-react'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, useEffect, useState } from 'react'
import { Navigate, Outlet, useLocation, useParams } from 'react-router'
import { keepLastWorkspace, lastWorkspace } from '../lib/last-workspace.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/states.tsx'
import { DeskContext, useMakeDesk } from './desk.tsx'
import { FailedPage, NotFoundPage, PageWait } from './page-states.tsx'
import { useText } from './preferences.tsx'
import { useSession } from './session.tsx'
import { Shell } from './shell.tsx'
import { forgetUndo } from './undo.ts'
import { useLeave } from './use-leave.ts'

const SecondFactorAsked = lazy(() =>
  import('../features/second-factor/gate.tsx').then((m) => ({ default: m.SecondFactorAsked })),
)

/** `/`: to the workspace one was in last, or to sign-in. */
export function Start() {
  const { session, failure, reload } = useSession()
  if (failure) return <FailedPage error={failure} onRetry={reload} />
  if (!session) return <PageWait />
  const last = lastWorkspace()
  const first = session.memberships.find(({ workspace }) => workspace.slug === last) ?? session.memberships[0]
  if (!session.user) return <Navigate to="/signin" replace />
  if (!first) return <NoWorkspace />
  return <Navigate to={`/w/${first.workspace.slug}/inbox/mine`} replace />
}

function NoWorkspace() {
  const text = useText()
  const leave = useLeave()
  return (
    <main className="page-state" id="main">
      <h1 className="visually-hidden">{text.noWorkspaceTitle}</h1>
      <EmptyState
        icon={<DoorOpen />}
        title={text.noWorkspaceTitle}
        words={text.noWorkspaceWords}
        action={<Button onClick={leave}>{text.shell.signOut}</Button>}
      />
    </main>
  )
}

export function Workspace() {
  const { slug } = useParams()
  const { session, failure, hasLeft, reload } = useSession()
  const location = useLocation()
  // The recovery codes stay until they are stored, although the workspace is open by then.
  const [isSettingUp, setSettingUp] = useState(false)
  if (failure && !session) return <FailedPage error={failure} onRetry={reload} />
  if (!session) return <PageWait />
  if (!session.user) {
    const next = hasLeft ? '' : `?next=${encodeURIComponent(location.pathname + location.search)}`
    return <Navigate to={`/signin${next}`} replace />
  }
  const membership = session.memberships.find((one) => one.workspace.slug === slug)
  if (!membership) return <Unknown key={slug} />
  if (isAsked(session.user, membership) || isSettingUp) {
    const held = (isHeld: boolean) => setSettingUp(isHeld)
    return <SecondFactorAsked user={session.user} membership={membership} onHold={held} />
  }
  return <Inside key={membership.workspace.id} user={session.user} membership={membership} />
}

function isAsked(user: CurrentUser, { secondFactorFrom }: Membership): boolean {
  return secondFactorFrom !== null && !user.hasSecondFactor && new Date(secondFactorFrom) <= new Date()
}

/** One may have been invited since the session was read: it is read once more before the answer is no. */
function Unknown() {
  const { session, failure, reload } = useSession()
  const [asked] = useState(session)
  useEffect(reload, [reload])
  return session === asked && !failure ? <PageWait /> : <NotFoundPage />
}

function Inside({ user, membership }: { user: CurrentUser; membership: Membership }) {
  const desk = useMakeDesk(user, membership)
  const queries = useQueryClient()
  const { id, slug } = membership.workspace
  useEffect(() => {
    keepLastWorkspace(slug)
    return () => {
      // Nothing keeps it fresh from here on: whoever comes back reads anew. What was typed into forms stays.
      queries.removeQueries({ queryKey: [id], predicate: ({ queryKey }) => queryKey[1] !== 'unsaved' })
      forgetUndo()
    }
  }, [queries, id, slug])
  return (
    <DeskContext value={desk}>
      <Shell>
        <Outlet />
      </Shell>
    </DeskContext>
  )
}
