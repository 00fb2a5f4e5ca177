/**
 * A code of the app or a recovery code. Phones and password managers fill it in by themselves; pasted spaces and dashes
 * are welcome; Bangla digits count as digits.
 */
import type { Ref } from 'react'
import { TextField } from '../../ui/field.tsx'

interface Props {
  label: string
  hint?: string
  value: string
  onChange: (value: string) => void
  error: string | null
  /** A recovery code is letters: the keyboard of digits would be in the way. */
  isAppOnly?: boolean
  ref?: Ref<HTMLInputElement>
}

const BANGLA_ZERO = 0x09e6

/** Digits of a Bangla keyboard as the app means them. */
export function latinDigits(text: string): string {
  return text.replaceAll(/[০-৯]/g, (digit) => String((digit.codePointAt(0) ?? BANGLA_ZERO) - BANGLA_ZERO))
}

export function CodeField({ label, hint, value, onChange, error, isAppOnly, ref }: Props) {
  return (
    <TextField
      ref={ref}
      label={label}
      hint={hint}
      name="code"
      autoComplete="one-time-code"
      inputMode={isAppOnly ? 'numeric' : 'text'}
      autoCapitalize="characters"
      spellCheck={false}
      maxLength={40}
      required
      value={value}
      onChange={(event) => onChange(latinDigits(event.target.value))}
      error={error}
    />
  )
}
