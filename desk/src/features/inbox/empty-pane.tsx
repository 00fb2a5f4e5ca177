/** Beside the list while nothing is open: what to do, and the keys that do it. */
import { MessagesSquare } from 'lucide-react'
import { type CommandId, shortcutOf } from '../../app/commands/keymap.ts'
import { useDesk } from '../../app/desk.tsx'
import { usePreferences } from '../../app/preferences.tsx'
import { Key } from '../../ui/key.tsx'
import { EmptyState } from '../../ui/states.tsx'

const SHOWN: readonly CommandId[] = ['next', 'reply', 'close', 'snooze', 'search', 'palette']

export function EmptyPane() {
  const { text, preferences } = usePreferences()
  const { may } = useDesk()
  const shown = SHOWN.filter((command) => may('message.send') || !['reply', 'close', 'snooze'].includes(command))
  return (
    <section className="empty-pane" aria-label={text.inbox.conversation}>
      <div className="empty-pane-middle">
        <EmptyState
          icon={<MessagesSquare />}
          title={text.inbox.chooseTitle}
          words={preferences.singleKeys ? text.inbox.chooseWords : undefined}
        />
        {preferences.singleKeys && (
          <dl className="empty-pane-keys">
            {shown.map((command) => (
              <div key={command}>
                <dt>{text.commands.names[command]}</dt>
                <dd>
                  <span className="visually-hidden">{shortcutOf(command)}</span>
                  <Key>{shortcutOf(command) ?? ''}</Key>
                </dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </section>
  )
}
