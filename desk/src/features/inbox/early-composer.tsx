/**
 * Where one writes before the conversation has been read: whoever presses R and types on while a link is still opening
 * loses no letter and calls no shortcut. It keeps the same draft as the real field, which takes over text and focus.
 */
import { useEffect, useLayoutEffect, useRef } from 'react'
import { useText } from '../../app/preferences.tsx'
import type { Mode } from './model/outbox.ts'
import { useDraft } from './use-draft.ts'
import './composer.css'

interface Props {
  conversationId: string
  mode: Mode
  /** It goes while one writes in it. */
  onHandOver: () => void
}

export function EarlyComposer({ conversationId, mode, onHandOver }: Props) {
  const { inbox } = useText()
  const draft = useDraft(conversationId, mode)
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => field.current?.focus(), [])
  useLayoutEffect(() => {
    const own = field.current
    return () => {
      if (document.activeElement === own) onHandOver()
    }
  }, [onHandOver])
  return (
    <section className={`composer composer-${mode}`} aria-label={inbox.composer}>
      <div className="composer-box">
        <textarea
          ref={field}
          className="composer-field"
          aria-label={inbox[mode]}
          rows={1}
          value={draft.text}
          onChange={(event) => draft.setText(event.target.value)}
        />
      </div>
    </section>
  )
}
