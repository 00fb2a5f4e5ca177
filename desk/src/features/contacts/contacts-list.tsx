/**
 * The list of contacts, last seen first, with a search that waits until one has stopped typing. More are read when the
 * end comes near. J and K walk through it; what is searched stands in the address, so that going back finds it again.
 */
import type { Contact } from '@central-desk/contract/contacts.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { Ban, Search, UsersRound, X } from 'lucide-react'
import { type RefObject, useEffect, useRef } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { useCommands } from '../../app/commands/commands.tsx'
import { useDesk } from '../../app/desk.tsx'
import { Loaded } from '../../app/loaded.tsx'
import { useText, useWords } from '../../app/preferences.tsx'
import { foldDigits, languageOf } from '../../lib/text.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { classes } from '../../ui/classes.ts'
import { EmptyState } from '../../ui/states.tsx'
import { ChannelIcon } from '../inbox/channel-icon.tsx'
import { useNow } from '../inbox/use-now.ts'
import { callOf } from './model/contact-change.ts'
import { useContacts } from './queries.ts'
import { useDebounced } from './use-debounced.ts'
import { contactsWords } from './words.ts'

const STILL_MS = 250

export function ContactsList({ openId }: { openId: string | null }) {
  const words = useWords(contactsWords)
  const { format } = useDesk()
  const [search, setSearch] = useSearchParams()
  const typed = search.get('q') ?? ''
  const q = useDebounced(typed.trim(), STILL_MS)
  const onlyBlocked = search.get('only') === 'blocked'
  const query = useContacts(q, onlyBlocked)
  const field = useRef<HTMLInputElement>(null)
  const show = (next: { q: string; onlyBlocked: boolean }) =>
    setSearch(
      { ...(next.q === '' ? {} : { q: next.q }), ...(next.onlyBlocked ? { only: 'blocked' } : {}) },
      { replace: true },
    )
  const find = (next: string) => show({ q: next, onlyBlocked })
  const contacts = query.data?.pages.flatMap((page) => page.contacts) ?? []
  const count = format.number(contacts.length)
  useWalk(contacts, openId)
  return (
    <section className="contacts-list" aria-labelledby="contacts-title">
      <header className="contacts-head">
        <div className="contacts-top">
          <Title isPage={openId === null} />
          <Button
            size="small"
            icon={<Ban aria-hidden="true" />}
            aria-pressed={onlyBlocked}
            onClick={() => show({ q: typed, onlyBlocked: !onlyBlocked })}
          >
            {words.blocked}
          </Button>
        </div>
        <Find field={field} value={typed} onChange={find} />
        <p role="status" className="visually-hidden">
          {q !== '' && !query.isFetching
            ? query.hasNextPage
              ? words.foundMore(count)
              : words.found(contacts.length, count)
            : ''}
        </p>
      </header>
      <div className={classes('contacts-scroll', query.isPlaceholderData && 'contacts-stale')}>
        <Loaded query={query} rows={8}>
          {() =>
            contacts.length === 0 ? (
              <Nobody q={q} onlyBlocked={onlyBlocked} onClear={() => find('')} />
            ) : (
              <ul aria-label={words.list}>
                {contacts.map((contact) => (
                  <ContactRow key={contact.id} contact={contact} isOpen={contact.id === openId} />
                ))}
              </ul>
            )
          }
        </Loaded>
        {query.hasNextPage && <More query={query} />}
      </div>
    </section>
  )
}

/** The heading of the page while nobody is open; beside an open contact, whose name that is then, of the list alone. */
function Title({ isPage }: { isPage: boolean }) {
  const words = useWords(contactsWords)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  if (!isPage) {
    return (
      <h2 id="contacts-title" className="contacts-title">
        {words.title}
      </h2>
    )
  }
  return (
    <h1 id="contacts-title" ref={heading} tabIndex={-1}>
      {words.title}
    </h1>
  )
}

interface FindProps {
  field: RefObject<HTMLInputElement | null>
  value: string
  onChange: (value: string) => void
}

function Find({ field, value, onChange }: FindProps) {
  const words = useWords(contactsWords)
  return (
    <div className="contacts-find">
      <Search aria-hidden="true" />
      <input
        ref={field}
        type="search"
        className="input"
        aria-label={words.find}
        aria-describedby="contacts-find-hint"
        placeholder={words.find}
        autoComplete="off"
        spellCheck={false}
        maxLength={LIMITS.searchCharacters}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {value !== '' && (
        <IconButton
          label={words.clear}
          icon={<X />}
          hasTooltip={false}
          onClick={() => {
            onChange('')
            field.current?.focus()
          }}
        />
      )}
      <p id="contacts-find-hint" className="visually-hidden">
        {words.findHint}
      </p>
    </div>
  )
}

