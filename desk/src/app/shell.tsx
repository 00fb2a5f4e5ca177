/**
 * The frame around every page of a workspace: navigation at the side (icons on a narrow screen, a bar at the bottom of a
 * phone), one line for the state of the connection, and the place where the page goes.
 */
import { type ReactNode, useEffect } from 'react'
import { OutboxProvider } from '../features/inbox/outbox.tsx'
import { preloadOverlays } from '../ui/overlays.ts'
import { CommandCenter } from './commands/center.tsx'
import { CommandProvider } from './commands/commands.tsx'
import { Chime } from './chime.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { LiveProvider } from './live.tsx'
import { Navigation } from './navigation.tsx'
import { useText } from './preferences.tsx'
import { SessionEnd } from './session-end.tsx'
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
