/**
 * A teammate answered while this reply was being written: the server did not send it. Their answer is shown right here,
 * and the agent decides. Nobody answers a contact twice without having seen it.
 */
import type { ListedRow, Message } from '@central-desk/contract/conversations.ts'
import { useQueryClient } from '@tanstack/react-query'
import { UsersRound } from 'lucide-react'
import { useEffect } from 'react'
import { cacheKeys, useDesk } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { Button } from '../../ui/button.tsx'
import { MessageText } from './message-text.tsx'
import type { OutboxEntry } from './model/outbox.ts'
import { lastNumber } from './model/thread.ts'
import { useMemberName } from './names.ts'
import { useOutbox, useUnsent } from './outbox.tsx'
import { useThread } from './queries.ts'

export function ConflictPanel({ row, onKeep }: { row: ListedRow; onKeep: (text: string) => void }) {
  const unsent = useUnsent()
  const entry = unsent.find((one) => one.conversationId === row.id && one.state === 'conflict')
  return entry ? <Conflict row={row} entry={entry} onKeep={onKeep} /> : null
}

function Conflict({ row, entry, onKeep }: { row: ListedRow; entry: OutboxEntry; onKeep: (text: string) => void }) {
  const { inbox } = useText()
  const { workspaceId, memberId } = useDesk()
  const queries = useQueryClient()
  const nameOf = useMemberName()
  const outbox = useOutbox()
  const { data: thread } = useThread(row.id).query
  // The refusal brought their answer into the thread; the row may be old when the stream is what is broken.
  useEffect(() => {
    queries.invalidateQueries({ queryKey: cacheKeys.conversation(workspaceId, row.id) })
  }, [queries, workspaceId, row.id])
  const theirs = thread?.items.findLast(
    (item): item is Message =>
      item.kind === 'message' &&
      item.direction === 'out' &&
      item.authorMemberId !== memberId &&
      item.number > entry.seenNumber,
  )
  const remove = () => outbox.remove(entry.clientMessageId)
  return (
    <div className="conflict" role="alert">
      <p className="conflict-title">
        <UsersRound aria-hidden="true" />
        {inbox.conflictTitle(nameOf(theirs?.authorMemberId ?? null))}
      </p>
      {theirs && (
        <blockquote className="conflict-theirs">
          <MessageText text={theirs.text} />
        </blockquote>
      )}
      <p className="conflict-words">{inbox.conflictWords}</p>
      <blockquote className="conflict-mine">
        <MessageText text={entry.text} />
      </blockquote>
      <div className="conflict-acts">
        <Button
          look="primary"
          size="small"
          onClick={() =>
            outbox.again(entry.clientMessageId, {
              force: true,
              seenNumber: Math.max(row.lastMessageNumber, lastNumber(thread)),
            })
          }
        >
          {inbox.sendAnyway}
        </Button>
        <Button
          size="small"
          onClick={() => {
            remove()
            onKeep(entry.text)
          }}
        >
          {inbox.keepDraft}
        </Button>
        <Button size="small" look="quiet" onClick={remove}>
          {inbox.discard}
        </Button>
      </div>
    </div>
  )
}
