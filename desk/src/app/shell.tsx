/**
 * The frame around every page of a workspace: navigation at the side (icons on a narrow screen, a bar at the bottom of a
 * phone), one line for the state of the connection, and the place where the page goes.
 */
import type { ReactNode } from 'react'
import { LiveProvider } from './live.tsx'
import { Navigation } from './navigation.tsx'
import { useText } from './preferences.tsx'
import { StatusLine } from './status-line.tsx'
import './shell.css'

export function Shell({ children }: { children: ReactNode }) {
  const text = useText()
  return (
    <LiveProvider>
      <div className="shell">
        <a href="#main" className="shell-skip">
          {text.shell.skipToList}
        </a>
        <Navigation />
        <div className="shell-page">
          <StatusLine />
          <div className="shell-content">{children}</div>
        </div>
      </div>
    </LiveProvider>
  )
}
