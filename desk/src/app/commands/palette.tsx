/**
 * One field that knows everything: acts on the open conversation, places to go, conversations and contacts by name,
 * saved replies. Found in Bangla, English and Banglish; each row shows its key; what was used last comes first.
 */
import { listContacts } from '@central-desk/contract/contacts.ts'
import type { ListedRow } from '@central-desk/contract/conversations.ts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useMemo, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { offerText } from '../../features/inbox/give-back.ts'
import type { ListState } from '../../features/inbox/model/list.ts'
import { contactName } from '../../features/inbox/names.ts'
import { call } from '../../lib/api.ts'
import { bestOf } from '../../lib/find.ts'
import { languageOf } from '../../lib/text.ts'
import { Key } from '../../ui/key.tsx'
import { DialogPopup } from '../../ui/overlays/index.ts'
import { cacheKeys, useDesk, useSavedReplies } from '../desk.tsx'
import { type Text, useText } from '../preferences.tsx'
import { otherWorkspaces, useSession } from '../session.tsx'
import { ALIASES } from './aliases.ts'
import { useCommandRegistry } from './commands.tsx'
import { COMMANDS, type CommandId, ON_CONVERSATION, shortcutOf } from './keymap.ts'
import '../../ui/popover.css'
import './palette.css'

export { ShortcutSheet } from './shortcut-sheet.tsx'

type Section = keyof Text['commands']['sections']

interface Item {
  id: string
  section: Section
  label: string
  words: string
  shortcut: string | null
  run: () => void
}

/** Of no use by name: keys do them. */
const LEFT_OUT: ReadonlySet<CommandId> = new Set(['palette', 'panes', 'open', 'back', 'next', 'previous'])
/** Of the commands, while nothing is looked for. */
const SECTION_ORDER: readonly Section[] = ['conversation', 'go', 'desk']
const SHOWN_PER_SECTION = 6
const FOUND_MAX = 24
const RECENT_MAX = 8

/** The commands used last, the newest first; forgotten with the page. */
let recent: readonly string[] = []

function sectionOf(command: CommandId): Section {
  if (ON_CONVERSATION.has(command)) return 'conversation'
  return command.startsWith('go') || command === 'search' ? 'go' : 'desk'
}

function useCommandItems(): Item[] {
  const text = useText()
  const registry = useCommandRegistry()
  return useMemo(() => {
    const available = registry.available()
    return COMMANDS.filter((command) => available.has(command) && !LEFT_OUT.has(command)).map((command) => ({
      id: command,
      section: sectionOf(command),
      label: text.commands.names[command],
      words: ALIASES[command],
      shortcut: shortcutOf(command),
      run: () => registry.run(command),
    }))
  }, [registry, text])
}

function useOtherItems(find: string): Item[] {
  const { inbox, shell } = useText()
  const { workspaceId, slug } = useDesk()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const { savedReplies } = useSavedReplies()
  const { session } = useSession()
  const q = find.trim()
  const { data } = useQuery({
    queryKey: [...cacheKeys.contacts(workspaceId), 'palette', q],
    queryFn: ({ signal }) => call(listContacts, { params: { workspaceId }, query: { q, limit: 5 }, signal }),
    enabled: q.length >= 2,
    staleTime: 30_000,
  })
  return useMemo(() => {
    const rows = new Map<string, ListedRow>()
    for (const [, list] of queries.getQueriesData<ListState>({ queryKey: cacheKeys.lists(workspaceId) })) {
      for (const row of list?.rows ?? []) rows.set(row.id, row)
    }
    const item = (section: Section, id: string, label: string, words: string, run: () => void): Item => ({
      id,
      section,
      label,
      words,
      shortcut: null,
      run,
    })
    const viewOf = (row: ListedRow) => (row.status === 'snoozed' || row.status === 'closed' ? row.status : 'all')
    return [
      ...[...rows.values()].map((row) =>
        item(
          'conversations',
          row.id,
          `${contactName(row.contact)} ${inbox.number(row.number)}`,
          `#${row.number} ${row.lastMessage?.preview ?? ''}`,
          () => navigate(`/w/${slug}/inbox/${viewOf(row)}/c/${row.id}`),
        ),
      ),
      ...(data?.contacts ?? []).map((contact) =>
        item(
          'contacts',
          contact.id,
          contact.name ?? contact.addresses[0]?.label ?? inbox.unknownName,
          `${contact.phone ?? ''} ${contact.email ?? ''} ${q}`,
          () => navigate(`/w/${slug}/contacts/${contact.id}`),
        ),
      ),
      ...otherWorkspaces(session, workspaceId).map(({ workspace }) =>
        item('go', workspace.id, workspace.name, shell.switchWorkspace, () =>
          navigate(`/w/${workspace.slug}/inbox/mine`),
        ),
      ),
      ...savedReplies.map((reply) =>
        item('replies', reply.id, reply.title, `/${reply.shortcut} ${reply.text}`, () => offerText(reply.text)),
      ),
    ]
  }, [queries, workspaceId, slug, navigate, inbox, shell, session, savedReplies, data, q])
}

