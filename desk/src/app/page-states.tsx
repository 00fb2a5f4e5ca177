/** Whole-page states: waiting for a chunk, nothing here, did not load. */
import { Compass } from 'lucide-react'
import { useEffect } from 'react'
import { Link } from 'react-router'
import { referenceOf, wordsOf } from '../lib/problems.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState, ErrorState } from '../ui/states.tsx'
import { useText } from './preferences.tsx'
import './page-states.css'

/** Empty on purpose: a chunk comes within a blink, and a flash of words would be louder than the wait. */
export function PageWait() {
  const text = useText()
  return (
    <div className="page-wait" role="status">
      <span className="visually-hidden">{text.loading}</span>
    </div>
  )
}

export function NotFoundPage() {
  const text = useText()
  useTitle(text.notFoundTitle)
  return (
    <main className="page-state" id="main">
      <h1 className="visually-hidden">{text.notFoundTitle}</h1>
      <EmptyState
        icon={<Compass />}
        title={text.notFoundTitle}
        words={text.notFoundWords}
        action={<Link to="/">{text.goHome}</Link>}
      />
    </main>
  )
}

export function FailedPage({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const text = useText()
  return (
    <main className="page-state" id="main">
      <h1 className="visually-hidden">{text.errorTitle}</h1>
      <ErrorState
        title={text.errorTitle}
        words={wordsOf(error, text)}
        reference={referenceOf(error)}
        action={<Button onClick={onRetry}>{text.retry}</Button>}
      />
    </main>
  )
}

/** The title of the tab: the page first, then the product. */
export function useTitle(title: string): void {
  const { productName } = useText()
  useEffect(() => {
    shownTitle = title ? `${title} · ${productName}` : productName
    paintTitle()
  }, [title, productName])
}

let shownTitle = document.title
let titleCount: string | null = null

/** How much is unread, before the page's own title; null: nothing. */
export function setTitleCount(count: string | null): void {
  titleCount = count
  paintTitle()
}

function paintTitle(): void {
  document.title = titleCount === null ? shownTitle : `(${titleCount}) ${shownTitle}`
}
