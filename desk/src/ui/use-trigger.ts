/**
 * Open state of something that belongs to a button. The button is ours and always there; the popup may come later from
 * another chunk. A press on the button while it is open closes it, so that press must not count as one outside.
 */
import { useCallback, useRef } from 'react'

export interface Closing {
  reason?: string
  event?: Event
}

export function useTrigger(setOpen: (isOpen: boolean) => void) {
  const button = useRef<HTMLButtonElement>(null)
  const onOpenChange = useCallback(
    (isOpen: boolean, details?: Closing) => {
      const target = details?.event?.target
      const isOwnPress = !isOpen && target instanceof Node && button.current?.contains(target)
      if (!isOwnPress || details?.event?.type === 'keydown') setOpen(isOpen)
    },
    [setOpen],
  )
  return { button, onOpenChange }
}
