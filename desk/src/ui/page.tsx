/**
 * The frame of a page beside the inbox: a heading that takes the focus when the route changes, room for actions, and a
 * column of sections that scrolls. Settings, contacts and search are made of it.
 */
import { type ReactNode, useEffect, useRef } from 'react'
import { classes } from './classes.ts'
import './page.css'

interface PageProps {
  title: string
  words?: ReactNode
  actions?: ReactNode
  width?: 'narrow' | 'wide'
  children: ReactNode
}

export function Page({ title, words, actions, width = 'narrow', children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <main className="page" id="main">
      <div className={classes('page-column', `page-${width}`)}>
        <header className="page-head">
          <div className="page-head-words">
            <h1 ref={heading} tabIndex={-1}>
              {title}
            </h1>
            {words && <p className="page-words">{words}</p>}
          </div>
          {actions && <div className="page-actions">{actions}</div>}
        </header>
        {children}
      </div>
    </main>
  )
}

interface SectionProps {
  title: string
  words?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

export function Section({ title, words, actions, children }: SectionProps) {
  return (
    <section className="section">
      <header className="section-head">
        <div>
          <h2>{title}</h2>
          {words && <p className="section-words">{words}</p>}
        </div>
        {actions}
      </header>
      <div className="section-body">{children}</div>
    </section>
  )
}

/** A table that scrolls sideways by itself on a narrow screen, reachable by keyboard. */
export function TableFrame({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="table-frame" aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
