/** What happened around the messages, in one quiet line: the last act, and the others behind a button. */
import { useState } from 'react'
import { useDesk, useTags } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import type { ActivityItem } from './model/thread-rows.ts'
import { useMemberName } from './names.ts'

export function ActivityLine({ activities }: { activities: readonly ActivityItem[] }) {
  const { inbox } = useText()
  const { format } = useDesk()
  const say = useActivityWords()
  const [isOpen, setOpen] = useState(false)
  const last = activities.at(-1)
  if (!last) return null
  const others = activities.length - 1
  const line = (activity: ActivityItem) => (
    <span key={activity.number}>
      {say(activity)} <time dateTime={activity.sentAt}>{format.time(new Date(activity.sentAt))}</time>
    </span>
  )
  return (
    <div className="activity">
      {isOpen ? activities.map(line) : line(last)}
      {others > 0 && (
        <button type="button" className="activity-more" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? inbox.activityLess : inbox.activityMore(others, format.number(others))}
        </button>
      )}
    </div>
  )
}

function useActivityWords(): (activity: ActivityItem) => string {
  const { inbox } = useText()
  const nameOf = useMemberName()
  const { byId } = useTags()
  return (activity) => {
    const actor = nameOf(activity.actorMemberId)
    const tag = (activity.tagId && byId.get(activity.tagId)?.name) || inbox.deletedTag
    switch (activity.what) {
      case 'reopened':
        return inbox.activityReopened
      case 'assigned':
        return activity.memberId === activity.actorMemberId
          ? inbox.activityTook(actor)
          : inbox.activityAssigned(actor, nameOf(activity.memberId))
      case 'unassigned':
        return inbox.activityUnassigned(actor)
      case 'tagged':
        return inbox.activityTagged(actor, tag)
      case 'untagged':
        return inbox.activityUntagged(actor, tag)
      case 'blocked':
        return inbox.activityBlocked(actor)
      case 'unblocked':
        return inbox.activityUnblocked(actor)
      case 'status':
        return inbox.activityStatus[activity.status ?? 'open'](actor)
    }
  }
}
