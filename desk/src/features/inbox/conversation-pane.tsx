/**
 * Where the chosen conversation stands: the field of whoever writes at once, while the conversation and what draws it
 * are on their way; then the conversation itself, which takes over text and focus.
 */
import type { View } from '@central-desk/contract/conversations.ts'
import { useCallback, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { useCommands } from '../../app/commands/commands.tsx'
import { useDesk } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { referenceOf, wordsOf } from '../../lib/problems.ts'
import { Refusal } from '../../lib/refusal.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'
import { EarlyComposer } from './early-composer.tsx'
import type { Mode } from './model/outbox.ts'
import { useOpenConversation } from './open-conversation-loader.ts'
import { useConversation } from './queries.ts'

interface Props {
  conversationId: string
  view: View
  onLeaving: (conversationId: string, step: 1 | -1) => void
  onBack: () => void
}

export function ConversationPane({ conversationId, view, onLeaving, onBack }: Props) {
  const text = useText()
  const { may } = useDesk()
  const { data: row, error, refetch } = useConversation(conversationId)
  const OpenConversation = useOpenConversation()
  const [earlyMode, setEarlyMode] = useState<Mode | null>(null)
  const isWriting = useRef(false)
  const onHandOver = useCallback(() => {
    isWriting.current = true
  }, [])
  const writeEarly = (mode: Mode) => () => flushSync(() => setEarlyMode(mode))
  const isThere = row !== undefined && OpenConversation !== null
  useCommands(isThere || !may('message.send') ? {} : { reply: writeEarly('reply'), note: writeEarly('note') })
  if (isThere) {
    return (
      <OpenConversation
        row={row}
        view={view}
        startMode={earlyMode ?? 'reply'}
        isWriting={isWriting}
        onLeaving={onLeaving}
        onBack={onBack}
      />
    )
  }
  const isMissing = error instanceof Refusal && error.code === 'not_found'
  return (
    <section className="talk" aria-label={text.inbox.conversation}>
      {!error && <Skeleton shape="bubble" rows={5} />}
      {isMissing && <EmptyState title={text.notFoundTitle} words={text.notFoundWords} />}
      {error && !isMissing && (
        <ErrorState
          title={text.errorTitle}
          words={wordsOf(error, text)}
          reference={referenceOf(error)}
          action={<Button onClick={() => refetch()}>{text.retry}</Button>}
        />
      )}
      {earlyMode && !error && (
        <EarlyComposer key={earlyMode} conversationId={conversationId} mode={earlyMode} onHandOver={onHandOver} />
      )}
    </section>
  )
}
