/** One line that says when the screen is not live. Nothing when all is well; spoken when it changes. */
import { CloudOff, RefreshCw } from 'lucide-react'
import { useUnsent } from '../features/inbox/outbox.tsx'
import { useDesk } from './desk.tsx'
import { useLive } from './live.tsx'
import { useText } from './preferences.tsx'

export function StatusLine() {
  const { state } = useLive()
  const { shell } = useText()
  const { format } = useDesk()
  const waiting = useUnsent().filter((entry) => entry.state !== 'failed' && entry.state !== 'conflict').length
  const offline = waiting > 0 ? shell.offlineWaiting(waiting, format.number(waiting)) : shell.offline
  const words = { live: null, reconnecting: shell.reconnecting, offline, catchingUp: shell.catchingUp }
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
