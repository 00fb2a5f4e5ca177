/** A small label: a tag in its colour, a state, a filter that can be taken away. */
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { classes } from './classes.ts'
import './chip.css'

export type Tint = 'grey' | 'teal' | 'blue' | 'violet' | 'rose' | 'amber' | 'green'

interface Props {
  tint?: Tint
  icon?: ReactNode
  /** With a label, a button to take the chip away appears. */
  onRemove?: () => void
  removeLabel?: string
  children: ReactNode
}

export function Chip({ tint = 'grey', icon, onRemove, removeLabel, children }: Props) {
  return (
    <span className={classes('chip', `tint-${tint}`)}>
      {icon}
      <span className="truncate">{children}</span>
      {onRemove && (
        <button type="button" className="chip-remove" aria-label={removeLabel} onClick={onRemove}>
          <X aria-hidden="true" />
        </button>
      )}
    </span>
  )
}
