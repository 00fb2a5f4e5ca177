/** One submit at a time: keeps what went wrong, and afterwards puts the focus on the first field that has an error. */
import { type FormEvent, useCallback, useEffect, useRef, useState } from 'react'

export interface Form {
  isBusy: boolean
  failure: unknown
  setFailure: (failure: unknown) => void
  /** For `<form {...form.props} onSubmit=...>`. */
  ref: React.RefObject<HTMLFormElement | null>
  onSubmit: (event: FormEvent) => void
}

export function useForm(send: () => Promise<void>): Form {
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>(null)
  const ref = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (failure) ref.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [failure])
  const onSubmit = useCallback(
    async (event: FormEvent) => {
      event.preventDefault()
      if (isBusy) return
      setBusy(true)
      setFailure(null)
      try {
        await send()
      } catch (error) {
        setFailure(error)
      } finally {
        setBusy(false)
      }
    },
    [isBusy, send],
  )
  return { isBusy, failure, setFailure, ref, onSubmit }
}
