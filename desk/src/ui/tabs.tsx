/** Tabs within a page: arrow keys move, the panel belongs to its tab. Pages of their own are links, not tabs. */
import { type KeyboardEvent, type ReactNode, useId } from 'react'
import { classes } from './classes.ts'
import './tabs.css'

export interface Tab<V extends string> {
  value: V
  label: string
  icon?: ReactNode
  shortcut?: string
}

interface Props<V extends string> {
  label: string
  tabs: readonly Tab<V>[]
  value: V
  onChange: (value: V) => void
  /** Called instead when a tab is clicked or taken with Enter, so that the focus may go on into the panel. */
  onActivate?: (value: V) => void
  /** Where the panel is; give the panel `id={panelId}` and `role="tabpanel"`. */
  panelId: string
}

export function Tabs<V extends string>({ label, tabs, value, onChange, onActivate = onChange, panelId }: Props<V>) {
  const id = useId()
  const move = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    const at = tabs.findIndex((tab) => tab.value === value)
    const next = tabs[(at + step + tabs.length) % tabs.length]
    if (!next) return
    onChange(next.value)
    document.getElementById(`${id}-${next.value}`)?.focus()
  }
  return (
    <div role="tablist" aria-label={label} className="tabs" onKeyDown={move}>
      {tabs.map((tab) => (
        <button
          key={tab.value}
          id={`${id}-${tab.value}`}
          type="button"
          role="tab"
          aria-selected={tab.value === value}
          aria-controls={panelId}
          tabIndex={tab.value === value ? 0 : -1}
          className={classes('tab', `tab-${tab.value}`)}
          onClick={() => onActivate(tab.value)}
        >
          {tab.icon}
          {tab.label}
        </button>
      ))}
    </div>
  )
}
