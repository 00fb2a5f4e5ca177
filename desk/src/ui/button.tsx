/**
 * Buttons: one primary action per view, quiet ones beside it. A busy button keeps its width and its focus and says so
 * to screen readers; an icon button always has a name, shown as a tooltip too.
 */
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { classes } from './classes.ts'
import { Spinner } from './spinner.tsx'
import './button.css'

export type ButtonLook = 'primary' | 'plain' | 'quiet' | 'danger' | 'note'

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  look?: ButtonLook
  size?: 'normal' | 'large' | 'small'
  icon?: ReactNode
  isBusy?: boolean
  isWide?: boolean
  children: ReactNode
  ref?: Ref<HTMLButtonElement>
}

export function Button({ look = 'plain', size = 'normal', icon, isBusy, isWide, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-busy={isBusy || undefined}
      aria-disabled={isBusy || rest['aria-disabled'] || undefined}
      onClick={isBusy ? (event) => event.preventDefault() : rest.onClick}
      className={classes('button', `button-${look}`, `button-${size}`, isWide && 'button-wide', rest.className)}
    >
      {isBusy ? <Spinner size={14} /> : icon}
      <span className="button-words">{children}</span>
    </button>
  )
}

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  label: string
  /** The key that does the same, as a person reads it. */
  shortcut?: string
  icon: ReactNode
  look?: 'quiet' | 'plain'
  isPressed?: boolean
  hasTooltip?: boolean
  ref?: Ref<HTMLButtonElement>
}

export function IconButton(props: IconButtonProps) {
  const { label, shortcut, icon, look = 'quiet', isPressed, hasTooltip = true, ...rest } = props
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={isPressed}
      data-tip={hasTooltip ? label : undefined}
      data-key={shortcut}
      {...rest}
      className={classes('icon-button', `icon-button-${look}`, rest.className)}
    >
      {icon}
    </button>
  )
}
