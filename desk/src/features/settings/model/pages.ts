/** The pages of the settings in their two groups, and which page an address stands in. Pure. */
export const SETTINGS_GROUPS = {
  me: ['profile', 'appearance', 'keyboard', 'password', 'second-factor'],
  workspace: ['workspace', 'members', 'inboxes', 'tags', 'replies'],
} as const
export type SettingsGroup = keyof typeof SETTINGS_GROUPS
export type SettingsPage = (typeof SETTINGS_GROUPS)[SettingsGroup][number]

const PAGES: ReadonlySet<string> = new Set(Object.values(SETTINGS_GROUPS).flat())

export interface Place {
  /** null: the list of pages itself, or an address that is none. */
  page: SettingsPage | null
  /** True for something within a page, such as one inbox. */
  isWithin: boolean
}

/** `/w/shop/settings/inboxes/inb_1` stands within `inboxes`. */
export function placeOf(pathname: string): Place {
  const parts = pathname.split('/').filter(Boolean).slice(3)
  const page = parts[0] !== undefined && PAGES.has(parts[0]) ? (parts[0] as SettingsPage) : null
  return { page, isWithin: page !== null && parts.length > 1 }
}
