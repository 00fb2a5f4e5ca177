/** Draws the entries of a menu; roving focus, type-ahead and closing come from Base UI. */
import { CSPProvider } from '@base-ui/react/csp-provider'
import { Menu as Base } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { RefObject } from 'react'
import { classes } from '../classes.ts'
import { Key } from '../key.tsx'
import type { MenuEntry } from '../menu.tsx'
import type { Closing } from '../use-trigger.ts'

interface Props {
  anchor: RefObject<HTMLElement | null>
  isOpen: boolean
  onOpenChange: (isOpen: boolean, details?: Closing) => void
  side: 'top' | 'bottom' | 'left' | 'right'
  align: 'start' | 'center' | 'end'
  entries: readonly MenuEntry[]
}

export function MenuPopup({ anchor, isOpen, onOpenChange, side, align, entries }: Props) {
  return (
    <CSPProvider disableStyleElements>
      <Base.Root open={isOpen} onOpenChange={onOpenChange}>
        {/* Within a landmark, so that nothing on the page stands outside of all of them. */}
        <Base.Portal container={document.getElementById('menus')}>
          <Base.Positioner anchor={anchor} side={side} align={align} sideOffset={4} className="popover-place">
            <Base.Popup className="popover menu" finalFocus={anchor}>
              {entries.map((entry, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the entries of one menu keep their places
                <Entry key={index} entry={entry} />
              ))}
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </CSPProvider>
  )
}

function Entry({ entry }: { entry: MenuEntry }) {
  if (entry.kind === 'line') return <Base.Separator className="menu-line" />
  if (entry.kind === 'label') {
    return (
      <div className="menu-label" role="presentation">
        {entry.label}
      </div>
    )
  }
  return (
    <Base.Item
      className={classes('menu-item', entry.isDanger && 'menu-item-danger')}
      disabled={entry.isDisabled ?? false}
      lang={entry.lang}
      render={entry.link}
      onClick={entry.onSelect}
    >
      <span className="menu-icon">{entry.icon}</span>
      <span className="menu-words">{entry.label}</span>
      {entry.isChosen && <Check className="menu-check" aria-hidden="true" />}
      {entry.shortcut && <Key>{entry.shortcut}</Key>}
    </Base.Item>
  )
}
