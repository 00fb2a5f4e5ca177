/** One line that says when the screen is not live. Nothing when all is well; spoken when it changes. */
import { CloudOff, RefreshCw } from 'lucide-react'
import { useLive } from './live.tsx'
import { useText } from './preferences.tsx'

export function StatusLine() {
  const { state } = useLive()
  const { shell } = useText()
  const words = { live: null, reconnecting: shell.reconnecting, offline: shell.offline, catchingUp: shell.catchingUp }
  return (
    <div role="status" className="status-line" data-state={state}>
      {words[state] && (
        <p>
          {state === 'offline' ? <CloudOff aria-hidden="true" /> : <RefreshCw aria-hidden="true" />}
          {words[state]}
        </p>
      )}
    </div>
  )
}
