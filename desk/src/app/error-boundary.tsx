/**
 * Catches what nobody expected, so that a fault in one page is a sentence and not a white screen. A chunk that cannot be
 * fetched means that the desk was renewed meanwhile: reloading helps, and drafts and unsent messages are kept anyway.
 */
import { Component, type ReactNode } from 'react'
import { Button } from '../ui/button.tsx'
import { ErrorState } from '../ui/states.tsx'
import { useText } from './preferences.tsx'

interface State {
  error: unknown
}

export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null }

  static getDerivedStateFromError(error: unknown): State {
    return { error }
  }

  override render() {
    return this.state.error === null ? this.props.children : <Fault error={this.state.error} />
  }
}

function isMissingChunk(error: unknown): boolean {
  return (
    error instanceof Error &&
    /dynamically imported module|Importing a module script failed|preload/i.test(error.message)
  )
}

function Fault({ error }: { error: unknown }) {
  const text = useText()
  const isNewer = isMissingChunk(error)
  return (
    <main className="page-state" id="main">
      <h1 className="visually-hidden">{text.errorTitle}</h1>
      <ErrorState
        title={isNewer ? text.shell.updateReady : text.faultTitle}
        words={text.faultWords}
        action={
          <Button look="primary" onClick={() => window.location.reload()}>
            {text.reload}
          </Button>
        }
      />
    </main>
  )
}