/** Without a query only commands are shown, the recent ones first; with one, the best of everything. */
function useFound(find: string): readonly Item[] {
  const commands = useCommandItems()
  const others = useOtherItems(find)
  return useMemo(() => {
    const place = (item: Item) => recent.indexOf(item.id) + 1 || RECENT_MAX + 1
    const rank = (item: Item) => SECTION_ORDER.indexOf(item.section)
    if (find.trim() === '') return [...commands].sort((a, b) => place(a) - place(b) || rank(a) - rank(b))
    const found = bestOf(find, [...commands, ...others], (item) => `${item.label} ${item.words}`, FOUND_MAX)
    const perSection = new Map<Section, number>()
    return found.filter((item) => {
      const count = (perSection.get(item.section) ?? 0) + 1
      perSection.set(item.section, count)
      return count <= SHOWN_PER_SECTION
    })
  }, [commands, others, find])
}

/** Sections in the order in which their best item stands, each whole. */
function inSections(items: readonly Item[]): readonly { section: Section; items: readonly Item[] }[] {
  const groups = new Map<Section, Item[]>()
  for (const item of items) groups.set(item.section, [...(groups.get(item.section) ?? []), item])
  return [...groups].map(([section, list]) => ({ section, items: list }))
}

export function Palette({ onClose }: { onClose: () => void }) {
  const text = useText()
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [find, setFind] = useState('')
  const [at, setAt] = useState(0)
  const found = useFound(useDeferredValue(find))
  const sections = useMemo(() => inSections(found), [found])
  const ordered = useMemo(() => sections.flatMap((section) => section.items), [sections])
  const active = ordered[Math.min(at, ordered.length - 1)]
  useEffect(() => {
    if (active) document.getElementById(`${id}-${active.id}`)?.scrollIntoView({ block: 'nearest' })
  }, [active, id])

  const take = (item: Item) => {
    recent = [item.id, ...recent.filter((one) => one !== item.id)].slice(0, RECENT_MAX)
    onClose()
    // The dialog gives the focus back first; then the command may move it.
    setTimeout(item.run, 30)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && ordered.length > 0) {
      event.preventDefault()
      setAt((now) => (Math.min(now, ordered.length - 1) + step + ordered.length) % ordered.length)
    } else if (event.key === 'Enter' && active) {
      event.preventDefault()
      take(active)
    } else if ((event.ctrlKey || event.metaKey) && event.code === 'KeyK') {
      event.preventDefault()
      onClose()
    }
  }
  return (
    <DialogPopup
      isOpen
      onClose={onClose}
      title={text.commands.title}
      hidesTitle
      closeLabel={text.closeDialog}
      className="palette"
      initialFocus={field}
    >
      <input
        ref={field}
        className="palette-field"
        role="combobox"
        aria-label={text.commands.find}
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={active ? `${id}-${active.id}` : undefined}
        aria-autocomplete="list"
        placeholder={text.commands.find}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        value={find}
        onChange={(event) => {
          setFind(event.target.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
      />
      <div id={`${id}-list`} role="listbox" aria-label={text.commands.title} className="palette-list" hidden={!active}>
        {sections.map(({ section, items }) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options, not of form fields
          <div key={section} role="group" aria-label={text.commands.sections[section]}>
            <div className="menu-label" aria-hidden="true">
              {text.commands.sections[section]}
            </div>
            {items.map((item) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field above handles every key
              // biome-ignore lint/a11y/useFocusableInteractive: highlighted by aria-activedescendant of the field
              <div
                key={item.id}
                id={`${id}-${item.id}`}
                role="option"
                aria-selected={item === active}
                data-highlighted={item === active || undefined}
                className="menu-item"
                onClick={() => take(item)}
                onMouseMove={() => setAt(ordered.indexOf(item))}
              >
                <span className="menu-words truncate" lang={languageOf(item.label)}>
                  {item.label}
                </span>
                {item.shortcut && <Key>{item.shortcut}</Key>}
              </div>
            ))}
          </div>
        ))}
      </div>
      {!active && <p className="picker-empty">{text.commands.nothing}</p>}
    </DialogPopup>
  )
}
