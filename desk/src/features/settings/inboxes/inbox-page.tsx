/**
 * One inbox: how it does, its settings, how to connect it, its secret, what could not be read. Who may not manage inboxes
 * sees the facts and no control.
 */
import type { Channel, Inbox } from '@central-desk/contract/inboxes.ts'
import type { ComponentType } from 'react'
import { useParams } from 'react-router'
import { useDesk, useInboxes } from '../../../app/desk.tsx'
import { Loaded } from '../../../app/loaded.tsx'
import { NotFoundPage, useTitle } from '../../../app/page-states.tsx'
import { useText, useWords } from '../../../app/preferences.tsx'
import { Switch } from '../../../ui/choice.tsx'
import { Fact, Facts } from '../../../ui/facts.tsx'
import { Page, Section } from '../../../ui/page.tsx'
import { ChannelIcon } from '../../inbox/channel-icon.tsx'
import { useNow } from '../../inbox/use-now.ts'
import { healthOf } from '../model/health.ts'
import { useSayFailure } from '../say-failure.ts'
import { sayUndoable } from '../../../app/undo.ts'
import { ViewOnly } from '../view-only.tsx'
import { frameWords } from '../words/frame.ts'
import { inboxesWords } from '../words/inboxes.ts'
import { ApiConnect, ApiSettings } from './api-parts.tsx'
import { HealthChip } from './health-chip.tsx'
import { LedgerSection } from './ledger-section.tsx'
import { useLedger, useLiveLedgers, useUpdateInbox } from './queries.ts'
import { SecretSection } from './secret-section.tsx'
import { UnreadableSection } from './unreadable-section.tsx'
import { WebchatConnect } from './webchat-connect.tsx'
import { WebchatSettings } from './webchat-settings.tsx'
import './inboxes.css'

export interface InboxPartProps {
  inbox: Inbox
}

/** What is particular to a channel; everything else is shared. */
const PARTS: Record<Channel, { Settings: ComponentType<InboxPartProps>; Connect: ComponentType<InboxPartProps> }> = {
  webchat: { Settings: WebchatSettings, Connect: WebchatConnect },
  api: { Settings: ApiSettings, Connect: ApiConnect },
}

export function InboxSettingsPage() {
  const { inboxId = '' } = useParams()
  const { pages } = useWords(frameWords)
  const { byId, query } = useInboxes()
  const inbox = byId.get(inboxId)
  useLiveLedgers()
  useTitle(inbox?.name ?? pages.inboxes)
  if (query.data && !inbox) return <NotFoundPage />
  if (!inbox) {
    return (
      <Page title={pages.inboxes}>
        <Loaded query={query} shape="line">
          {() => null}
        </Loaded>
      </Page>
    )
  }
  return <OneInbox key={inbox.id} inbox={inbox} />
}

function OneInbox({ inbox }: InboxPartProps) {
  const { viewOnly } = useWords(frameWords)
  const { may } = useDesk()
  const { Settings, Connect } = PARTS[inbox.channel]
  const isManager = may('inbox.manage')
  // Before the first message one came to connect it; a ledger of zeros can wait.
  const isNew = inbox.lastInboundAt === null
  return (
    <Page title={inbox.name} words={<Under inbox={inbox} />}>
      {!isManager && (
        <>
          <ViewOnly>{viewOnly}</ViewOnly>
          <Known inbox={inbox} />
        </>
      )}
      {isManager && isNew && <Connect inbox={inbox} />}
      {may('ledger.read') && !isNew && <LedgerSection inboxId={inbox.id} />}
      {isManager && <Settings inbox={inbox} />}
      {isManager && !isNew && <Connect inbox={inbox} />}
      {may('inbox.rotateSecret') && <SecretSection inbox={inbox} />}
      {may('ledger.read') && isNew && <LedgerSection inboxId={inbox.id} />}
      {may('ledger.read') && <UnreadableSection inboxId={inbox.id} />}
      {isManager && <OnOff inbox={inbox} />}
    </Page>
  )
}

/** The line below the name: channel, state, last message. */
function Under({ inbox }: InboxPartProps) {
  const words = useWords(inboxesWords)
  const { inbox: shared } = useText()
  const { format } = useDesk()
  const now = useNow()
  const { data: ledger } = useLedger(inbox.id)
  return (
    <span className="inbox-under">
      <span className="inbox-under-channel">
        <ChannelIcon channel={inbox.channel} />
        {shared.channels[inbox.channel]}
      </span>
      <HealthChip state={healthOf(inbox, ledger).state} />
      <span>
        {inbox.lastInboundAt
          ? words.lastInbound(format.relative(new Date(inbox.lastInboundAt), now))
          : words.neverInbound}
      </span>
    </span>
  )
}

/** For who only reads: what is set, in words. */
function Known({ inbox }: InboxPartProps) {
  const words = useWords(inboxesWords)
  const { format } = useDesk()
  const { allowedOrigins = [], callbackUrl } = inbox.settings
  return (
    <Section title={words.facts}>
      <Facts>
        <Fact label={words.connectedOn}>{format.full(new Date(inbox.createdAt))}</Fact>
        {inbox.channel === 'webchat' ? (
          <Fact label={words.sites}>{allowedOrigins.length > 0 ? allowedOrigins.join(', ') : words.sitesNone}</Fact>
        ) : (
          <Fact label={words.answers}>{callbackUrl ?? words.answersNone}</Fact>
        )}
      </Facts>
    </Section>
  )
}

function OnOff({ inbox }: InboxPartProps) {
  const words = useWords(inboxesWords)
  const text = useText()
  const update = useUpdateInbox(inbox.id)
  const sayFailure = useSayFailure()
  const turn = async (isEnabled: boolean) => {
    try {
      await update({ isEnabled })
      const said = isEnabled ? words.turnedOn(inbox.name) : words.turnedOff(inbox.name)
      sayUndoable(said, text, () => update({ isEnabled: !isEnabled }).catch(sayFailure))
    } catch (error) {
      sayFailure(error)
    }
  }
  return (
    <Section title={words.switchTitle}>
      <Switch
        label={words.enabled}
        hint={words.enabledHint[inbox.channel]}
        checked={inbox.isEnabled}
        onChange={() => turn(!inbox.isEnabled)}
      />
    </Section>
  )
}
