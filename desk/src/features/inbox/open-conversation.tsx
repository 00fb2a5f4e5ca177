/**
 * A conversation that is open and there: header, thread, composer, contact. Owns what the header, the keys and the
 * composer share: which picker is open, what closing means, when the conversation counts as read. Fetched behind the
 * first screen, for a list can be read without it.
 */
import type { ListedRow, View } from '@central-desk/contract/conversations.ts'
import { type RefObject, useLayoutEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { useCommands } from '../../app/commands/commands.tsx'
import { useDesk } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { toast } from '../../ui/toast.tsx'
import { useBlock } from '../contacts/use-block.ts'
import { Composer } from './composer.tsx'
import { ContactPanel } from './contact-panel.tsx'
import { ConversationHeader, type OpenPicker } from './conversation-header.tsx'
import type { Mode } from './model/outbox.ts'
import { belongsToView } from './model/views.ts'
import { contactName } from './names.ts'
import { Thread } from './thread.tsx'
import { useVerbs } from './verbs.ts'

export interface OpenProps {
  row: ListedRow
  view: View
  startMode: Mode
  /** One was writing before the conversation was there. */
  isWriting: RefObject<boolean>
  onLeaving: (conversationId: string, step: 1 | -1) => void
  onBack: () => void
}

export function OpenConversation({ row, view, startMode, isWriting, onLeaving, onBack }: OpenProps) {
  const { inbox } = useText()
  const { may, memberId } = useDesk()
  const verbs = useVerbs()
  const block = useBlock()
  const [picker, setPicker] = useState<OpenPicker>(null)
  const [hasPanel, setPanel] = useState(false)
  const [mode, setMode] = useState<Mode>(startMode)

  const focusComposer = (next: Mode) => {
    // At once, not a frame later: what is typed right behind the shortcut belongs into the field.
    if (next !== mode) flushSync(() => setMode(next))
    document.querySelector<HTMLElement>('.composer textarea')?.focus()
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it appears
  useLayoutEffect(() => {
    if (!isWriting.current) return
    isWriting.current = false
    focusComposer(startMode)
    const field = document.activeElement
    if (field instanceof HTMLTextAreaElement) field.setSelectionRange(field.value.length, field.value.length)
  }, [])
  /** Goes on first, while the list still knows where this conversation stood. */
  const leaveIfGone = (after: Partial<ListedRow>, step: 1 | -1 = 1) => {
    const isLeaving = belongsToView(view, row, memberId) && !belongsToView(view, { ...row, ...after }, memberId)
    if (isLeaving) onLeaving(row.id, step)
  }
  const setStatus = (
    status: ListedRow['status'],
    done: string,
    snoozedUntil: string | null = null,
    step: 1 | -1 = 1,
  ) => {
    leaveIfGone({ status }, step)
    verbs.setStatus(row, status, snoozedUntil, done)
  }
  const toggleClosed = (step: 1 | -1 = 1) =>
    row.status === 'closed' ? setStatus('open', inbox.reopenedDone) : setStatus('closed', inbox.closedDone, null, step)
  const markUnread = () => {
    verbs.read(row, row.lastInboundNumber - 1)
    toast({ words: inbox.markedUnread })
    onBack()
  }
  const setBlocked = (isBlocked: boolean) => {
    if (isBlocked) leaveIfGone({ status: 'closed' })
    block({ id: row.contact.id, name: contactName(row.contact) }, isBlocked)
  }
  const mayChange = may('conversation.changeStatus') && !row.contact.isBlocked
  const mayAssign = may('conversation.assign')
  useCommands({
    ...(may('message.send') ? { reply: () => focusComposer('reply') } : {}),
    ...(may('note.write') ? { note: () => focusComposer('note') } : {}),
    ...(mayChange
      ? {
          close: () => toggleClosed(),
          closeNext: () => toggleClosed(1),
          closePrevious: () => toggleClosed(-1),
          snooze: () => setPicker('snooze'),
        }
      : {}),
    ...(mayAssign
      ? {
          assign: () => setPicker('assign'),
          assignMe: () => verbs.assign(row, memberId, inbox.assignedToYou),
        }
      : {}),
    ...(may('conversation.tag') ? { tags: () => setPicker('tags') } : {}),
    ...(row.contact.isBlocked ? {} : { unread: markUnread }),
    ...(may('contact.block') ? { block: () => setBlocked(!row.contact.isBlocked) } : {}),
  })

  return (
    <div className="conversation">
      <section className="talk" aria-label={inbox.conversation} data-pane="talk">
        <ConversationHeader
          row={row}
          picker={picker}
          onPicker={setPicker}
          onStatus={setStatus}
          onToggleClosed={() => toggleClosed()}
          onUnread={markUnread}
          onBlock={setBlocked}
          onBack={onBack}
          onPanel={() => setPanel(!hasPanel)}
        />
        <Thread row={row} />
        <Composer
          key={mode}
          row={row}
          mode={mode}
          onMode={setMode}
          onWrite={focusComposer}
          onSentAndClosed={() => leaveIfGone({ status: 'closed' })}
        />
      </section>
      <ContactPanel row={row} isOpen={hasPanel} onClose={() => setPanel(false)} />
    </div>
  )
}
