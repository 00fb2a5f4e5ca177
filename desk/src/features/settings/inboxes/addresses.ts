/** Where an inbox is reached from outside: the widget's origin, which the page was told, and the hook on this desk. */
import { receiveHook } from '@central-desk/contract/hooks.ts'
import type { Inbox } from '@central-desk/contract/inboxes.ts'
import { addressOf } from '../../../lib/address.ts'

export function widgetOrigin(): string {
  const told = document.querySelector<HTMLMetaElement>('meta[name="widget-origin"]')?.content ?? ''
  if (URL.canParse(told)) return new URL(told).origin
  throw new Error('The page was not told where the widget lives')
}

export function hookAddress(inbox: Pick<Inbox, 'channel' | 'key'>): string {
  return location.origin + addressOf(receiveHook.path, { channel: inbox.channel, inboxKey: inbox.key })
}
