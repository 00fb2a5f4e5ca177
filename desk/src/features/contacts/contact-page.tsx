/** One contact: who it is, how they are reached, what the team knows, and every conversation with them. */
import type { Contact } from '@central-desk/contract/contacts.ts'
import { normalisePhone } from '@central-desk/contract/phone.ts'
import { BadgeCheck, Ban, ChevronLeft, Mail, Pencil, Phone, UserRoundX } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Link, useLocation } from 'react-router'
import { useDesk, useInboxes } from '../../app/desk.tsx'
import { Loaded } from '../../app/loaded.tsx'
import { useTitle } from '../../app/page-states.tsx'
import { useText, useWords } from '../../app/preferences.tsx'
import { Refusal } from '../../lib/refusal.ts'
import { foldDigits, languageOf } from '../../lib/text.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button } from '../../ui/button.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Banner, EmptyState } from '../../ui/states.tsx'
import { ChannelIcon } from '../inbox/channel-icon.tsx'
import { useMemberName } from '../inbox/names.ts'
import { useNow } from '../inbox/use-now.ts'
import { ContactForm } from './contact-form.tsx'
import { ContactConversations } from './conversations.tsx'
import { callOf } from './model/contact-change.ts'
import { useContact } from './queries.ts'
import { useBlock } from './use-block.ts'
import { contactsWords } from './words.ts'

export function ContactPage({ contactId }: { contactId: string }) {
  const words = useWords(contactsWords)
  const { slug } = useDesk()
  const { search } = useLocation()
  const query = useContact(contactId)
  const name = (query.data && callOf(query.data)) ?? words.unnamed
  useTitle(query.data ? name : words.title)
  if (query.error instanceof Refusal && query.error.code === 'not_found') return <Unknown />
  return (
    <article className="contact-page">
      <nav className="contact-back" aria-label={words.back}>
        <Link to={`/w/${slug}/contacts${search}`}>
          <ChevronLeft aria-hidden="true" />
          {words.title}
        </Link>
      </nav>
      <Loaded query={query} shape="line">
        {(contact) => (
          <>
            <Head contact={contact} name={name} />
            {contact.blockedAt && <BlockedBanner contact={contact} name={name} since={contact.blockedAt} />}
            <About contact={contact} />
            <ContactConversations contactId={contactId} />
          </>
        )}
      </Loaded>
    </article>
  )
}

function Unknown() {
  const text = useText()
  const words = useWords(contactsWords)
  const { slug } = useDesk()
  return (
    <div className="contacts-nobody">
      <h1 className="visually-hidden">{text.notFoundTitle}</h1>
      <EmptyState
        icon={<UserRoundX />}
        title={text.notFoundTitle}
        words={text.notFoundWords}
        action={<Link to={`/w/${slug}/contacts`}>{words.back}</Link>}
      />
    </div>
  )
}

function Head({ contact, name }: { contact: Contact; name: string }) {
  const words = useWords(contactsWords)
  const { inbox: shared } = useText()
  const { format, may } = useDesk()
  const block = useBlock()
  const now = useNow()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <header className="contact-page-head">
      <Avatar name={name} seed={contact.id} size="large" />
      <div className="contact-page-who">
        <h1 ref={heading} tabIndex={-1} lang={languageOf(name)}>
          {name}
        </h1>
        <p className="meta">
          {contact.lastSeenAt ? words.seen(format.relative(new Date(contact.lastSeenAt), now)) : words.never}
        </p>
      </div>
      {may('contact.block') && !contact.blockedAt && (
        <Button
          size="small"
          look="quiet"
          icon={<Ban aria-hidden="true" />}
          onClick={() => block({ id: contact.id, name }, true)}
        >
          {shared.block}
        </Button>
      )}
    </header>
  )
}

function BlockedBanner({ contact, name, since }: { contact: Contact; name: string; since: string }) {
  const words = useWords(contactsWords)
  const { inbox: shared } = useText()
  const { may, format } = useDesk()
  const nameOf = useMemberName()
  const block = useBlock()
  return (
    <Banner
      tone="warn"
      icon={<Ban aria-hidden="true" />}
      action={
        may('contact.block') && (
          <Button size="small" onClick={() => block({ id: contact.id, name }, false)}>
            {shared.unblock}
          </Button>
        )
      }
    >
      <p>{words.blockedBy(nameOf(contact.blockedByMemberId), format.full(new Date(since)))}</p>
      <p>{words.blockedWords}</p>
    </Banner>
  )
}

function About({ contact }: { contact: Contact }) {
  const words = useWords(contactsWords)
  const { may } = useDesk()
  const [isEditing, setEditing] = useState(false)
  const edit = useRef<HTMLButtonElement>(null)
  const done = () => {
    setEditing(false)
    requestAnimationFrame(() => edit.current?.focus())
  }
  return (
    <section className="contact-part-wide" aria-labelledby="contact-about">
      <header className="contact-part-head">
        <h2 id="contact-about">{words.about}</h2>
        {may('contact.update') && !isEditing && (
          <Button ref={edit} size="small" icon={<Pencil aria-hidden="true" />} onClick={() => setEditing(true)}>
            {words.edit}
          </Button>
        )}
      </header>
      {!may('contact.update') && <p className="contact-view-only meta">{words.viewOnly}</p>}
      {isEditing ? <ContactForm contact={contact} onDone={done} /> : <Known contact={contact} />}
    </section>
  )
}

function Known({ contact }: { contact: Contact }) {
  const words = useWords(contactsWords)
  const { format } = useDesk()
  const none = <span className="contact-unknown">{words.nothing}</span>
  return (
    <Facts>
      <Fact label={words.phone}>
        {contact.phone ? (
          <a href={`tel:${normalisePhone(contact.phone) ?? contact.phone}`} className="contact-way numeric">
            <Phone aria-hidden="true" />
            {foldDigits(contact.phone)}
          </a>
        ) : (
          none
        )}
      </Fact>
      <Fact label={words.email}>
        {contact.email ? (
          <a href={`mailto:${contact.email}`} className="contact-way">
            <Mail aria-hidden="true" />
            {contact.email}
          </a>
        ) : (
          none
        )}
      </Fact>
      <Fact label={words.addresses}>
        <Addresses contact={contact} />
      </Fact>
      <Fact label={words.firstSeen}>{format.full(new Date(contact.createdAt))}</Fact>
      {contact.comment && (
        <Fact label={words.comment}>
          <p className="contact-remark" lang={languageOf(contact.comment)}>
            {contact.comment}
          </p>
        </Fact>
      )}
    </Facts>
  )
}

function Addresses({ contact }: { contact: Contact }) {
  const words = useWords(contactsWords)
  const { inbox: shared } = useText()
  const { byId } = useInboxes()
  if (contact.addresses.length === 0) return <span className="contact-unknown">{words.addressesNone}</span>
  return (
    <ul className="contact-addresses">
      {contact.addresses.map((address) => (
        <li key={address.id}>
          <ChannelIcon channel={address.channel} />
          <span className="contact-address-words">
            <span>
              {address.label}
              {address.isVerified && (
                <span className="contact-confirmed">
                  <BadgeCheck aria-hidden="true" />
                  {words.verified}
                </span>
              )}
            </span>
            <span className="meta">{byId.get(address.inboxId)?.name ?? shared.channels[address.channel]}</span>
          </span>
        </li>
      ))}
    </ul>
  )
}
