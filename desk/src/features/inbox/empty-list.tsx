/** An empty view says why it is empty and what would fill it. */
import { AlarmClock, Archive, Filter, Inbox, PartyPopper, UserRoundCheck } from 'lucide-react'
import { useText } from '../../app/preferences.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { NoInbox, useHasNoInbox } from './first-steps.tsx'
import type { ListFilter } from './model/views.ts'

export function EmptyList({ filter }: { filter: ListFilter }) {
  const { inbox } = useText()
  const hasNoInbox = useHasNoInbox()
  if (filter.inboxId || filter.tagId) return <EmptyState icon={<Filter />} title={inbox.emptyFilteredTitle} />
  if (hasNoInbox) return <NoInbox />
  switch (filter.view) {
    case 'mine':
      return <EmptyState icon={<UserRoundCheck />} title={inbox.emptyMineTitle} words={inbox.emptyMineWords} />
    case 'unassigned':
      return <EmptyState icon={<PartyPopper />} title={inbox.emptyUnassignedTitle} words={inbox.emptyUnassignedWords} />
    case 'snoozed':
      return <EmptyState icon={<AlarmClock />} title={inbox.emptySnoozedTitle} words={inbox.emptySnoozedWords} />
    case 'closed':
      return <EmptyState icon={<Archive />} title={inbox.emptyClosedTitle} words={inbox.emptyClosedWords} />
    default:
      return <EmptyState icon={<Inbox />} title={inbox.emptyAllTitle} words={inbox.emptyAllWords} />
  }
}
