/**
 * What the browser says about a field that is empty or no e-mail address, in the language of the desk and not of the
 * browser. The field keeps its native check, so that forms need no check of their own before the server's.
 */
import { useEffect } from 'react'
import type { Text } from './preferences.tsx'

type Checked = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

export function useOwnValidity(text: Text): void {
  useEffect(() => {
    const say = ({ target }: Event) => {
      const field = target as Checked
      field.setCustomValidity('')
      const { valid, valueMissing, typeMismatch } = field.validity
      if (valid) return
      const isAddress = typeMismatch && field.type === 'email'
      field.setCustomValidity(valueMissing ? text.required : isAddress ? text.fieldEmail : text.fieldWrong)
    }
    const clear = ({ target }: Event) => (target as Partial<Checked>).setCustomValidity?.('')
    document.addEventListener('invalid', say, true)
    document.addEventListener('input', clear, true)
    return () => {
      document.removeEventListener('invalid', say, true)
      document.removeEventListener('input', clear, true)
    }
  }, [text])
}
