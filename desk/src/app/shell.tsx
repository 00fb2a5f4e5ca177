/**
 * The frame around every page of a workspace: navigation at the side (icons on a narrow screen, a bar at the bottom of a
 * phone), one line for the state of the connection, and the place where the page goes.
 */
import { lazy, type ReactNode, Suspense, useEffect } from 'react'
import { OutboxProvider } from '../features/inbox/outbox.tsx'
import { preloadOverlays } from '../ui/overlays.ts'
import { CommandCenter } from './commands/center.tsx'
import { CommandProvider } from './commands/commands.tsx'
import { Chime } from './chime.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { LiveProvider } from './live.tsx'
import { Navigation } from './navigation.tsx'
import { useDesk } from './desk.tsx'
import { useText } from './preferences.tsx'
import { SessionEnd } from './session-end.tsx'
import { useSession } from './session.tsx'
import { StatusLine } from './status-line.tsx'
import { UnreadSigns } from './unread-signs.tsx'
import './shell.css'

export function Shell({ children }: { children: ReactNode }) {
  const text = useText()
  useEffect(preloadOverlays, [])
  return (
    <LiveProvider>
      <OutboxProvider>
        <CommandProvider>
          <div className="shell">
            <a href="#main" className="shell-skip">
              {text.shell.skipToContent}
            </a>
            <Navigation />
            <div className="shell-page">
              <StatusLine />
              <SecondFactorDue />
              <div className="shell-content">
                <ErrorBoundary>{children}</ErrorBoundary>
              </div>
            </div>
          </div>
          <CommandCenter />
          <SessionEnd />
          <Chime />
          <UnreadSigns />
        </CommandProvider>
      </OutboxProvider>
    </LiveProvider>
  )
}

const SecondFactorReminder = lazy(() =>
  import('../features/second-factor/reminder.tsx').then((m) => ({ default: m.SecondFactorReminder })),
)

function SecondFactorDue() {
  const { workspaceId, user } = useDesk()
  const { session } = useSession()
  const from = session?.memberships.find(({ workspace }) => workspace.id === workspaceId)?.secondFactorFrom
  if (!from || user.hasSecondFactor) return null
  return (
    <Suspense>
      <SecondFactorReminder from={new Date(from)} />
    </Suspense>
  )
}
