/**
 * A message and a note as they stand in the thread. A note must never be taken for a message: its own shape, colour,
 * lock and label, in any light. A message that failed or may have failed says so and offers what can be done.
 */
import { type Message, type Note, retryDelivery } from '@central-desk/contract/conversations.ts'
import { LockKeyhole, RotateCw } from 'lucide-react'
import { useState } from 'react'
import { useDesk } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { call } from '../../lib/api.ts'
import { wordsOf } from '../../lib/problems.ts'
import { Button } from '../../ui/button.tsx'
import { classes } from '../../ui/classes.ts'
import { toast } from '../../ui/toast.tsx'
import { Attachments } from './attachments.tsx'
import { DeliveryMark } from './delivery-mark.tsx'
import { MessageText } from './message-text.tsx'
import { contactName, useMemberName } from './names.ts'

interface MessageProps {
  message: Message
  contact: { name: string | null; label: string; id: string }
  isFirst: boolean
  isLast: boolean
  isNewest: boolean
}

export function MessageBubble({ message, contact, isFirst, isLast, isNewest }: MessageProps) {
  const author = useAuthor(message, contact)
  const isOut = message.direction === 'out'
  const state = message.delivery?.state
  const isTrouble = state === 'failed' || state === 'uncertain'
  return (
    <article className={classes('said', isOut ? 'said-out' : 'said-in', isFirst && 'said-first')} aria-label={author}>
      <div className={classes('bubble', isTrouble && 'bubble-trouble')}>
        <Attachments attachments={message.attachments} />
        <MessageText text={message.text} />
      </div>
      {(isLast || isTrouble) && <MessageMeta message={message} author={author} isNewest={isNewest} />}
      {isTrouble && <Trouble message={message} />}
    </article>
  )
}

function useAuthor(message: Message, contact: { name: string | null; label: string }): string {
  const { inbox } = useText()
  const nameOf = useMemberName()
  if (message.authorKind === 'contact') return contactName(contact)
  if (message.authorKind === 'rule') return inbox.rule
  if (message.authorKind === 'assistant') return inbox.assistant
  return nameOf(message.authorMemberId)
}

function MessageMeta({ message, author, isNewest }: { message: Message; author: string; isNewest: boolean }) {
  const { inbox } = useText()
  const { format } = useDesk()
  const sentAt = new Date(message.sentAt)
  return (
    <p className="said-meta">
      {message.direction === 'out' && <span className="said-author">{author}</span>}
      <time className="numeric" dateTime={message.sentAt} title={format.full(sentAt)}>
        {format.time(sentAt)}
      </time>
      {message.isLate && <span className="said-late">{inbox.late}</span>}
      {message.delivery && <DeliveryMark state={message.delivery.state} isQuiet={!isNewest && !isBad(message)} />}
    </p>
  )
}

const isBad = (message: Message) => message.delivery?.state === 'failed' || message.delivery?.state === 'uncertain'

function Trouble({ message }: { message: Message }) {
  const text = useText()
  const { workspaceId, may } = useDesk()
  const [isBusy, setBusy] = useState(false)
  const isUncertain = message.delivery?.state === 'uncertain'
  const again = async () => {
    setBusy(true)
    try {
      const params = { workspaceId, conversationId: message.conversationId, messageId: message.id }
      await call(retryDelivery, { params })
      toast({ words: text.inbox.sentAgain })
    } catch (error) {
      toast({ words: wordsOf(error, text), tone: 'danger' })
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="said-acts">
      {isUncertain && <span className="said-why">{text.inbox.deliveryUncertain}</span>}
      {may('message.send') && (
        <Button size="small" icon={<RotateCw />} isBusy={isBusy} onClick={again}>
          {isUncertain ? text.inbox.sendAgain : text.inbox.retrySend}
        </Button>
      )}
    </div>
  )
}

export function NoteCard({ note, isFirst }: { note: Note; isFirst: boolean }) {
  const { inbox } = useText()
  const { format } = useDesk()
  const nameOf = useMemberName()
  const author = nameOf(note.authorMemberId)
  const sentAt = new Date(note.sentAt)
  return (
    <article className={classes('said', 'said-out', isFirst && 'said-first')} aria-label={inbox.noteBy(author)}>
      <div className="note">
        <p className="note-head">
          <LockKeyhole aria-hidden="true" />
          <span>{inbox.note}</span>
          <span className="note-by truncate">{author}</span>
          <time className="numeric" dateTime={note.sentAt} title={format.full(sentAt)}>
            {format.time(sentAt)}
          </time>
        </p>
        <Attachments attachments={note.attachments} />
        <MessageText text={note.text} />
      </div>
    </article>
  )
}
