/**
 * Beside the list while nothing is open: what to do, and the keys that do it. In a workspace without an inbox: the first
 * steps. Nobody is told to choose where there is nothing to choose from.
 */
import { MessagesSquare } from 'lucide-react'
import { type CommandId, shortcutOf } from '../../app/commands/keymap.ts'
import { useDesk } from '../../app/desk.tsx'
import { usePreferences } from '../../app/preferences.tsx'
import { Key } from '../../ui/key.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { FirstSteps, useHasNoInbox } from './first-steps.tsx'

const SHOWN: readonly CommandId[] = ['next', 'reply', 'close', 'snooze', 'search', 'palette']

const NEEDS_A_CONVERSATION: ReadonlySet<CommandId> = new Set(['next', 'reply', 'close', 'snooze'])

export function EmptyPane({ hasRows }: { hasRows: boolean }) {
  const { text, preferences } = usePreferences()
  const { may } = useDesk()
  const hasNoInbox = useHasNoInbox()
  const shown = SHOWN.filter((command) => {
    if (!hasRows && NEEDS_A_CONVERSATION.has(command)) return false
    return may('message.send') || !['reply', 'close', 'snooze'].includes(command)
  })
  if (hasNoInbox && may('inbox.manage')) {
    return (
      <section className="empty-pane" aria-label={text.inbox.firstStepsTitle}>
        <FirstSteps />
      </section>
    )
  }
  return (
    <section className="empty-pane" aria-label={text.inbox.conversation}>
      <div className="empty-pane-middle">
        <EmptyState
          icon={<MessagesSquare />}
          title={hasRows ? text.inbox.chooseTitle : text.inbox.nothingToChoose}
          words={hasRows && preferences.singleKeys ? text.inbox.chooseWords : undefined}
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
