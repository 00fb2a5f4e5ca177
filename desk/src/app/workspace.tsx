/**
 * The gate to a workspace: signed in and a member of it, or the sign-in page, or "not found, or no access". Inside, the
 * shell with navigation, and the event stream that keeps everything fresh.
 */
import type { CurrentUser, Membership } from '@central-desk/contract/session.ts'
import { DoorOpen } from 'lucide-react'
import { Navigate, Outlet, useLocation, useParams } from 'react-router'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/states.tsx'
import { DeskContext, useMakeDesk } from './desk.tsx'
import { FailedPage, NotFoundPage, PageWait } from './page-states.tsx'
import { useText } from './preferences.tsx'
import { useSession } from './session.tsx'
import { Shell } from './shell.tsx'
import { useLeave } from './use-leave.ts'

/** `/`: to the first workspace, or to sign-in. */
export function Start() {
  const { session, failure, reload } = useSession()
  if (failure) return <FailedPage error={failure} onRetry={reload} />
  if (!session) return <PageWait />
  const first = session.memberships[0]
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
  if (failure && !session) return <FailedPage error={failure} onRetry={reload} />
  if (!session) return <PageWait />
  if (!session.user) {
    const next = hasLeft ? '' : `?next=${encodeURIComponent(location.pathname + location.search)}`
    return <Navigate to={`/signin${next}`} replace />
  }
  const membership = session.memberships.find((one) => one.workspace.slug === slug)
  if (!membership) return <NotFoundPage />
  return <Inside key={membership.workspace.id} user={session.user} membership={membership} />
}

function Inside({ user, membership }: { user: CurrentUser; membership: Membership }) {
  const desk = useMakeDesk(user, membership)
  return (
    <DeskContext value={desk}>
      <Shell>
        <Outlet />
      </Shell>
    </DeskContext>
  )
}
