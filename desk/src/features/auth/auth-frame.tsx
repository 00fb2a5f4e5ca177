/** The frame of the pages before sign-in: one column, the language at the top, the mark of the product. */
import { type ReactNode, useEffect, useRef } from 'react'
import { useTitle } from '../../app/page-states.tsx'
import { usePreferences, useWords } from '../../app/preferences.tsx'
import { Button } from '../../ui/button.tsx'
import { authWords } from './words.ts'
import './auth.css'

interface Props {
  title: string
  words?: ReactNode
  foot?: ReactNode
  children: ReactNode
}

export function AuthFrame({ title, words, foot, children }: Props) {
  const { text, preferences, change } = usePreferences()
  const own = useWords(authWords)
  const heading = useRef<HTMLHeadingElement>(null)
  useTitle(title)
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus()
  }, [])
  const isBangla = preferences.language === 'bn'
  return (
    <div className="auth">
      <header className="auth-top">
        <Mark />
        <Button look="quiet" lang={isBangla ? 'en' : 'bn'} onClick={() => change({ language: isBangla ? 'en' : 'bn' })}>
          {text.otherLanguage}
        </Button>
      </header>
      <main className="auth-column">
        <h1 ref={heading} tabIndex={-1} className="auth-title">
          {title}
        </h1>
        {words && <p className="auth-words">{words}</p>}
        {children}
        {foot && <div className="auth-foot">{foot}</div>}
      </main>
      <footer className="auth-promise">
        {own.footer} <a href="/security">{own.security}</a>
      </footer>
    </div>
  )
}

function Mark() {
  const { productName } = usePreferences().text
  return (
    <span className="auth-mark">
      <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="var(--accent)" />
        <path
          d="M8 11.500A3.500 3.500 0 0 1 11.500 8h9a3.500 3.500 0 0 1 3.500 3.500v5a3.500 3.500 0 0 1-3.500 3.500H17l-4.300 3.600a.7.7 0 0 1-1.200-.5V20A3.500 3.500 0 0 1 8 16.500z"
          fill="var(--on-accent)"
        />
      </svg>
      {productName}
    </span>
  )
}
