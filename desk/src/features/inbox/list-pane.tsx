/** The pane around the list: which view, which filter, and on a phone the way to the other views. */
import { SORTS, VIEWS, type View } from '@central-desk/contract/conversations.ts'
import { ArrowDownUp, ChevronDown, ListFilter as FilterIcon } from 'lucide-react'
import type { RefObject } from 'react'
import { Link, useSearchParams } from 'react-router'
import { useDesk, useInboxes, useTags } from '../../app/desk.tsx'
import { useCounts } from '../../app/live.tsx'
import { usePreferences } from '../../app/preferences.tsx'
import { IconButton } from '../../ui/button.tsx'
import { Chip } from '../../ui/chip.tsx'
import { classes } from '../../ui/classes.ts'
import { Menu, type MenuEntry } from '../../ui/menu.tsx'
import { ConversationList } from './conversation-list.tsx'
import { isSortable, type ListFilter } from './model/views.ts'
import type { useConversationList } from './queries.ts'
import { useSort } from './use-sort.ts'

interface Props {
  list: ReturnType<typeof useConversationList>
  filter: ListFilter
  view: View
  selectedId: string | undefined
  onWalk: (step: 1 | -1) => void
  onOpen: (id: string) => void
  focusRow: RefObject<(id: string) => void>
}

export function ListPane(props: Props) {
  const { text, preferences } = usePreferences()
  const [search] = useSearchParams()
  const tail = search.toString()
  return (
    <section className={classes('list-pane', preferences.compactList && 'list-compact')} data-pane="list">
      <header className="list-head">
        <h2 className="list-title">
          <span className="only-wide">{text.shell[props.view]}</span>
          <span className="only-phone">
            <ViewMenu view={props.view} />
          </span>
        </h2>
        <SortMenu view={props.view} />
        <FilterMenu filter={props.filter} />
      </header>
      <FilterChips filter={props.filter} />
      <ConversationList {...props} search={tail ? `?${tail}` : ''} />
    </section>
  )
}

function ViewMenu({ view }: { view: View }) {
  const { text } = usePreferences()
  const { slug, format } = useDesk()
  const counts = useCounts()
  return (
    <Menu
      trigger={
        <button type="button" className="list-view" aria-label={`${text.shell[view]}: ${text.inbox.chooseView}`}>
          {text.shell[view]}
          <ChevronDown aria-hidden="true" />
        </button>
      }
      entries={VIEWS.map((one) => {
        const count = one === 'closed' ? 0 : (counts?.[one] ?? 0)
        return {
          kind: 'item' as const,
          label: count > 0 ? `${text.shell[one]} (${format.count(count)})` : text.shell[one],
          link: <Link to={`/w/${slug}/inbox/${one}`} />,
          isChosen: one === view,
        }
      })}
    />
  )
}

/** The filter stands in the address, so that it can be shared and survives a reload. */
function useFilterParams() {
  const [search, setSearch] = useSearchParams()
  return (name: 'inbox' | 'tag', value: string | null) => {
    const next = new URLSearchParams(search)
    if (value === null) next.delete(name)
    else next.set(name, value)
    setSearch(next, { replace: true })
  }
}

function SortMenu({ view }: { view: View }) {
  const { inbox } = usePreferences().text
  const [sort, choose] = useSort()
  if (!isSortable(view)) return null
  const label = `${inbox.sort}: ${inbox.sorts[sort]}`
  return (
    <Menu
      align="end"
      trigger={
        <IconButton className={sort === 'waiting' ? 'list-sorted' : undefined} label={label} icon={<ArrowDownUp />} />
      }
      entries={[
        { kind: 'label', label: inbox.sort },
        ...SORTS.map((one) => ({
          kind: 'item' as const,
          label: inbox.sorts[one],
          isChosen: one === sort,
          onSelect: () => choose(one),
        })),
      ]}
    />
  )
}

function FilterMenu({ filter }: { filter: ListFilter }) {
  const { inbox } = usePreferences().text
  const { inboxes } = useInboxes()
  const { tags } = useTags()
  const set = useFilterParams()
  const entries: MenuEntry[] = [
    { kind: 'label', label: inbox.filterInbox },
    { kind: 'item', label: inbox.allInboxes, isChosen: !filter.inboxId, onSelect: () => set('inbox', null) },
    ...inboxes.map((one) => ({
      kind: 'item' as const,
      label: one.name,
      isChosen: filter.inboxId === one.id,
      onSelect: () => set('inbox', one.id),
    })),
    { kind: 'line' },
    { kind: 'label', label: inbox.filterTag },
    { kind: 'item', label: inbox.allTags, isChosen: !filter.tagId, onSelect: () => set('tag', null) },
    ...tags.map((tag) => ({
      kind: 'item' as const,
      label: tag.name,
      isChosen: filter.tagId === tag.id,
      onSelect: () => set('tag', tag.id),
    })),
  ]
  return <Menu align="end" trigger={<IconButton label={inbox.filter} icon={<FilterIcon />} />} entries={entries} />
}

function FilterChips({ filter }: { filter: ListFilter }) {
  const { inbox } = usePreferences().text
  const { byId: inboxes } = useInboxes()
  const { byId: tags } = useTags()
  const set = useFilterParams()
  if (!filter.inboxId && !filter.tagId) return null
  const tag = filter.tagId ? tags.get(filter.tagId) : undefined
  return (
    <div className="list-chips">
      {filter.inboxId && (
        <Chip onRemove={() => set('inbox', null)} removeLabel={inbox.clearFilter}>
          {inboxes.get(filter.inboxId)?.name ?? inbox.filterInbox}
        </Chip>
      )}
      {filter.tagId && (
        <Chip tint={tag?.colour ?? 'grey'} onRemove={() => set('tag', null)} removeLabel={inbox.clearFilter}>
          {tag?.name ?? inbox.filterTag}
        </Chip>
      )}
    </div>
  )
}
