/**
 * Settings of an inbox: which a channel knows, and in which spelling they are kept. Sites are kept as bare origins of
 * plain host names, because they become words of a content security policy, where a stray character would be another
 * word. Every field that does not fit is named at once.
 */
import type { FieldProblem } from '@central-desk/contract/errors.ts'
import type { InboxSettings } from '@central-desk/contract/inboxes.ts'
import type { Adapter } from '../../channels/port.ts'
import { refuseTarget } from '../../kernel/outbound.ts'
import { refuse } from '../../kernel/refusal.ts'

const ORIGIN = /^https?:\/\/(?:[a-z0-9-]+\.)*[a-z0-9-]+(?::\d{1,5})?$/

/** The origin of a page's address, or null when it has none that a policy can name. */
export function siteOf(address: string): string | null {
  if (!URL.canParse(address)) return null
  const { origin, username, password } = new URL(address)
  return username === '' && password === '' && ORIGIN.test(origin) ? origin : null
}

/** The settings as they are kept; throws a refusal that names every field that does not fit. */
export function fitSettings(adapter: Adapter, settings: InboxSettings, mayCallLoopback: boolean): InboxSettings {
  const problems: FieldProblem[] = []
  const known: readonly string[] = adapter.settingNames
  for (const name of Object.keys(settings)) {
    if (!known.includes(name)) problems.push({ field: `settings.${name}`, code: 'not_for_this_channel' })
  }
  const fitted: InboxSettings = { ...settings }
  if (settings.allowedOrigins) {
    const sites = settings.allowedOrigins.map(siteOf)
    for (const [place, site] of sites.entries()) {
      if (site === null) problems.push({ field: `settings.allowedOrigins.${place}`, code: 'not_an_origin' })
    }
    fitted.allowedOrigins = [...new Set(sites.filter((site) => site !== null))]
  }
  if (settings.callbackUrl) {
    const code = refuseTarget(settings.callbackUrl, mayCallLoopback)
    if (code) problems.push({ field: 'settings.callbackUrl', code })
  }
  if (problems.length > 0) throw refuse('invalid_fields', { fields: problems })
  return fitted
}
