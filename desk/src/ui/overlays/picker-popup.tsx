/** Draws a picker: one field keeps the focus, the list below is walked with arrow keys and taken with Enter. */
import { CSPProvider } from '@base-ui/react/csp-provider'
import { Popover as Base } from '@base-ui/react/popover'
import { Check } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useEffect, useId, useMemo, useRef, useState } from 'react'
import { foldForFinding } from '../../lib/text.ts'
import type { PickerProps } from '../picker.tsx'
import type { Closing } from '../use-trigger.ts'

type Props = Omit<PickerProps, 'trigger' | 'onOpenChange'> & {
  anchor: RefObject<HTMLElement | null>
  onOpenChange: (isOpen: boolean, details?: Closing) => void
}

export function PickerPopup(props: Props) {
  const { anchor, label, isOpen, onOpenChange, side = 'bottom', align = 'end' } = props
  const field = useRef<HTMLInputElement>(null)
  return (
    <CSPProvider disableStyleElements>
      <Base.Root open={isOpen} onOpenChange={onOpenChange}>
        <Base.Portal>
          <Base.Positioner anchor={anchor} side={side} align={align} sideOffset={4} className="popover-place">
            <Base.Popup className="popover picker" aria-label={label} initialFocus={field} finalFocus={anchor}>
              <PickerBody {...props} field={field} />
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </CSPProvider>
  )
}

function PickerBody(props: Props & { field: RefObject<HTMLInputElement | null> }) {
  const { label, findLabel, emptyWords, options, onPick, onOpenChange, staysOpen, foot, field } = props
  const id = useId()
  const [find, setFind] = useState('')
  const [at, setAt] = useState(0)
  const shown = useMemo(() => {
    const wanted = foldForFinding(find)
    return options.filter((option) => foldForFinding(`${option.label} ${option.words ?? ''}`).includes(wanted))
  }, [options, find])
  const active = shown[Math.min(at, shown.length - 1)]
  useEffect(() => {
    if (active) document.getElementById(`${id}-${active.value}`)?.scrollIntoView({ block: 'nearest' })
  }, [active, id])
  const take = (value: string) => {
    onPick(value)
    if (staysOpen) setFind('')
    else onOpenChange(false)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && shown.length > 0) {
      event.preventDefault()
      setAt((now) => (Math.min(now, shown.length - 1) + step + shown.length) % shown.length)
    } else if (event.key === 'Enter' && active) {
      event.preventDefault()
      take(active.value)
    }
  }
  return (
    <>
      <div className="picker-find">
        <input
          ref={field}
          role="combobox"
          aria-label={findLabel}
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={active ? `${id}-${active.value}` : undefined}
          aria-autocomplete="list"
          placeholder={findLabel}
          autoComplete="off"
          spellCheck={false}
          value={find}
          onChange={(event) => {
            setFind(event.target.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        aria-multiselectable={staysOpen}
        className="picker-list"
        hidden={shown.length === 0}
      >
        {shown.map((option) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above handles every key
          // biome-ignore lint/a11y/useFocusableInteractive: highlighted by aria-activedescendant of the field
          <div
            key={option.value}
            id={`${id}-${option.value}`}
            role="option"
            aria-selected={option.isChosen ?? false}
            data-highlighted={option === active || undefined}
            className="menu-item"
            onClick={() => take(option.value)}
            onMouseMove={() => setAt(shown.indexOf(option))}
          >
            {option.icon && <span className="menu-icon">{option.icon}</span>}
            <span className="menu-words truncate">{option.label}</span>
            {option.aside && <span className="picker-aside">{option.aside}</span>}
            {option.isChosen && <Check className="menu-check" aria-hidden="true" />}
          </div>
        ))}
      </div>
      {shown.length === 0 && <p className="picker-empty">{emptyWords}</p>}
      {foot && <div className="picker-foot">{foot(find)}</div>}
    </>
  )
}
