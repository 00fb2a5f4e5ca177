/**
 * Beside the conversation: who writes, how they are reached, what the team knows, the tags, and their other
 * conversations. On a narrow screen it slides over the thread and closes with Escape.
 */
import { type Contact, getContact } from '@central-desk/contract/contacts.ts'
import { type ListedRow, listConversations, type View } from '@central-desk/contract/conversations.ts'
import { normalisePhone } from '@central-desk/contract/phone.ts'
import { useQuery } from '@tanstack/react-query'
import { BadgeCheck, Mail, Pencil, Phone, X } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import { cacheKeys, useDesk, useTags } from '../../app/desk.tsx'
import { useText } from '../../app/preferences.tsx'
import { call } from '../../lib/api.ts'
import { foldDigits, languageOf } from '../../lib/text.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { IconButton } from '../../ui/button.tsx'
import { Chip } from '../../ui/chip.tsx'
import { classes } from '../../ui/classes.ts'
import { Skeleton } from '../../ui/states.tsx'
import { ChannelIcon } from './channel-icon.tsx'
import { contactName } from './names.ts'
import { useNow } from './use-now.ts'
import { useVerbs } from './verbs.ts'
import './contact-panel.css'

const ContactForm = lazy(() => import('../contacts/contact-form.tsx').then((m) => ({ default: m.ContactForm })))

interface Props {
  row: ListedRow
  isOpen: boolean
  onClose: () => void
}

export function ContactPanel({ row, isOpen, onClose }: Props) {
  const text = useText()
  const { inbox } = text
  const { workspaceId, may } = useDesk()
  const [isEditing, setEditing] = useState(false)
  const panel = useRef<HTMLElement>(null)
  const name = contactName(row.contact)
  const { data: contact } = useQuery({
    queryKey: cacheKeys.contact(workspaceId, row.contact.id),
    queryFn: ({ signal }) => call(getContact, { params: { workspaceId, contactId: row.contact.id }, signal }),
  })
  useEffect(() => {
    if (isOpen) panel.current?.querySelector<HTMLElement>('button')?.focus()
  }, [isOpen])
  return (
    <aside
      ref={panel}
      className={classes('contact', isOpen && 'contact-open')}
      aria-label={inbox.contactPanel}
      data-pane="contact"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return
        event.stopPropagation()
        onClose()
      }}
    >
      <header className="contact-head">
        <Avatar name={name} seed={row.contact.id} size="large" />
        <div className="contact-who">
          <h2 className="contact-name" lang={languageOf(name)}>
            {name}
          </h2>
          {row.contact.label !== name && <p className="meta truncate">{row.contact.label}</p>}
        </div>
        {may('contact.update') && contact && !isEditing && (
          <IconButton label={inbox.editContact} icon={<Pencil />} onClick={() => setEditing(true)} />
        )}
        <IconButton className="contact-close" label={text.close} icon={<X />} onClick={onClose} />
      </header>
      {!contact && <Skeleton shape="line" rows={4} />}
      {contact && isEditing && (
        <Suspense>
          <ContactForm contact={contact} onDone={() => setEditing(false)} />
        </Suspense>
      )}
      {contact && !isEditing && <Known contact={contact} name={name} waitingSince={row.waitingSince} />}
      <TagSection row={row} />
      <OtherConversations row={row} />
    </aside>
  )
}

interface KnownProps {
  contact: Contact
  /** As the panel is titled; an address that says no more is told by its channel. */
  name: string
  waitingSince: string | null
}

