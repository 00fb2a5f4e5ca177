/** How the chat will greet on a page: its head and its button in the chosen colour. The colour is set on the element. */
import { useEffect, useRef } from 'react'
import { useWords } from '../../../app/preferences.tsx'
import { languageOf } from '../../../lib/text.ts'
import { checkColour } from '../model/colour.ts'
import { webchatWords } from '../words/channels.ts'

interface Props {
  /** Of the workspace: who the visitor writes to. */
  name: string
  greeting: string
  colour: string
}

export function ChatPreview({ name, greeting, colour }: Props) {
  const words = useWords(webchatWords)
  const stage = useRef<HTMLElement>(null)
  useEffect(() => {
    stage.current?.style.setProperty('--chat-colour', colour)
    stage.current?.style.setProperty('--chat-ink', checkColour(colour).ink)
  }, [colour])
  const shown = greeting.trim() || words.previewGreeting
  return (
    <figure className="chat-preview" ref={stage}>
      <figcaption className="field-label">{words.preview}</figcaption>
      <p className="field-hint">{words.previewHint}</p>
      <div className="chat-stage">
        <div className="chat-window">
          <p className="chat-head truncate" lang={languageOf(name)}>
            {name.trim() || '…'}
          </p>
          <p className="chat-greeting" lang={languageOf(shown)}>
            {shown}
          </p>
        </div>
        <svg className="chat-button" viewBox="0 0 56 56" role="img" aria-label={words.previewButton}>
          <circle cx="28" cy="28" r="28" className="chat-button-disc" />
          <path
            className="chat-button-sign"
            transform="translate(16 16)"
            d="M5 2h14a4 4 0 0 1 4 4v8a4 4 0 0 1-4 4h-6l-6 5v-5H5a4 4 0 0 1-4-4V6a4 4 0 0 1 4-4z"
          />
        </svg>
      </div>
    </figure>
  )
}
