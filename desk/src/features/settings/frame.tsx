/**
 * The frame of the settings: its own navigation in two groups beside the page; on a phone the list first, then the page
 * with a way back. What stands within a page (one inbox, one saved reply) has a way back at every width.
 */
import {
  Building2,
  ChevronLeft,
  ChevronRight,
  CircleUserRound,
  Inbox,
  Keyboard,
  KeyRound,
  type LucideIcon,
  MessageSquareText,
  Palette,
  Smartphone,
  Tag,
  UsersRound,
} from 'lucide-react'
import { Link, Navigate, NavLink, Outlet, useLocation } from 'react-router'
import { useDesk } from '../../app/desk.tsx'
import { useTitle } from '../../app/page-states.tsx'
import { useWords } from '../../app/preferences.tsx'
import { Page } from '../../ui/page.tsx'
import { placeOf, SETTINGS_GROUPS, type SettingsGroup, type SettingsPage } from './model/pages.ts'
import { useNarrow } from '../../lib/use-narrow.ts'
import { frameWords } from './words/frame.ts'
import './frame.css'

const ICONS: Record<SettingsPage, LucideIcon> = {
  profile: CircleUserRound,
  appearance: Palette,
  keyboard: Keyboard,
  password: KeyRound,
  'second-factor': Smartphone,
  workspace: Building2,
  members: UsersRound,
  inboxes: Inbox,
  tags: Tag,
  replies: MessageSquareText,
}

export function SettingsFrame() {
  const words = useWords(frameWords)
  const isNarrow = useNarrow()
  const { slug } = useDesk()
  const { page, isWithin } = placeOf(useLocation().pathname)
  const base = `/w/${slug}/settings`
  const back = isWithin && page ? { to: `${base}/${page}`, name: words.pages[page] } : { to: base, name: words.title }
  return (
    <div className="settings">
      {!isNarrow && (
        <nav className="settings-side" aria-label={words.navigation}>
          <p className="settings-title">{words.title}</p>
          <SettingsList />
        </nav>
      )}
      <div className="settings-content">
        {(isWithin || (isNarrow && page)) && (
          <nav className="settings-back" aria-label={words.backTo(back.name)}>
            <Link to={back.to}>
              <ChevronLeft aria-hidden="true" />
              {back.name}
            </Link>
          </nav>
        )}
        <Outlet />
      </div>
    </div>
  )
}

/** `/settings` itself: the list on a phone; beside a list that is there anyway, the first page. */
export function SettingsIndex() {
  const words = useWords(frameWords)
  const isNarrow = useNarrow()
  useTitle(words.title)
  if (!isNarrow) return <Navigate to="profile" replace />
  return (
    <Page title={words.title}>
      <nav aria-label={words.navigation}>
        <SettingsList />
      </nav>
    </Page>
  )
}

function SettingsList() {
  const words = useWords(frameWords)
  const { slug } = useDesk()
  return (Object.keys(SETTINGS_GROUPS) as SettingsGroup[]).map((group) => (
    <div key={group} className="settings-group">
      <p id={`settings-${group}`} className="settings-group-name">
        {words.groups[group]}
      </p>
      <ul aria-labelledby={`settings-${group}`}>
        {SETTINGS_GROUPS[group].map((page) => {
          const Icon = ICONS[page]
          return (
            <li key={page}>
              <NavLink to={`/w/${slug}/settings/${page}`} className="settings-link">
                <Icon aria-hidden="true" />
                <span>{words.pages[page]}</span>
                <ChevronRight className="settings-chevron" aria-hidden="true" />
              </NavLink>
            </li>
          )
        })}
      </ul>
    </div>
  ))
}
