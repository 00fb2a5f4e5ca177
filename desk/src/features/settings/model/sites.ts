/**
 * The sites that may show a chat, as bare origins: what a person types (`shop.example`, a whole page address) becomes
 * `https://shop.example`; what runs on one's own machine (`localhost:5173`) is without encryption there. Refuses what the
 * server would refuse, because an origin becomes a word of a policy. Pure.
 */
import { LIMITS } from '@central-desk/contract/limits.ts'

const ORIGIN = /^https?:\/\/(?:[a-z0-9-]+\.)*[a-z0-9-]+(?::\d{1,5})?$/
const LOOPBACK = /^(localhost|127\.0\.0\.1)$|\.localhost$/

export function siteOf(text: string): string | null {
  const typed = text.trim()
  if (typed === '' || /\s/.test(typed)) return null
  const address = addressOf(typed)
  if (!URL.canParse(address)) return null
  const { origin, hostname, username, password } = new URL(address)
  if (username !== '' || password !== '' || !ORIGIN.test(origin)) return null
  return hostname.includes('.') || LOOPBACK.test(hostname) ? origin : null
}

/** With the scheme that it will be reached by, when none is given. */
function addressOf(typed: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(typed)) return typed
  const secure = `https://${typed}`
  const isOwnMachine = URL.canParse(secure) && LOOPBACK.test(new URL(secure).hostname)
  return isOwnMachine ? `http://${typed}` : secure
}

/** A page without encryption can be changed on its way, chat and all. */
export function isUnsafeSite(site: string): boolean {
  return site.startsWith('http://') && !LOOPBACK.test(new URL(site).hostname)
}

export type Added = { sites: readonly string[] } | { problem: 'not_an_origin' | 'already_there' | 'too_many' }

export function addSite(sites: readonly string[], text: string): Added {
  const site = siteOf(text)
  if (site === null) return { problem: 'not_an_origin' }
  if (sites.includes(site)) return { problem: 'already_there' }
  if (sites.length >= LIMITS.allowedOriginsPerInbox) return { problem: 'too_many' }
  return { sites: [...sites, site] }
}
