/** Names and what stands for them, as a description list: one line each on a wide screen, below each other on a phone. */
import type { ReactNode } from 'react'
import './facts.css'

export function Facts({ children }: { children: ReactNode }) {
  return <dl className="facts">{children}</dl>
}

export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}
