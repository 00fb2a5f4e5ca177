/**
 * Where one can go: the workspace, the views with their counts, search, contacts, settings, and the own menu with theme,
 * language and sign-out. On a phone the same as a bar of four.
 */
import { countConversations, VIEWS } from '@central-desk/contract/conversations.ts'
import { useQueries } from '@tanstack/react-query'
import {
  AlarmClock,
  Archive,
  Bell,
  BellOff,
  ChevronsUpDown,
  CircleUserRound,
  Command as CommandIcon,
  Inbox,
  Keyboard,
  Languages,
  Layers,
  LogOut,
  Monitor,
  Moon,
  Search,
  Settings,
  Sun,
  UserRound,
  UserRoundX,
  UsersRound,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { Link, NavLink } from 'react-router'
import { call } from '../lib/api.ts'
import { Avatar } from '../ui/avatar.tsx'
import { useNarrow } from '../lib/use-narrow.ts'
import { Menu, type MenuEntry } from '../ui/menu.tsx'
import { playChime } from './chime.tsx'
import { useCommandRegistry } from './commands/commands.tsx'
import { useDesk } from './desk.tsx'
import { useCounts } from './live.tsx'
import { usePreferences, useText } from './preferences.tsx'
import { otherWorkspaces, useSession } from './session.tsx'
import { useLeave } from './use-leave.ts'
import './navigation.css'

const VIEW_ICONS = {
  mine: <UserRound />,
  unassigned: <UserRoundX />,
  all: <Layers />,
  snoozed: <AlarmClock />,
  closed: <Archive />,
} as const

const ELSEWHERE_EVERY_MS = 60_000

export function Navigation() {
  const { shell } = useText()
  const { slug, format } = useDesk()
  const counts = useCounts()
  const base = `/w/${slug}`
  return (
    <nav className="nav" aria-label={shell.navigation}>
      <WorkspaceMenu />
      <ul className="nav-list">
        <NavItem to={`${base}/search`} icon={<Search />} label={shell.search} className="nav-bar" />
        <li className="nav-phone nav-bar">
          <NavLink to={`${base}/inbox`} className="nav-item">
            <Inbox aria-hidden="true" />
            <span className="nav-label">{shell.inbox}</span>
          </NavLink>
        </li>
        {VIEWS.map((view) => {
          const count = view === 'closed' ? undefined : counts?.[view]
          return (
            <NavItem
              key={view}
              to={`${base}/inbox/${view}`}
              icon={VIEW_ICONS[view]}
              label={shell[view]}
              count={count ? format.count(count) : undefined}
            />
          )
        })}
        <li className="nav-line" aria-hidden="true" />
        <NavItem to={`${base}/contacts`} icon={<UsersRound />} label={shell.contacts} className="nav-bar" />
        <NavItem to={`${base}/settings`} icon={<Settings />} label={shell.settings} />
      </ul>
      <OwnMenu />
    </nav>
  )
}

interface NavItemProps {
  to: string
  icon: ReactNode
  label: string
  count?: string | undefined
  className?: string
}

function NavItem({ to, icon, label, count, className }: NavItemProps) {
  return (
    <li className={className}>
      <NavLink to={to} className="nav-item" title={label}>
        {icon}
        <span className="nav-label">{label}</span>
        {count && <span className="nav-count numeric">{count}</span>}
      </NavLink>
    </li>
  )
}

/** The workspaces of this person as entries of a menu; none when there is but one. */
function useWorkspaceEntries(): MenuEntry[] {
  const { shell } = useText()
  const desk = useDesk()
  const { session } = useSession()
  const memberships = session?.memberships ?? []
  const openIn = useOpenElsewhere(otherWorkspaces(session, desk.workspaceId).map(({ workspace }) => workspace.id))
  if (memberships.length < 2) return []
  return [
    { kind: 'label', label: shell.workspaces },
    ...memberships.map(({ workspace }) => ({
      kind: 'item' as const,
      label: openIn(workspace.id)
        ? shell.openForYou(workspace.name, desk.format.count(openIn(workspace.id)))
        : workspace.name,
      link: <Link to={`/w/${workspace.slug}/inbox/mine`} />,
      isChosen: workspace.id === desk.workspaceId,
    })),
  ]
}

function WorkspaceMenu() {
  const { shell } = useText()
  const desk = useDesk()
  const entries = useWorkspaceEntries()
  const name = (
    <>
      <Avatar name={desk.name} seed={desk.workspaceId} className="nav-mark" />
      <span className="nav-workspace-name truncate">{desk.name}</span>
    </>
  )
  if (entries.length === 0) return <div className="nav-workspace">{name}</div>
  return (
    <Menu
      trigger={
        <button type="button" className="nav-workspace">
          {name}
          <span className="visually-hidden">: {shell.switchWorkspace}</span>
          <ChevronsUpDown className="nav-switch" aria-hidden="true" />
        </button>
      }
      entries={entries}
    />
  )
}

/** How much is open for oneself in the other workspaces: nobody streams them here, so it is asked once in a while. */
function useOpenElsewhere(workspaceIds: readonly string[]): (workspaceId: string) => number {
  const answers = useQueries({
    queries: workspaceIds.map((workspaceId) => ({
      queryKey: ['elsewhere', workspaceId],
      queryFn: ({ signal }: { signal: AbortSignal }) => call(countConversations, { params: { workspaceId }, signal }),
      staleTime: ELSEWHERE_EVERY_MS,
      refetchInterval: ELSEWHERE_EVERY_MS,
    })),
  })
  return (workspaceId) => answers[workspaceIds.indexOf(workspaceId)]?.data?.mine ?? 0
}

function OwnMenu() {
  const text = useText()
  const { shell } = text
  const { user, role, slug } = useDesk()
  const { preferences, change } = usePreferences()
  const leave = useLeave()
  const { run } = useCommandRegistry()
  // A phone has no place for the workspace's own menu, and no keys to tell of.
  const isNarrow = useNarrow()
  const workspaces = useWorkspaceEntries()
  const themes = [
    { theme: 'system', label: shell.themeSystem, icon: <Monitor /> },
    { theme: 'light', label: shell.themeLight, icon: <Sun /> },
    { theme: 'dark', label: shell.themeDark, icon: <Moon /> },
  ] as const
  return (
    <div className="nav-own nav-bar">
      <Menu
        side="top"
        trigger={
          <button type="button" className="nav-person">
            <Avatar name={user.name} seed={user.id} className="nav-mark" />
            <CircleUserRound className="nav-phone" aria-hidden="true" />
            <span className="nav-person-words">
              <span className="nav-person-name truncate">{user.name}</span>
              <span className="meta">{text.roles[role]}</span>
            </span>
            <span className="nav-label nav-phone">{shell.me}</span>
          </button>
        }
        entries={[
          ...(isNarrow && workspaces.length > 0 ? [...workspaces, { kind: 'line' as const }] : []),
          { kind: 'label', label: shell.theme },
          ...themes.map(({ theme, label, icon }) => ({
            kind: 'item' as const,
            label,
            icon,
            isChosen: preferences.theme === theme,
            onSelect: () => change({ theme }),
          })),
          { kind: 'line' },
          {
            kind: 'item',
            label: text.otherLanguage,
            lang: preferences.language === 'bn' ? 'en' : 'bn',
            icon: <Languages />,
            onSelect: () => change({ language: preferences.language === 'bn' ? 'en' : 'bn' }),
          },
          {
            kind: 'item',
            label: shell.sound,
            icon: preferences.sound ? <Bell /> : <BellOff />,
            isChosen: preferences.sound,
            onSelect: () => {
              if (!preferences.sound) playChime()
              change({ sound: !preferences.sound })
            },
          },
          { kind: 'item', label: shell.settings, icon: <Settings />, link: <Link to={`/w/${slug}/settings`} /> },
          {
            kind: 'item',
            label: shell.palette,
            icon: <CommandIcon />,
            shortcut: 'Ctrl+K',
            onSelect: () => setTimeout(() => run('palette'), 30),
          },
          !isNarrow && {
            kind: 'item',
            label: shell.shortcuts,
            icon: <Keyboard />,
            shortcut: '?',
            onSelect: () => setTimeout(() => run('sheet'), 30),
          },
          { kind: 'line' },
          { kind: 'item', label: shell.signOut, icon: <LogOut />, onSelect: leave },
        ]}
      />
    </div>
  )
}
