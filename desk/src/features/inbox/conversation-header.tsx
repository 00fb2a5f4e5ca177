/**
 * Above the thread: who, where from, in which state, and the acts one does most. Each act is a button with its key; what
 * a role may not do is left out.
 */
import type { ListedRow } from '@central-desk/contract/conversations.ts'
import {
  AlarmClock,
  Archive,
  ArchiveRestore,
  ArrowLeft,
  Ban,
  CircleDashed,
  CircleDot,
  Ellipsis,
  Info,
  Link2,
  MailOpen,
} from 'lucide-react'
import { useDesk, useInboxes } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { languageOf } from '../../lib/text.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { toast } from '../../ui/toast.tsx'
import { ChannelIcon } from './channel-icon.tsx'
import { contactName } from './names.ts'
import { AssignPicker, SnoozePicker, TagPicker } from './pickers.tsx'
import { useNow } from './use-now.ts'
import './header.css'

export type OpenPicker = 'assign' | 'tags' | 'snooze' | null

interface Props {
  row: ListedRow
  picker: OpenPicker
  onPicker: (picker: OpenPicker) => void
  onStatus: (status: ListedRow['status'], done: string, snoozedUntil?: string | null) => void
  onToggleClosed: () => void
  onUnread: () => void
  onBlock: (isBlocked: boolean) => void
  onBack: () => void
  onPanel: () => void
}

export function ConversationHeader(props: Props) {
  const { row, picker, onPicker, onStatus, onToggleClosed, onBack, onPanel } = props
  const { inbox } = useText()
  const { may } = useDesk()
  const name = contactName(row.contact)
  const isClosed = row.status === 'closed'
  // While the contact is blocked nothing of theirs comes before the team.
  const mayChange = may('conversation.changeStatus') && !row.contact.isBlocked
  const opened = (which: OpenPicker) => ({
    isOpen: picker === which,
    onOpenChange: (isOpen: boolean) => onPicker(isOpen ? which : null),
  })
  return (
    <header className="talk-head">
      <IconButton
        className="only-phone"
        label={inbox.backToList}
        icon={<ArrowLeft />}
        onClick={onBack}
        hasTooltip={false}
      />
      <div className="talk-who">
        <h2 className="talk-name truncate" lang={languageOf(name)}>
          {name}
        </h2>
        <StateLine row={row} />
      </div>
      <div className="talk-acts">
        {may('conversation.assign') && <AssignPicker row={row} {...opened('assign')} />}
        {may('conversation.tag') && <TagPicker row={row} {...opened('tags')} />}
        {mayChange && !isClosed && (
          <SnoozePicker onPick={(until, done) => onStatus('snoozed', done, until)} {...opened('snooze')} />
        )}
        {mayChange && (
          <Button
            className="talk-close"
            size="small"
            icon={isClosed ? <ArchiveRestore /> : <Archive />}
            data-tip={isClosed ? undefined : inbox.closeHint}
            data-key="E"
            onClick={onToggleClosed}
          >
            {isClosed ? inbox.reopen : inbox.close}
          </Button>
        )}
        <MoreMenu {...props} />
        <IconButton className="talk-panel-button" label={inbox.showContact} icon={<Info />} onClick={onPanel} />
      </div>
    </header>
  )
}

function StateLine({ row }: { row: ListedRow }) {
  const { inbox } = useText()
  const { format } = useDesk()
  const { byId } = useInboxes()
  const now = useNow()
  const source = byId.get(row.inboxId)?.name ?? inbox.channels[row.channel]
  const state = row.contact.isBlocked
    ? inbox.blocked
    : row.status === 'snoozed'
      ? row.snoozedUntil
        ? inbox.snoozedUntil(format.moment(new Date(row.snoozedUntil), now))
        : inbox.snoozedUntilReply
      : row.status === 'open'
        ? null
        : inbox.statuses[row.status]
  return (
    <p className="talk-state meta truncate">
      <span className="numeric">{inbox.number(row.number)}</span>
      <span aria-hidden="true">·</span>
      <ChannelIcon channel={row.channel} />
      <span className="truncate">{source}</span>
      {state && (
        <>
          <span aria-hidden="true">·</span>
          <span className={`talk-status talk-status-${row.contact.isBlocked ? 'blocked' : row.status}`}>{state}</span>
        </>
      )}
    </p>
  )
}

function MoreMenu({ row, onStatus, onToggleClosed, onUnread, onBlock, onPicker }: Props) {
  const { inbox } = useText()
  const { may } = useDesk()
  const { isBlocked } = row.contact
  const mayChange = may('conversation.changeStatus') && !isBlocked
  const isClosed = row.status === 'closed'
  const copyLink = () =>
    navigator.clipboard.writeText(window.location.href).then(() => toast({ words: inbox.linkCopied }))
  return (
    <Menu
      align="end"
      trigger={<IconButton label={inbox.moreActions} icon={<Ellipsis />} />}
      entries={[
        mayChange && {
          kind: 'item',
          label: isClosed ? inbox.reopen : inbox.close,
          icon: isClosed ? <ArchiveRestore /> : <Archive />,
          shortcut: 'E',
          onSelect: onToggleClosed,
        },
        mayChange &&
          !isClosed && {
            kind: 'item',
            label: inbox.snooze,
            icon: <AlarmClock />,
            shortcut: 'H',
            // The menu gives the focus back first; then the picker may take it.
            onSelect: () => setTimeout(() => onPicker('snooze'), 50),
          },
        mayChange &&
          row.status !== 'pending' && {
            kind: 'item',
            label: inbox.setPending,
            icon: <CircleDashed />,
            onSelect: () => onStatus('pending', inbox.pendingDone),
          },
        mayChange &&
          row.status !== 'open' &&
          !isClosed && {
            kind: 'item',
            label: inbox.setOpen,
            icon: <CircleDot />,
            onSelect: () => onStatus('open', inbox.openDone),
          },
        row.lastInboundNumber > 0 &&
          !isBlocked && {
            kind: 'item',
            label: inbox.markUnread,
            icon: <MailOpen />,
            shortcut: 'Shift+U',
            onSelect: onUnread,
          },
        { kind: 'item', label: inbox.copyLink, icon: <Link2 />, onSelect: copyLink },
        may('contact.block') && { kind: 'line' },
        may('contact.block') && {
          kind: 'item',
          label: isBlocked ? inbox.unblock : inbox.block,
          icon: <Ban />,
          isDanger: !isBlocked,
          onSelect: () => onBlock(!isBlocked),
        },
      ]}
    />
  )
}
