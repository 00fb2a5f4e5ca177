/** Every channel of the contract, each with its adapter. A channel without one does not compile. */
import type { Channel } from '@central-desk/contract/inboxes.ts'
import { api } from './api/adapter.ts'
import type { Adapter, SignedAdapter } from './port.ts'
import { webchat } from './webchat/adapter.ts'

export const ADAPTERS = { webchat, api } as const satisfies Readonly<Record<Channel, Adapter>>

export function adapterOf(channel: Channel): Adapter {
  return ADAPTERS[channel]
}

/** For the hook address that anybody may call: only channels whose events are signed can be named there. */
export function findSignedAdapter(word: string): SignedAdapter | null {
  const found = Object.values<Adapter>(ADAPTERS).find((adapter) => adapter.channel === word)
  return found?.authentication === 'signature' ? found : null
}
