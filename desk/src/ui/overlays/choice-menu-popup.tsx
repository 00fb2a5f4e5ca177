/** Draws the choices of a menu as radio items; roving focus, type-ahead and closing come from Base UI. */
import { CSPProvider } from '@base-ui/react/csp-provider'
import { Menu as Base } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { RefObject } from 'react'
import type { MenuChoice } from '../choice-menu.tsx'
import type { Closing } from '../use-trigger.ts'

interface Props {
  anchor: RefObject<HTMLElement | null>
  isOpen: boolean
  onOpenChange: (isOpen: boolean, details?: Closing) => void
  value: string
  choices: readonly MenuChoice<string>[]
  onChoose: (value: string) => void
}

export function ChoiceMenuPopup({ anchor, isOpen, onOpenChange, value, choices, onChoose }: Props) {
  return (
    <CSPProvider disableStyleElements>
      <Base.Root open={isOpen} onOpenChange={onOpenChange}>
        {/* Within a landmark, as other menus. */}
        <Base.Portal container={document.getElementById('menus')}>
          <Base.Positioner anchor={anchor} side="bottom" align="start" sideOffset={4} className="popover-place">
            <Base.Popup className="popover menu choice-menu" finalFocus={anchor}>
              <Base.RadioGroup value={value} onValueChange={onChoose}>
                {choices.map((choice) => (
                  <Base.RadioItem
                    key={choice.value}
                    value={choice.value}
                    label={choice.label}
                    disabled={choice.isDisabled ?? false}
                    closeOnClick
                    className="menu-item choice-menu-item"
                  >
                    <span className="menu-words">
                      <span className="choice-menu-label">{choice.label}</span>
                      {choice.words && <span className="choice-menu-words">{choice.words}</span>}
                    </span>
                    {choice.value === value && <Check className="menu-check" aria-hidden="true" />}
                  </Base.RadioItem>
                ))}
              </Base.RadioGroup>
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </CSPProvider>
  )
}
