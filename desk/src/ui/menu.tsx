/**
 * A menu of actions behind a button. The entries are plain values, so that the button stands there at once and what
 * draws the menu is fetched later. For lists one types into to find something (assignee, tags) use `Picker`.
 */
import { type ButtonHTMLAttributes, cloneElement, type ReactElement, type ReactNode, Suspense, useState } from 'react'
import { MenuPopup } from './overlays.ts'
import { useTrigger } from './use-trigger.ts'
import './popover.css'

export type MenuEntry =
  | { kind: 'line' }
  | { kind: 'label'; label: string }
  | {
      kind: 'item'
      label: string
      icon?: ReactNode
      shortcut?: string
      lang?: string
      isChosen?: boolean
      isDanger?: boolean
      isDisabled?: boolean
      /** A link of the router, without children; then `onSelect` is not needed. */
      link?: ReactElement<Record<string, unknown>>
      onSelect?: () => void
    }

export type Trigger = ReactElement<ButtonHTMLAttributes<HTMLButtonElement> & { ref?: React.Ref<HTMLButtonElement> }>

interface Props {
  trigger: Trigger
  side?: 'top' | 'bottom' | 'left' | 'right'
  align?: 'start' | 'center' | 'end'
  entries: readonly (MenuEntry | false | null | undefined)[]
}

export function Menu({ trigger, side = 'bottom', align = 'start', entries }: Props) {
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
          <MenuPopup
            anchor={button}
            isOpen={isOpen}
            onOpenChange={onOpenChange}
            side={side}
            align={align}
            entries={entries.filter((entry) => !!entry)}
          />
        </Suspense>
      )}
    </>
  )
}
