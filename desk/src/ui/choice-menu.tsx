/**
 * A menu to choose one of a few by, each with a line that explains it. The button shows what holds now; the menu itself
 * is drawn by a chunk that comes with the first opening.
 */
import { cloneElement, lazy, Suspense, useState } from 'react'
import type { Trigger } from './menu.tsx'
import { useTrigger } from './use-trigger.ts'
import './choice-menu.css'
import './popover.css'

const ChoiceMenuPopup = lazy(() =>
  import('./overlays/choice-menu-popup.tsx').then((m) => ({ default: m.ChoiceMenuPopup })),
)

export interface MenuChoice<V extends string> {
  value: V
  label: string
  words?: string
  isDisabled?: boolean
}

interface Props<V extends string> {
  trigger: Trigger
  value: V
  choices: readonly MenuChoice<V>[]
  onChoose: (value: V) => void
}

export function ChoiceMenu<V extends string>({ trigger, value, choices, onChoose }: Props<V>) {
  const [isOpen, setOpen] = useState(false)
  const [wasOpened, setOpened] = useState(false)
  const { button, onOpenChange } = useTrigger(setOpen)
  return (
    <>
      {cloneElement(trigger, {
        ref: button,
        'aria-haspopup': 'menu',
        'aria-expanded': isOpen,
        onClick: () => {
          setOpened(true)
          setOpen(!isOpen)
        },
      })}
      {wasOpened && (
        <Suspense>
          <ChoiceMenuPopup
            anchor={button}
            isOpen={isOpen}
            onOpenChange={onOpenChange}
            value={value}
            choices={choices}
            onChoose={(next) => {
              if (next !== value) onChoose(next as V)
            }}
          />
        </Suspense>
      )}
    </>
  )
}
