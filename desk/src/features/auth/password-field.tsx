/**
 * A password: can be shown, says when Caps Lock or a Bangla keyboard is on (the dots hide it), and for a new one how
 * much is missing. Pasting and password managers always work. Length is counted in characters a person sees as typed.
 */
import { LIMITS } from '@central-desk/contract/limits.ts'
import { Eye, EyeOff } from 'lucide-react'
import { type KeyboardEvent, type Ref, useState } from 'react'
import { useFormat, useWords } from '../../app/preferences.tsx'
import { IconButton } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { authWords } from './words.ts'

interface Props {
  label: string
  value: string
  onChange: (value: string) => void
  isNew?: boolean
  error?: string | null
  ref?: Ref<HTMLInputElement>
}

export function PasswordField({ label, value, onChange, isNew, error, ref }: Props) {
  const words = useWords(authWords)
  const format = useFormat()
  const [isShown, setShown] = useState(false)
  const [hasCaps, setCaps] = useState(false)
  const missing = LIMITS.passwordCharactersMin - [...value.normalize('NFC')].length
  const isBangla = /[\u0980-\u09FF]/.test(value)
  const watchCaps = (event: KeyboardEvent) => setCaps(event.getModifierState('CapsLock'))
  const rule = !isNew
    ? null
    : value === ''
      ? words.passwordRule
      : missing > 0
        ? words.passwordShort(missing, format.number(missing))
        : error
          ? null
          : words.passwordLongEnough
  const hints = [hasCaps && words.capsLock, isBangla && !isShown && words.banglaKeyboard, rule].filter(Boolean)
  return (
    <TextField
      ref={ref}
      label={label}
      type={isShown ? 'text' : 'password'}
      name="password"
      autoComplete={isNew ? 'new-password' : 'current-password'}
      autoCapitalize="off"
      spellCheck={false}
      required
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={watchCaps}
      onKeyUp={watchCaps}
      error={error}
      hint={hints.length > 0 ? hints.join(' ') : undefined}
      end={
        <IconButton
          label={isShown ? words.hidePassword : words.showPassword}
          icon={isShown ? <EyeOff /> : <Eye />}
          hasTooltip={false}
          onClick={() => setShown(!isShown)}
        />
      }
    />
  )
}

/** True when a new password is long enough to be sent; the server judges its strength. */
export function isLongEnough(password: string): boolean {
  return [...password.normalize('NFC')].length >= LIMITS.passwordCharactersMin
}