function Nobody({ q, onlyBlocked, onClear }: { q: string; onlyBlocked: boolean; onClear: () => void }) {
  const words = useWords(contactsWords)
  if (q === '' && onlyBlocked) {
    return <EmptyState icon={<Ban />} title={words.noBlockedTitle} words={words.noBlockedWords} />
  }
  if (q === '') return <EmptyState icon={<UsersRound />} title={words.emptyTitle} words={words.emptyWords} />
  return (
    <EmptyState
      icon={<Search />}
      title={words.noneTitle(q)}
      words={words.noneWords}
      action={<Button onClick={onClear}>{words.clear}</Button>}
    />
  )
}

/** How somebody is reached, in one line; whose name is the address already is told by the channel. */
function wayTo(contact: Contact, channelName: string | undefined): string | undefined {
  const label = contact.name === null ? channelName : contact.addresses[0]?.label
  return (contact.phone && foldDigits(contact.phone)) ?? contact.email ?? label
}

function ContactRow({ contact, isOpen }: { contact: Contact; isOpen: boolean }) {
  const words = useWords(contactsWords)
  const { inbox: shared } = useText()
  const { slug, format } = useDesk()
  const [search] = useSearchParams()
  const now = useNow()
  const name = callOf(contact) ?? words.unnamed
  const channel = contact.addresses[0]?.channel
  const q = search.toString()
  return (
    <li>
      <Link
        to={`/w/${slug}/contacts/${contact.id}${q && `?${q}`}`}
        className="contact-row"
        aria-current={isOpen ? 'true' : undefined}
        data-contact={contact.id}
      >
        <Avatar name={name} seed={contact.id} />
        <span className="contact-row-words">
          <span className="contact-row-name truncate" lang={languageOf(name)}>
            {name}
          </span>
          <span className="contact-row-line">
            {channel && <ChannelIcon channel={channel} />}
            {contact.blockedAt && <span className="contact-blocked">{words.blocked}</span>}
            <span className="truncate">{wayTo(contact, channel && shared.channels[channel])}</span>
          </span>
        </span>
        {contact.lastSeenAt && (
          <time className="contact-row-time numeric" dateTime={contact.lastSeenAt}>
            {format.listTime(new Date(contact.lastSeenAt), now)}
          </time>
        )}
      </Link>
    </li>
  )
}

/** Reads the next ones when it comes into sight; a button as well, for who does not scroll and for a failure. */
function More({ query }: { query: ReturnType<typeof useContacts> }) {
  const words = useWords(contactsWords)
  const text = useText()
  const place = useRef<HTMLDivElement>(null)
  const { fetchNextPage, isFetchingNextPage, isFetchNextPageError } = query
  useEffect(() => {
    const element = place.current
    if (!element || isFetchNextPageError) return
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && fetchNextPage(), {
      rootMargin: '400px',
    })
    watch.observe(element)
    return () => watch.disconnect()
  }, [fetchNextPage, isFetchNextPageError])
  return (
    <div ref={place} className="contacts-more">
      {isFetchNextPageError && <p>{words.moreFailed}</p>}
      <Button isBusy={isFetchingNextPage} onClick={() => fetchNextPage()}>
        {text.loadMore}
      </Button>
    </div>
  )
}

/** The keys of the list: next, previous, back to it. */
function useWalk(contacts: readonly Contact[], openId: string | null): void {
  const { slug } = useDesk()
  const navigate = useNavigate()
  const focusRow = (id: string | undefined) =>
    document.querySelector<HTMLElement>(`[data-contact="${id}"]`)?.focus({ preventScroll: false })
  const step = (by: 1 | -1) => {
    const focused = document.activeElement?.closest<HTMLElement>('[data-contact]')?.dataset.contact
    const at = contacts.findIndex(({ id }) => id === (focused ?? openId))
    const next = contacts[Math.max(0, Math.min(contacts.length - 1, at + by))]
    focusRow(next?.id)
  }
  useCommands({
    next: () => step(1),
    previous: () => step(-1),
    ...(openId === null
      ? {}
      : {
          back: () => {
            navigate(`/w/${slug}/contacts${window.location.search}`)
            requestAnimationFrame(() => focusRow(openId))
          },
        }),
  })
}
