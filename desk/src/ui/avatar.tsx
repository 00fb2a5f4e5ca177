/** Initials on a tint that stays with the person. Decoration: the name always stands beside it or in its label. */
import { initialsOf, tintOf } from '../lib/text.ts'
import { classes } from './classes.ts'
import './avatar.css'

const TINTS = ['teal', 'blue', 'violet', 'rose', 'amber', 'green', 'grey'] as const

interface Props {
  name: string
  /** What the tint is made from; an id keeps it through a rename. */
  seed?: string
  size?: 'small' | 'normal' | 'large'
  className?: string
}

export function Avatar({ name, seed, size = 'normal', className }: Props) {
  const tint = TINTS[tintOf(seed ?? name, TINTS.length)]
  return (
    <span className={classes('avatar', `avatar-${size}`, `tint-${tint}`, className)} aria-hidden="true">
      {initialsOf(name)}
    </span>
  )
}
