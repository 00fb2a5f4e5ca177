/**
 * A list at the caret: saved replies by `/` in a reply, teammates by `@` in a note, as often as one likes in one text.
 * The field keeps the focus; arrows move the highlight, Enter or Tab takes it, Escape leaves what was typed.
 */
import { type KeyboardEvent, type RefObject, useId, useMemo, useState } from 'react'
import { useMembers, useSavedReplies } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { bestOf } from '../../lib/find.ts'
import { languageOf } from '../../lib/text.ts'
import type { Mode } from './model/outbox.ts'
import { matchReplies, type Sign, tokenAt } from './model/slash.ts'

const SHOWN = 6
const SIGNS: Readonly<Record<Mode, Sign>> = { reply: '/', note: '@' }

export interface Suggestion {
  id: string
  lead: string
  title: string
  detail: string | null
  /** What takes the place of the sign and the letters after it. */
  insert: string
}

/** What answers the letters after the sign. */
function useSource(mode: Mode, fill: (text: string) => string): (query: string) => readonly Suggestion[] {
  const { savedReplies } = useSavedReplies()
  const { members } = useMembers()
  return useMemo(() => {
    if (mode === 'note') {
      return (query) =>
        bestOf(query, members, (member) => `${member.name} ${member.email.split('@')[0]}`, SHOWN).map((member) => ({
          id: member.id,
          lead: '@',
          title: member.name,
          detail: null,
          insert: `@${member.name} `,
        }))
    }
    return (query) =>
      matchReplies(savedReplies, query, SHOWN).map((reply) => ({
        id: reply.id,
        lead: `/${reply.shortcut}`,
        title: reply.title,
        detail: fill(reply.text),
        insert: fill(reply.text),
      }))
  }, [mode, members, savedReplies, fill])
}

interface Options {
  field: RefObject<HTMLTextAreaElement | null>
  text: string
  mode: Mode
  fill: (text: string) => string
  onTake: (insert: string, place: { start: number; end: number }) => void
}

export function useSuggestions({ field, text, mode, fill, onTake }: Options) {
  const id = useId()
  const source = useSource(mode, fill)
  const sign = SIGNS[mode]
  const [caret, setCaret] = useState(0)
  const [at, setAt] = useState(0)
  const [closedFor, setClosedFor] = useState<number | null>(null)
  const token = useMemo(() => tokenAt(text, Math.min(caret, text.length), sign), [text, caret, sign])
  const shown = useMemo(() => (token ? source(token.query) : []), [token, source])
  const isOpen = token !== null && closedFor !== token.start && shown.length > 0
  const active = shown[Math.min(at, shown.length - 1)]

  const take = (suggestion: Suggestion) => {
    if (token) onTake(suggestion.insert, token)
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
    if (!tokenAt(text, next, sign)) setClosedFor(null)
  }
  const fieldProps = isOpen
    ? ({ 'aria-autocomplete': 'list', 'aria-controls': id, 'aria-activedescendant': `${id}-${active?.id}` } as const)
    : {}
  return { id, mode, isOpen, shown, active, take, setAt, onKeyDown, onSelect, fieldProps }
}

export function SuggestionList({ list }: { list: ReturnType<typeof useSuggestions> }) {
  const { inbox } = useText()
  return (
    <div
      id={list.id}
      role="listbox"
      aria-label={list.mode === 'note' ? inbox.mention : inbox.savedReplies}
      className="suggest"
    >
      {list.shown.map((suggestion, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles every key
        // biome-ignore lint/a11y/useFocusableInteractive: highlighted by aria-activedescendant of the field
        <div
          key={suggestion.id}
          id={`${list.id}-${suggestion.id}`}
          role="option"
          aria-selected={suggestion === list.active}
          data-highlighted={suggestion === list.active || undefined}
          className="menu-item suggest-item"
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => list.take(suggestion)}
          onMouseMove={() => list.setAt(index)}
        >
          <span className={suggestion.detail === null ? 'suggest-sign' : 'suggest-lead'}>{suggestion.lead}</span>
          <span className="suggest-words">
            <span className="truncate">{suggestion.title}</span>
            {suggestion.detail !== null && (
              <span className="meta truncate" lang={languageOf(suggestion.detail)}>
                {suggestion.detail}
              </span>
            )}
          </span>
        </div>
      ))}
    </div>
  )
}
