/**
 * Search over the messages of the workspace. The query stands in the address. What only sounds alike is shown apart; while
 * the index is behind, the page says so rather than pretend.
 */
import { search } from '@central-desk/contract/conversations.ts'
import type { ReplyOf } from '@central-desk/contract/endpoint.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Hourglass, Search as SearchIcon, SearchX } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { Link, useSearchParams } from 'react-router'
import { useDesk } from '../../app/desk.tsx'
import { useTitle } from '../../app/page-states.tsx'
import { useText, useWords } from '../../app/preferences.tsx'
import { call } from '../../lib/api.ts'
import { highlight } from '../../lib/highlight.ts'
import { referenceOf, wordsOf } from '../../lib/problems.ts'
import { languageOf } from '../../lib/text.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button } from '../../ui/button.tsx'
import { Banner, EmptyState, ErrorState, Skeleton } from '../../ui/states.tsx'
import { contactName } from '../inbox/names.ts'
import { useNow } from '../inbox/use-now.ts'
import { searchWords } from './words.ts'
import './search.css'

type Hit = ReplyOf<typeof search>['hits'][number]

const ASK_AFTER_MS = 250
const EXAMPLES = ['ডেলিভারি', 'kobe pabo', 'CD-10482'] as const

export function SearchPage() {
  const words = useWords(searchWords)
  const [params, setParams] = useSearchParams()
  const asked = params.get('q') ?? ''
  const [typed, setTyped] = useState(asked)
  const field = useRef<HTMLInputElement>(null)
  useTitle(words.title)
  useEffect(() => field.current?.focus(), [])
  useEffect(() => {
    const q = typed.trim().slice(0, LIMITS.searchCharacters)
    if (q === asked) return
    const timer = setTimeout(() => setParams(q ? { q } : {}, { replace: true }), ASK_AFTER_MS)
    return () => clearTimeout(timer)
  }, [typed, asked, setParams])
  const toResults = (event: KeyboardEvent) => {
    const isAsked = event.key === 'Enter' && typed.trim() === asked
    if (event.nativeEvent.isComposing || !(isAsked || event.key === 'ArrowDown')) return
    event.preventDefault()
    document.querySelector<HTMLElement>('.hit')?.focus()
  }
  return (
    <main id="main" className="search">
      <div className="search-column">
        <h1 className="visually-hidden">{words.title}</h1>
        <search className="search-top">
          <SearchIcon aria-hidden="true" />
          <input
            ref={field}
            type="search"
            className="search-field"
            aria-label={words.field}
            placeholder={words.placeholder}
            maxLength={LIMITS.searchCharacters}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={toResults}
          />
        </search>
        {asked ? <Results key={asked} q={asked} /> : <Tips onPick={setTyped} />}
      </div>
    </main>
  )
}

function Tips({ onPick }: { onPick: (q: string) => void }) {
  const words = useWords(searchWords)
  return (
    <EmptyState
      icon={<SearchIcon />}
      title={words.tipsTitle}
      words={words.tipsWords}
      action={
        <div className="search-examples">
          <span className="meta">{words.examples}</span>
          {EXAMPLES.map((example) => (
            <Button key={example} size="small" lang={languageOf(example)} onClick={() => onPick(example)}>
              {example}
            </Button>
          ))}
        </div>
      }
    />
  )
}

function Results({ q }: { q: string }) {
  const words = useWords(searchWords)
  const text = useText()
  const { workspaceId, format } = useDesk()
  const query = useInfiniteQuery({
    queryKey: [workspaceId, 'search', q],
    queryFn: ({ pageParam, signal }) =>
      call(search, { params: { workspaceId }, query: { q, ...(pageParam ? { cursor: pageParam } : {}) }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 30_000,
  })
  if (query.isPending) return <Skeleton rows={5} />
  if (query.error) {
    return (
      <ErrorState
        title={text.errorTitle}
        words={wordsOf(query.error, text)}
        reference={referenceOf(query.error)}
        action={<Button onClick={() => query.refetch()}>{text.retry}</Button>}
      />
    )
  }
  const pages = query.data.pages
  const hits = pages.flatMap((page) => page.hits)
  const similar = pages[0]?.similar ?? []
  const isComplete = pages.every((page) => page.isComplete)
  return (
    <>
      {!isComplete && (
        <Banner tone="info" role="status" icon={<Hourglass />}>
          {words.incomplete}
        </Banner>
      )}
      <p className="visually-hidden" role="status">
        {words.found(hits.length, format.number(hits.length))}{' '}
        {similar.length > 0 && words.foundSimilar(similar.length, format.number(similar.length))}
      </p>
      {hits.length === 0 && similar.length === 0 && (
        <EmptyState icon={<SearchX />} title={words.nothingTitle(q)} words={words.nothingWords} />
      )}
      {hits.length > 0 && <Hits title={words.hits} hits={hits} q={q} />}
      {query.hasNextPage && (
        <Button isBusy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          {text.loadMore}
        </Button>
      )}
      {similar.length > 0 && <Hits title={words.similar} words={words.similarWords} hits={similar} q={q} />}
    </>
  )
}

function Hits({ title, words, hits, q }: { title: string; words?: string; hits: readonly Hit[]; q: string }) {
  return (
    <section className="search-part">
      <h2>{title}</h2>
      {words && <p className="meta">{words}</p>}
      <ul>
        {hits.map((hit) => (
          <li key={`${hit.conversation.id} ${hit.messageId}`}>
            <HitLink hit={hit} q={q} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function HitLink({ hit, q }: { hit: Hit; q: string }) {
  const { inbox } = useText()
  const { slug, format } = useDesk()
  const now = useNow()
  const { conversation } = hit
  const name = contactName(conversation.contact)
  const isAside = conversation.status === 'snoozed' || conversation.status === 'closed'
  const view = isAside ? conversation.status : 'all'
  let at = 0
  return (
    <Link
      className="hit"
      to={`/w/${slug}/inbox/${view}/c/${conversation.id}${hit.messageId ? `?m=${hit.messageId}` : ''}`}
    >
      <Avatar name={name} seed={conversation.contact.id} />
      <span className="hit-top">
        <span className="hit-name truncate" lang={languageOf(name)}>
          {name}
        </span>
        <span className="meta numeric">{inbox.number(conversation.number)}</span>
        {isAside && <span className="meta">{inbox.statuses[conversation.status]}</span>}
        <time className="meta numeric" dateTime={hit.sentAt}>
          {format.listTime(new Date(hit.sentAt), now)}
        </time>
      </span>
      <span className="hit-words" lang={languageOf(hit.excerpt)}>
        {highlight(hit.excerpt, q).map((piece) => {
          const key = at
          at += piece.text.length
          return piece.isHit ? <mark key={key}>{piece.text}</mark> : <span key={key}>{piece.text}</span>
        })}
      </span>
    </Link>
  )
}
