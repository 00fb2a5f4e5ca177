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
import { DeliveryMark, isTriedAgain } from './delivery-mark.tsx'
import { MessageText } from './message-text.tsx'
import { deliveryReason } from './model/delivery-reason.ts'
import { contactName, useMemberName } from './names.ts'
import { useNow } from './use-now.ts'

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
  const isWaiting = isTriedAgain(message.delivery)
  return (
    <article className={classes('said', isOut ? 'said-out' : 'said-in', isFirst && 'said-first')} aria-label={author}>
      <div className={classes('bubble', isTrouble && 'bubble-trouble')}>
        <Attachments attachments={message.attachments} />
        <MessageText text={message.text} />
      </div>
      {(isLast || isTrouble || isWaiting) && <MessageMeta message={message} author={author} isNewest={isNewest} />}
      {isWaiting && <Waiting message={message} />}
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
      {message.delivery && <DeliveryMark delivery={message.delivery} isQuiet={!isNewest && !isNews(message)} />}
    </p>
  )
}

const isNews = ({ delivery }: Message) =>
  delivery?.state === 'failed' || delivery?.state === 'uncertain' || isTriedAgain(delivery)

/** What stands in the way, and when it is tried again. */
function Waiting({ message }: { message: Message }) {
  const { inbox } = useText()
  const { format } = useDesk()
  const now = useNow()
  const reason = deliveryReason(message.delivery?.reason)
  const next = message.delivery?.nextAttemptAt
  const words = [reason && inbox.deliveryReasons[reason], next && inbox.nextTry(format.moment(new Date(next), now))]
  return (
    <p className="said-acts">
      <span className="said-why">{words.filter(Boolean).join(' ')}</span>
    </p>
  )
}

function Trouble({ message }: { message: Message }) {
  const text = useText()
  const { workspaceId, may } = useDesk()
  const [isBusy, setBusy] = useState(false)
  const isUncertain = message.delivery?.state === 'uncertain'
  const reason = deliveryReason(message.delivery?.reason)
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
      <span className="said-why">
        {reason && text.inbox.deliveryReasons[reason]} {isUncertain && text.inbox.deliveryUncertain}
      </span>
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
