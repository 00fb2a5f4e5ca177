/** The sign of a channel. Its colour is never the message: the name stands in the label. */
import type { Channel } from '@central-desk/contract/inboxes.ts'
import { Globe, type LucideIcon, Webhook } from 'lucide-react'

const ICONS: Record<Channel, LucideIcon> = { webchat: Globe, api: Webhook }

export function ChannelIcon({ channel, className }: { channel: Channel; className?: string }) {
  const Icon = ICONS[channel]
  return <Icon className={className} aria-hidden="true" />
}
