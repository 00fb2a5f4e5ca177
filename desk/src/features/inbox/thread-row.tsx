/** One row of the thread, by its kind. Rows do not draw themselves again unless what they show changed. */
import type { ListedRow } from '@central-desk/contract/conversations.ts'
import { memo } from 'react'
import { useDesk } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { ActivityLine } from './activity-line.tsx'
import { MessageBubble, NoteCard } from './bubbles.tsx'
import type { ThreadRow } from './model/thread-rows.ts'
import { UnsentBubble } from './unsent-bubble.tsx'
import { useNow } from './use-now.ts'

interface Props {
  item: ThreadRow
  row: ListedRow
  isLast: boolean
}

export const ThreadRowView = memo(
  function ThreadRowView({ item, row, isLast }: Props) {
    const { inbox } = useText()
    switch (item.kind) {
      case 'day':
        return <DayLine at={item.at} />
      case 'new':
        return (
          <div className="new-line">
            <span>{inbox.newDivider}</span>
          </div>
        )
      case 'activities':
        return <ActivityLine activities={item.activities} />
      case 'note':
        return <NoteCard note={item.note} isFirst={item.isFirst} />
      case 'unsent':
        return <UnsentBubble entry={item.entry} row={row} />
      case 'message':
        return (
          <MessageBubble
            message={item.message}
            contact={row.contact}
            isFirst={item.isFirst}
            isLast={item.isLast}
            isNewest={isLast}
          />
        )
    }
  },
  (a, b) => a.isLast === b.isLast && isSameRow(a.item, b.item) && a.row.contact === b.row.contact,
)

function isSameRow(a: ThreadRow, b: ThreadRow): boolean {
  if (a === b) return true
  if (a.key !== b.key || a.kind !== b.kind) return false
  const sameShape = (x: { isFirst: boolean; isLast: boolean }, y: { isFirst: boolean; isLast: boolean }) =>
    x.isFirst === y.isFirst && x.isLast === y.isLast
  if (a.kind === 'message' && b.kind === 'message') return a.message === b.message && sameShape(a, b)
  if (a.kind === 'note' && b.kind === 'note') return a.note === b.note && sameShape(a, b)
  if (a.kind === 'unsent' && b.kind === 'unsent') return a.entry === b.entry && sameShape(a, b)
  if (a.kind === 'activities' && b.kind === 'activities') return a.activities.length === b.activities.length
  return true
}

function DayLine({ at }: { at: Date }) {
  const { inbox } = useText()
  const { format } = useDesk()
  const now = useNow()
  const days = format.daysAgo(at, now)
  const words = days === 0 ? inbox.today : days === 1 ? inbox.yesterday : format.dayName(at, now)
  return (
    <div className="day-line">
      <time dateTime={format.dayKey(at)}>{words}</time>
    </div>
  )
}
