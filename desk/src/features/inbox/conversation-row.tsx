/**
 * One row of the list: who, when, what was said last, whether it is new, whether a draft waits, who has it. A link, so
 * that it opens in a new tab as links do. Drawn again only when its own row changes.
 */
import type { ListedRow, View } from '@central-desk/contract/conversations.ts'
import { type MouseEvent, memo } from 'react'
import { Link } from 'react-router'
import { useDesk, useMembers } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { languageOf } from '../../lib/text.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { classes } from '../../ui/classes.ts'
import { ChannelIcon } from './channel-icon.tsx'
import { isUnread } from './model/views.ts'
import { contactName, useMemberName } from './names.ts'

interface Props {
  row: ListedRow
  view: View
  search: string
  isSelected: boolean
  isTabStop: boolean
  /** Marks it at once; the address follows. */
  onOpen: (id: string) => void
  /** Since when they wait stands where the time of the last activity does. */
  showsWait: boolean
  now: Date
  position: number
  total: number
}

export const ConversationRowLink = memo(function ConversationRowLink(props: Props) {
  const { row, view, search, isSelected, isTabStop, onOpen, showsWait, now, position, total } = props
  const text = useText()
  const { slug, memberId, format } = useDesk()
  const { byId } = useMembers()
  const name = contactName(row.contact)
  const hasNew = isUnread(row)
  const onClick = (event: MouseEvent) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    onOpen(row.id)
  }
  const assignee = row.assigneeId && row.assigneeId !== memberId ? byId.get(row.assigneeId) : undefined
  return (
    <li aria-setsize={total} aria-posinset={position}>
      <Link
        to={{ pathname: `/w/${slug}/inbox/${view}/c/${row.id}`, search }}
        onClick={onClick}
        data-row={row.id}
        className={classes('row', hasNew && 'row-unread')}
        aria-current={isSelected ? 'true' : undefined}
        tabIndex={isTabStop ? 0 : -1}
      >
        <span className="row-face">
          <Avatar name={name} seed={row.contact.id} />
          <span className="row-channel">
            <ChannelIcon channel={row.channel} />
          </span>
        </span>
        <span className="row-name truncate" lang={languageOf(name)}>
          {hasNew && <span className="visually-hidden">{text.inbox.unread}: </span>}
          {name}
        </span>
        {showsWait && row.waitingSince ? (
          <time className="row-time row-waits numeric" dateTime={row.waitingSince}>
            <span className="visually-hidden">{text.inbox.waiting}: </span>
            {format.relative(new Date(row.waitingSince), now)}
          </time>
        ) : (
          <time className="row-time numeric" dateTime={row.lastActivityAt}>
            {format.listTime(new Date(row.lastActivityAt), now)}
          </time>
        )}
        <Preview row={row} />
        <span className="row-marks">
          {assignee && (
            <span className="row-assignee" title={assignee.name}>
              <Avatar name={assignee.name} seed={assignee.id} size="small" />
              <span className="visually-hidden">{text.inbox.assignedTo(assignee.name)}</span>
            </span>
          )}
          {hasNew && <span className="row-dot" aria-hidden="true" />}
        </span>
      </Link>
    </li>
  )
})

function Preview({ row }: { row: ListedRow }) {
  const { inbox } = useText()
  const { memberId, format } = useDesk()
  const nameOf = useMemberName()
  const last = row.lastMessage
  const isOut = last?.direction === 'out'
  const prefix = !isOut
    ? ''
    : last.authorMemberId === memberId
      ? inbox.youPrefix
      : inbox.authorPrefix(nameOf(last.authorMemberId))
  const count = last?.attachmentCount ?? 0
  const words = last?.preview || (count > 0 ? inbox.attachmentOnly(count, format.number(count)) : inbox.noMessages)
  return (
    <span className="row-preview">
      {row.contact.isBlocked && <span className="row-blocked">{inbox.blocked}</span>}
      {row.mine.hasDraft && <span className="row-draft">{inbox.draft}</span>}
      {last?.deliveryState === 'failed' && <span className="row-failed">{inbox.deliveryFailed}</span>}
      {prefix && <span className="row-prefix">{prefix}</span>}
      <span lang={languageOf(words)}>{words}</span>
    </span>
  )
}
