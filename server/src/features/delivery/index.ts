/**
 * The front door of delivery: nothing but its worker. Rooms that queue a message write its `delivery` row and tell the
 * signal `deliveries` after the commit; what became of it comes back as `message.delivery` events.
 */
import type { Channel } from '@central-desk/contract/inboxes.ts'
import type { Adapter } from '../../channels/port.ts'
import { adapterOf as registered } from '../../channels/registry.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { createSend, type SendParts } from './sending.ts'
import { createSettle } from './settle.ts'
import { startWorker } from './worker.ts'

export type DeliveryParts = {
  readonly inboxes: Pick<SendParts, 'senderOf'>
  readonly files: SendParts['files']
  /** Which adapter sends for a channel; the registry's unless a test says otherwise. */
  readonly adapterOf?: (channel: Channel) => Adapter
}

export function createDeliveryRoom(kernel: Kernel, { inboxes, files, adapterOf = registered }: DeliveryParts) {
  const { settle, settleAbandoned } = createSettle(kernel, { adapterOf })
  const send = createSend(kernel, { senderOf: inboxes.senderOf, adapterOf, files }, settle)
  return {
    start: () => startWorker(kernel, { send, settleAbandoned }),
  }
}
