/**
 * A message the server has not confirmed, exactly where it will stand. Four truths: waiting, sending, not confirmed
 * (tried again by itself, cannot arrive twice), not sent (with the reason and what can be done).
 */
import type { ListedRow } from '@central-desk/contract/conversations.ts'
import { CircleAlert, CircleHelp, Clock, CloudOff, LockKeyhole } from 'lucide-react'
import { useDesk } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { Button } from '../../ui/button.tsx'
import { classes } from '../../ui/classes.ts'
import { toast } from '../../ui/toast.tsx'
import { Attachments } from './attachments.tsx'
import { offerBack } from './give-back.ts'
import { MessageText } from './message-text.tsx'
import type { OutboxEntry } from './model/outbox.ts'
import { useOutbox } from './outbox.tsx'

export function UnsentBubble({ entry, row }: { entry: OutboxEntry; row: ListedRow }) {
  const { inbox } = useText()
  const isNote = entry.mode === 'note'
  const isFailed = entry.state === 'failed'
  return (
    <article className={classes('said', 'said-out', 'said-first')} aria-label={inbox.stateSending}>
      <div className={classes(isNote ? 'note' : 'bubble', 'unsent', isFailed && 'bubble-trouble')}>
        {isNote && (
          <p className="note-head">
            <LockKeyhole aria-hidden="true" />
            <span>{inbox.note}</span>
          </p>
        )}
        <Attachments attachments={entry.attachments} />
        <MessageText text={entry.text} />
      </div>
      <UnsentState entry={entry} />
      {isFailed && <FailedActs entry={entry} row={row} />}
    </article>
  )
}

function UnsentState({ entry }: { entry: OutboxEntry }) {
  const text = useText()
  const { inbox } = text
  const { format } = useDesk()
  const time = <time className="numeric">{format.time(new Date(entry.createdAtMs))}</time>
  switch (entry.state) {
    case 'failed':
      return (
        <p className="said-meta delivery-failed" role="alert">
          <CircleAlert aria-hidden="true" />
          {inbox.stateFailed} · {entry.reason && text.problems[entry.reason]}
        </p>
      )
    case 'unconfirmed':
      return (
        <p className="said-meta delivery-uncertain" title={inbox.stateUnconfirmedHint}>
          {time}
          <CircleHelp aria-hidden="true" />
          {inbox.stateUnconfirmed} · {inbox.retrying}
        </p>
      )
    case 'sending':
      return (
        <p className="said-meta">
          {time}
          <Clock aria-hidden="true" />
          {inbox.stateSending}
        </p>
      )
    default:
      return (
        <p className="said-meta">
          {time}
          <CloudOff aria-hidden="true" />
          {inbox.stateWaiting}
        </p>
      )
  }
}

function FailedActs({ entry, row }: { entry: OutboxEntry; row: ListedRow }) {
  const text = useText()
  const { inbox } = text
  const outbox = useOutbox()
  const copy = () => navigator.clipboard.writeText(entry.text).then(() => toast({ words: text.copied }))
  const edit = () => {
    if (offerBack(entry)) outbox.remove(entry.clientMessageId)
  }
  return (
    <div className="said-acts">
      <Button size="small" onClick={() => outbox.again(entry.clientMessageId, { seenNumber: row.lastMessageNumber })}>
        {inbox.retrySend}
      </Button>
      <Button size="small" look="quiet" onClick={edit}>
        {inbox.editText}
      </Button>
      <Button size="small" look="quiet" onClick={copy}>
        {inbox.copyText}
      </Button>
      <Button size="small" look="quiet" onClick={() => outbox.remove(entry.clientMessageId)}>
        {inbox.deleteUnsent}
      </Button>
    </div>
  )
}