function Known({ contact, name, waitingSince }: KnownProps) {
  const { inbox } = useText()
  const { format } = useDesk()
  const now = useNow()
  return (
    <>
      <section className="contact-part">
        {contact.phone && (
          <p className="contact-line">
            <Phone aria-hidden="true" />
            <span className="visually-hidden">{inbox.phone}: </span>
            <a href={`tel:${normalisePhone(contact.phone) ?? contact.phone}`} className="numeric">
              {foldDigits(contact.phone)}
            </a>
          </p>
        )}
        {contact.email && (
          <p className="contact-line">
            <Mail aria-hidden="true" />
            <span className="visually-hidden">{inbox.email}: </span>
            <a href={`mailto:${contact.email}`} className="truncate">
              {contact.email}
            </a>
          </p>
        )}
        {!contact.phone && !contact.email && <p className="contact-none">{inbox.noDetails}</p>}
        {contact.comment && (
          <p className="contact-comment" lang={languageOf(contact.comment)}>
            {contact.comment}
          </p>
        )}
      </section>
      <dl className="contact-facts">
        {waitingSince && <Fact label={inbox.waiting}>{format.relative(new Date(waitingSince), now)}</Fact>}
        {contact.addresses.map((address) => (
          <Fact key={address.id} label={inbox.addresses}>
            <span className="contact-address">
              <ChannelIcon channel={address.channel} />
              <span className="truncate">
                {address.label === name ? inbox.channels[address.channel] : address.label}
              </span>
              {address.isVerified && (
                <span title={inbox.verified} className="contact-verified">
                  <BadgeCheck aria-hidden="true" />
                  <span className="visually-hidden">{inbox.verified}</span>
                </span>
              )}
            </span>
          </Fact>
        ))}
        <Fact label={inbox.firstSeen}>{format.date(new Date(contact.createdAt), now)}</Fact>
        {contact.lastSeenAt && <Fact label={inbox.lastSeen}>{format.relative(new Date(contact.lastSeenAt), now)}</Fact>}
      </dl>
    </>
  )
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="contact-fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function TagSection({ row }: { row: ListedRow }) {
  const { inbox } = useText()
  const { may } = useDesk()
  const { byId } = useTags()
  const verbs = useVerbs()
  if (row.tagIds.length === 0) return null
  return (
    <section className="contact-part">
      <h3 className="contact-title">{inbox.tags}</h3>
      <ul className="contact-tags">
        {row.tagIds.map((tagId) => {
          const tag = byId.get(tagId)
          if (!tag) return null
          const removable = may('conversation.tag')
            ? { onRemove: () => verbs.tag(row, tagId, false), removeLabel: inbox.removeTag(tag.name) }
            : {}
          return (
            <li key={tagId}>
              <Chip tint={tag.colour} {...removable}>
                {tag.name}
              </Chip>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

const SHOWN = 5
const OTHER_VIEWS: readonly View[] = ['all', 'snoozed', 'closed']

function OtherConversations({ row }: { row: ListedRow }) {
  const { inbox } = useText()
  const { workspaceId, slug, format } = useDesk()
  const now = useNow()
  const contactId = row.contact.id
  const { data } = useQuery({
    queryKey: [...cacheKeys.contact(workspaceId, contactId), 'conversations'],
    queryFn: async ({ signal }) => {
      const ask = async (view: View) => {
        const query = { view, contactId, limit: SHOWN + 1 }
        const page = await call(listConversations, { params: { workspaceId }, query, signal })
        return page.conversations.map((conversation) => ({ conversation, view }))
      }
      return (await Promise.all(OTHER_VIEWS.map(ask))).flat()
    },
  })
  const others = (data ?? []).filter(({ conversation }) => conversation.id !== row.id).slice(0, SHOWN)
  return (
    <section className="contact-part">
      <h3 className="contact-title">{inbox.otherConversations}</h3>
      {data && others.length === 0 && <p className="contact-none">{inbox.noOtherConversations}</p>}
      <ul>
        {others.map(({ conversation, view }) => (
          <li key={conversation.id}>
            <Link className="contact-other" to={`/w/${slug}/inbox/${view}/c/${conversation.id}`}>
              <span className="contact-other-top">
                <span className="numeric">{inbox.number(conversation.number)}</span>
                <span>{inbox.statuses[conversation.status]}</span>
                <time className="numeric">{format.listTime(new Date(conversation.lastActivityAt), now)}</time>
              </span>
              <span className="truncate">{conversation.lastMessage?.preview || inbox.noMessages}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
