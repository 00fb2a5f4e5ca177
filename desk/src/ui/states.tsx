/**
 * What a page shows instead of its content: skeleton rows (only after 200 ms, so that a fast answer never flickers), an
 * empty state that says why and offers one action, an error that says what happened, what is safe and what to do.
 */
import { CircleAlert } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import './states.css'

const SKELETON_AFTER_MS = 200

export function Skeleton({ rows = 6, shape = 'row' }: { rows?: number; shape?: 'row' | 'line' | 'bubble' }) {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SKELETON_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])
  if (!isShown) return null
  return (
    <div className={`skeleton skeleton-${shape}s`} aria-hidden="true">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all the same
        <div key={index} className="skeleton-item">
          <span />
          <span />
          <span />
        </div>
      ))}
    </div>
  )
}

interface EmptyProps {
  icon?: ReactNode
  title: string
  words?: ReactNode
  action?: ReactNode
}

export function EmptyState({ icon, title, words, action }: EmptyProps) {
  return (
    <div className="state">
      {icon && <span className="state-icon">{icon}</span>}
      <p className="state-title">{title}</p>
      {words && <p className="state-words">{words}</p>}
      {action && <div className="state-action">{action}</div>}
    </div>
  )
}

interface ErrorProps extends Omit<EmptyProps, 'icon'> {
  /** What support asks for. */
  reference?: string | null | undefined
}

export function ErrorState({ title, words, action, reference }: ErrorProps) {
  return (
    <div className="state" role="alert">
      <span className="state-icon state-icon-wrong">
        <CircleAlert />
      </span>
      <p className="state-title">{title}</p>
      {words && <p className="state-words">{words}</p>}
      {reference && <code className="state-reference">{reference}</code>}
      {action && <div className="state-action">{action}</div>}
    </div>
  )
}

interface BannerProps {
  tone: 'info' | 'warn' | 'danger' | 'ok'
  icon?: ReactNode
  action?: ReactNode
  /** `alert` speaks at once, `status` when there is a pause. */
  role?: 'alert' | 'status'
  children: ReactNode
}

export function Banner({ tone, icon, action, role, children }: BannerProps) {
  return (
    <div className={`banner banner-${tone}`} role={role}>
      {icon && <span className="banner-icon">{icon}</span>}
      <div className="banner-words">{children}</div>
      {action}
    </div>
  )
}
