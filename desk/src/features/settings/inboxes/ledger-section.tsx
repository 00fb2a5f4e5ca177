/** The ledger of an inbox: what came in and what became of it, what went out, each number with what it means. */
import type { Ledger } from '@central-desk/contract/inboxes.ts'
import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useDesk } from '../../../app/desk.tsx'
import { Loaded } from '../../../app/loaded.tsx'
import { useWords } from '../../../app/preferences.tsx'
import { classes } from '../../../ui/classes.ts'
import { Section } from '../../../ui/page.tsx'
import { useNow } from '../../inbox/use-now.ts'
import { healthOf } from '../model/health.ts'
import { durationParts } from '../model/duration.ts'
import { inboxesWords } from '../words/inboxes.ts'
import { useLedger } from './queries.ts'

export function LedgerSection({ inboxId }: { inboxId: string }) {
  const words = useWords(inboxesWords)
  const query = useLedger(inboxId)
  return (
    <Section title={words.ledger} words={words.ledgerWords}>
      <Loaded query={query} shape="line" rows={3}>
        {(ledger) => <Numbers ledger={ledger} />}
      </Loaded>
    </Section>
  )
}

function Numbers({ ledger }: { ledger: Ledger }) {
  const words = useWords(inboxesWords)
  const { format } = useDesk()
  const now = useNow()
  const { outbound } = ledger
  const troubles = new Set(
    healthOf({ isEnabled: true, lastInboundAt: null }, ledger).troubles.map((one) => one.trouble),
  )
  const when = (at: string | null) => (at ? format.relative(new Date(at), now) : words.notYet)
  const lag = useDuration(ledger.lagMs)
  return (
    <>
      <Group title={words.inbound}>
        <Figure label={words.received} value={format.number(ledger.received)} hint={words.receivedHint} />
        <Figure label={words.stored} value={format.number(ledger.stored)} hint={words.storedHint} />
        <Figure label={words.shown} value={format.number(ledger.shown)} hint={words.shownHint} />
        <Figure label={words.waiting} value={format.number(ledger.waiting)} hint={words.waitingHint} />
        <Figure
          label={words.lag}
          value={ledger.waiting === 0 ? '–' : lag}
          hint={ledger.waiting === 0 ? words.lagNone : words.lagHint}
          isTrouble={troubles.has('lagging')}
        />
        <Figure
          label={words.unreadable}
          value={format.number(ledger.unreadable)}
          hint={words.unreadableHint}
          isTrouble={troubles.has('unreadable')}
        />
      </Group>
      <p className="meta">
        {words.lastReceived}: {when(ledger.lastReceivedAt)} · {words.lastStored}: {when(ledger.lastStoredAt)}
      </p>
      <Group title={words.outbound}>
        <Figure label={words.queued} value={format.number(outbound.queued)} hint={words.queuedHint} />
        <Figure label={words.sent} value={format.number(outbound.sent)} hint={words.sentHint} />
        <Figure
          label={words.failed}
          value={format.number(outbound.failed)}
          hint={words.failedHint}
          isTrouble={troubles.has('failed')}
        />
        <Figure
          label={words.uncertain}
          value={format.number(outbound.uncertain)}
          hint={words.uncertainHint}
          isTrouble={troubles.has('uncertain')}
        />
      </Group>
    </>
  )
}

function useDuration(ms: number): string {
  const { format } = useDesk()
  const { value, unit } = durationParts(ms)
  return new Intl.NumberFormat(format.locale, { style: 'unit', unit, unitDisplay: 'short' }).format(value)
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="figures-group">
      <h3>{title}</h3>
      <dl className="figures">{children}</dl>
    </div>
  )
}

interface FigureProps {
  label: string
  value: string
  hint: string
  isTrouble?: boolean
}

function Figure({ label, value, hint, isTrouble }: FigureProps) {
  return (
    <div className={classes('figure', isTrouble && 'figure-trouble')}>
      <dt>{label}</dt>
      <dd>
        <span className="figure-value numeric">
          {value}
          {isTrouble && <TriangleAlert aria-hidden="true" />}
        </span>
        <span className="figure-hint">{hint}</span>
      </dd>
    </div>
  )
}
