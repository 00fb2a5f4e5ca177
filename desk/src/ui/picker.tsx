/**
 * A short list one types into to find something: assignee, tags, snooze times. One field keeps the focus, arrow keys
 * move the highlight, Enter takes it. Opens from its button or, by `isOpen`, from a key. Finds across Bangla spelling
 * differences; an option may have extra words it is found by.
 */
import { cloneElement, type ReactNode, Suspense, useEffect, useState } from 'react'
import type { Trigger } from './menu.tsx'
import { PickerPopup } from './overlays.ts'
import { useTrigger } from './use-trigger.ts'
import './popover.css'

export interface Option {
  value: string
  label: string
  /** More words it is found by. */
  words?: string
  icon?: ReactNode
  aside?: string
  isChosen?: boolean
}

export interface PickerProps {
  trigger: Trigger
  label: string
  findLabel: string
  emptyWords: string
  options: readonly Option[]
  onPick: (value: string) => void
  isOpen: boolean
  onOpenChange: (isOpen: boolean) => void
  /** Stay open after a pick, for choosing several. */
  staysOpen?: boolean
  side?: 'top' | 'bottom'
  align?: 'start' | 'end'
  /** Below the list, with what was typed: for "make a new one". */
  foot?: (find: string) => ReactNode
}

export function Picker({ trigger, ...props }: PickerProps) {
  const { isOpen, onOpenChange: setOpen } = props
  const [wasOpened, setOpened] = useState(isOpen)
  const { button, onOpenChange } = useTrigger(setOpen)
  useEffect(() => {
    if (isOpen) setOpened(true)
  }, [isOpen])
  return (
    <>
      {cloneElement(trigger, {
        ref: button,
        'aria-haspopup': 'dialog',
        'aria-expanded': isOpen,
        onClick: () => setOpen(!isOpen),
      })}
      {wasOpened && (
        <Suspense>
          <PickerPopup {...props} anchor={button} onOpenChange={onOpenChange} />
        </Suspense>
      )}
    </>
  )
}
