/** The conversations with a contact: open ones first, then snoozed, then closed; each opens in the inbox. */
import type { ListedRow, View } from '@central-desk/contract/conversations.ts'
import { MessagesSquare } from 'lucide-react'
import { Link } from 'react-router'
import { useDesk, useInboxes, useTags } from '../../app/desk.tsx'
import { Loaded } from '../../app/loaded.tsx'
import { useText, useWords } from '../../app/preferences.tsx'
import { languageOf } from '../../lib/text.ts'
import { Button } from '../../ui/button.tsx'
import { Chip } from '../../ui/chip.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { useMemberName } from '../inbox/names.ts'
import { useNow } from '../inbox/use-now.ts'
import { useConversationsOf } from './queries.ts'
import { contactsWords } from './words.ts'

const GROUPS = ['all', 'snoozed', 'closed'] as const
type GroupView = (typeof GROUPS)[number]

export function ContactConversations({ contactId }: { contactId: string }) {
  const words = useWords(contactsWords)
  const open = useConversationsOf(contactId, 'all')
  const snoozed = useConversationsOf(contactId, 'snoozed')
  const closed = useConversationsOf(contactId, 'closed')
  const byView = { all: open, snoozed, closed }
  const queries = Object.values(byView)
  const failed = queries.find((query) => query.error && !query.data)
  const isLoaded = queries.every((query) => query.data)
  const isEmpty = isLoaded && queries.every((query) => query.data?.pages[0]?.conversations.length === 0)
  return (
    <section className="contact-part-wide" aria-labelledby="contact-conversations">
      <header className="contact-part-head">
        <h2 id="contact-conversations">{words.conversations}</h2>
      </header>
      <Loaded query={failed ?? (isLoaded ? open : { data: undefined, error: null, refetch: () => {} })} rows={3}>
        {() =>
          isEmpty ? (
            <EmptyState icon={<MessagesSquare />} title={words.noConversations} />
          ) : (
            GROUPS.map((view) => <Group key={view} view={view} query={byView[view]} />)
          )
        }
      </Loaded>
    </section>
  )
}

function Group({ view, query }: { view: GroupView; query: ReturnType<typeof useConversationsOf> }) {
  const words = useWords(contactsWords)
  const text = useText()
  const rows = query.data?.pages.flatMap((page) => page.conversations) ?? []
  if (rows.length === 0) return null
  return (
    <div className="contact-group">
      <h3>{words.groups[view]}</h3>
      <ul className="contact-conversations">
        {rows.map((row) => (
          <ConversationLine key={row.id} row={row} view={view} />
        ))}
      </ul>
      {query.hasNextPage && (
        <div>
          <Button size="small" isBusy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
            {text.loadMore}
          </Button>
        </div>
      )}
    </div>
  )
}

function ConversationLine({ row, view }: { row: ListedRow; view: View }) {
  const { inbox: shared } = useText()
  const { slug, format } = useDesk()
  const { byId: inboxes } = useInboxes()
  const { byId: tags } = useTags()
  const memberName = useMemberName()
  const now = useNow()
  const last = usePreview(row)
  return (
    <li>
      <Link to={`/w/${slug}/inbox/${view}/c/${row.id}`} className="contact-conversation">
        <span className="contact-conversation-top">
          <span className="numeric">{shared.number(row.number)}</span>
          <span>{shared.statuses[row.status]}</span>
          <span className="truncate">{inboxes.get(row.inboxId)?.name}</span>
          <span>{row.assigneeId ? memberName(row.assigneeId) : shared.unassignedNow}</span>
          <time className="numeric" dateTime={row.lastActivityAt}>
            {format.listTime(new Date(row.lastActivityAt), now)}
          </time>
        </span>
        <span className="contact-conversation-words truncate" lang={languageOf(last)}>
          {last}
        </span>
        {row.tagIds.length > 0 && (
          <span className="contact-conversation-tags">
            {row.tagIds.map((id) => {
              const tag = tags.get(id)
              return tag ? (
                <Chip key={id} tint={tag.colour}>
                  {tag.name}
                </Chip>
              ) : null
            })}
          </span>
        )}
      </Link>
    </li>
  )
}

/** The last message in one line, with who wrote it when it was one of us. */
function usePreview(row: ListedRow): string {
  const words = useWords(contactsWords)
  const { memberId } = useDesk()
  const memberName = useMemberName()
  const last = row.lastMessage
  if (!last) return words.noMessages
  const said = last.preview || words.file
  if (last.direction === 'in') return said
  const author = last.authorMemberId === memberId ? words.you : words.by(memberName(last.authorMemberId))
  return author + said
}
