/**
 * Saved replies by `/` at the caret, as often as one likes in one message. The field keeps the focus; arrows move the
 * highlight, Enter or Tab puts the reply in, Escape leaves what was typed.
 */
import type { SavedReply } from '@central-desk/contract/workspaces.ts'
import { type KeyboardEvent, type RefObject, useId, useMemo, useState } from 'react'
import { useSavedReplies } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { languageOf } from '../../lib/text.ts'
import { matchReplies, type SlashToken, slashTokenAt } from './model/slash.ts'

const SHOWN = 6

export function useSlash(
  field: RefObject<HTMLTextAreaElement | null>,
  text: string,
  onTake: (reply: SavedReply, place: SlashToken) => void,
) {
  const id = useId()
  const { savedReplies } = useSavedReplies()
  const [caret, setCaret] = useState(0)
  const [at, setAt] = useState(0)
  const [closedFor, setClosedFor] = useState<number | null>(null)
  const token = useMemo(() => slashTokenAt(text, Math.min(caret, text.length)), [text, caret])
  const shown = useMemo(() => (token ? matchReplies(savedReplies, token.query, SHOWN) : []), [token, savedReplies])
  const isOpen = token !== null && closedFor !== token.start && shown.length > 0
  const active = shown[Math.min(at, shown.length - 1)]

  const take = (reply: SavedReply) => {
    if (token) onTake(reply, token)
    setAt(0)
  }
  /** True when the key was ours. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!isOpen || !active || event.ctrlKey || event.metaKey) return false
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) setAt((now) => (Math.min(now, shown.length - 1) + step + shown.length) % shown.length)
    else if (event.key === 'Enter' || event.key === 'Tab') take(active)
    else if (event.key === 'Escape') setClosedFor(token.start)
    else return false
    event.preventDefault()
    event.stopPropagation()
    return true
  }
  const onSelect = () => {
    const next = field.current?.selectionStart ?? 0
    setCaret(next)
    if (!slashTokenAt(text, next)) setClosedFor(null)
  }
  const fieldProps = isOpen
    ? ({ 'aria-autocomplete': 'list', 'aria-controls': id, 'aria-activedescendant': `${id}-${active?.id}` } as const)
    : {}
  return { id, isOpen, shown, active, take, setAt, onKeyDown, onSelect, fieldProps }
}

interface SuggestionsProps {
  slash: ReturnType<typeof useSlash>
  fill: (text: string) => string
}

export function ReplySuggestions({ slash, fill }: SuggestionsProps) {
  const { inbox } = useText()
  return (
    <div id={slash.id} role="listbox" aria-label={inbox.savedReplies} className="slash">
      {slash.shown.map((reply, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles every key
        // biome-ignore lint/a11y/useFocusableInteractive: highlighted by aria-activedescendant of the field
        <div
          key={reply.id}
          id={`${slash.id}-${reply.id}`}
          role="option"
          aria-selected={reply === slash.active}
          data-highlighted={reply === slash.active || undefined}
          className="menu-item slash-item"
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => slash.take(reply)}
          onMouseMove={() => slash.setAt(index)}
        >
          <span className="slash-shortcut">/{reply.shortcut}</span>
          <span className="slash-words">
            <span className="truncate">{reply.title}</span>
            <span className="meta truncate" lang={languageOf(reply.text)}>
              {fill(reply.text)}
            </span>
          </span>
        </div>
      ))}
    </div>
  )
}
