/**
 * Something to take along: a link, a secret, a piece of code, with a button that copies it and says so. When the browser
 * refuses the clipboard the text is selected instead, so that the person's own copy key works.
 */
import { Check, Copy } from 'lucide-react'
import { type RefObject, useEffect, useId, useRef, useState } from 'react'
import { Button } from './button.tsx'
import './copy.css'
import './field.css'

const COPIED_MS = 2_500

interface CopyWords {
  copy: string
  copied: string
}

/** True for a while after a copy that worked. */
function useCopied(text: string, source: RefObject<HTMLElement | null>) {
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), COPIED_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
    } catch {
      const element = source.current
      if (element instanceof HTMLInputElement) element.select()
      else if (element) getSelection()?.selectAllChildren(element)
    }
  }
  return { isCopied, copy }
}

interface ButtonProps {
  words: CopyWords
  isCopied: boolean
  onCopy: () => void
  describedBy: string
}

function CopyButton({ words, isCopied, onCopy, describedBy }: ButtonProps) {
  return (
    <>
      <Button
        size="small"
        icon={isCopied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
        onClick={onCopy}
        aria-describedby={describedBy}
      >
        {isCopied ? words.copied : words.copy}
      </Button>
      <span role="status" className="visually-hidden">
        {isCopied ? words.copied : ''}
      </span>
    </>
  )
}

interface CopyProps {
  label: string
  hint?: string
  value: string
  words: CopyWords
}

/** One line: a link, a key, a secret. */
export function CopyField({ label, hint, value, words }: CopyProps) {
  const id = useId()
  const source = useRef<HTMLInputElement>(null)
  const { isCopied, copy } = useCopied(value, source)
  return (
    <div className="field">
      <label htmlFor={id} id={`${id}-label`} className="field-label">
        {label}
      </label>
      <div className="copy-line">
        <input
          ref={source}
          id={id}
          className="input copy-value"
          readOnly
          spellCheck={false}
          autoComplete="off"
          value={value}
          aria-describedby={hint ? `${id}-hint` : undefined}
          onFocus={(event) => {
            event.target.select()
            // The beginning says what it is; selecting would show the end.
            event.target.scrollLeft = 0
          }}
        />
        <CopyButton words={words} isCopied={isCopied} onCopy={copy} describedBy={`${id}-label`} />
      </div>
      {hint && (
        <p id={`${id}-hint`} className="field-hint">
          {hint}
        </p>
      )}
    </div>
  )
}

/** Several lines of code; scrolls sideways by itself, reachable by keyboard. */
export function CopyBlock({ label, hint, value, words }: CopyProps) {
  const id = useId()
  const source = useRef<HTMLElement>(null)
  const { isCopied, copy } = useCopied(value, source)
  return (
    <figure className="copy-block" aria-labelledby={`${id}-label`}>
      <figcaption className="copy-head">
        <span id={`${id}-label`} className="field-label">
          {label}
        </span>
        <CopyButton words={words} isCopied={isCopied} onCopy={copy} describedBy={`${id}-label`} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="copy-code" tabIndex={0} aria-labelledby={`${id}-label`}>
        <pre>
          <code ref={source}>{value}</code>
        </pre>
      </section>
      {hint && <p className="field-hint">{hint}</p>}
    </figure>
  )
}
