/** All inboxes as cards that say how each does; who may, connects another one. */
import type { Inbox } from '@central-desk/contract/inboxes.ts'
import { Inbox as InboxIcon, Plus, TriangleAlert } from 'lucide-react'
import { Link, useNavigate } from 'react-router'
import { useDesk, useInboxes } from '../../../app/desk.tsx'
import { Loaded } from '../../../app/loaded.tsx'
import { useTitle } from '../../../app/page-states.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { languageOf } from '../../../lib/text.ts'
import { Button } from '../../../ui/button.tsx'
import { Page } from '../../../ui/page.tsx'
import { EmptyState } from '../../../ui/states.tsx'
import { ChannelIcon } from '../../inbox/channel-icon.tsx'
import { useNow } from '../../inbox/use-now.ts'
import { healthOf } from '../model/health.ts'
import { ViewOnly } from '../view-only.tsx'
import { frameWords } from '../words/frame.ts'
import { inboxesWords } from '../words/inboxes.ts'
import { HealthChip } from './health-chip.tsx'
import { useLedger, useLiveLedgers } from './queries.ts'
import './inboxes.css'

export function InboxesPage() {
  const { pages, viewOnly } = useWords(frameWords)
  const words = useWords(inboxesWords)
  const { may, slug } = useDesk()
  const navigate = useNavigate()
  const { query } = useInboxes()
  useLiveLedgers()
  useTitle(pages.inboxes)
  const canAdd = may('inbox.manage')
  const add = canAdd && (
    <Button
      look="primary"
      icon={<Plus aria-hidden="true" />}
      onClick={() => navigate(`/w/${slug}/settings/inboxes/new`)}
    >
      {words.add}
    </Button>
  )
  return (
    <Page title={pages.inboxes} words={words.words} width="wide" actions={add}>
      {!canAdd && <ViewOnly>{viewOnly}</ViewOnly>}
      <Loaded query={query}>
        {(inboxes) =>
          inboxes.length === 0 ? (
            <EmptyState
              icon={<InboxIcon />}
              title={words.emptyTitle}
              words={canAdd ? words.emptyWords : words.emptyWordsReader}
            />
          ) : (
            <ul className="inbox-cards">
              {inboxes.map((inbox) => (
                <li key={inbox.id}>
                  <InboxCard inbox={inbox} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Page>
  )
}

function InboxCard({ inbox }: { inbox: Inbox }) {
  const words = useWords(inboxesWords)
  const { inbox: shared } = useText()
  const { format } = useDesk()
  const now = useNow()
  const { data: ledger } = useLedger(inbox.id)
  const health = healthOf(inbox, ledger)
  return (
    <Link to={inbox.id} className="inbox-card">
      <span className="inbox-card-top">
        <span className="inbox-card-icon">
          <ChannelIcon channel={inbox.channel} />
        </span>
        <span className="inbox-card-name">
          <span className="truncate" lang={languageOf(inbox.name)}>
            {inbox.name}
          </span>
          <span className="meta">{shared.channels[inbox.channel]}</span>
        </span>
        <HealthChip state={health.state} />
      </span>
      <span className="inbox-card-last">
        {inbox.lastInboundAt
          ? words.lastInbound(format.relative(new Date(inbox.lastInboundAt), now))
          : words.neverInbound}
      </span>
      {ledger && (
        <span className="inbox-card-numbers numeric">
          <Amount label={words.received} value={format.number(ledger.received)} />
          <Amount label={words.stored} value={format.number(ledger.stored)} />
          <Amount label={words.sent} value={format.number(ledger.outbound.sent)} />
        </span>
      )}
      {health.troubles.map(({ trouble, count }) => (
        <span key={trouble} className="inbox-card-trouble">
          <TriangleAlert aria-hidden="true" />
          {words.troubles[trouble](count, format.number(count))}
        </span>
      ))}
    </Link>
  )
}

function Amount({ label, value }: { label: string; value: string }) {
  return (
    <span className="inbox-card-number">
      <span className="meta">{label}</span>
      <span className="visually-hidden">: </span>
      <b>{value}</b>
    </span>
  )
}
