/**
 * What rooms that may not know a channel ask about one. `app.ts` hands these in, so that the rooms name no channel and
 * import none.
 */
import { CHANNELS, type Channel } from '@central-desk/contract/inboxes.ts'
import type { ExternalContactId } from './port.ts'
import { ADAPTERS, adapterOf } from './registry.ts'
import { refuseBeyond } from './sending.ts'

export const contactAddresses = {
  /** The address of a contact as a person may read it; null when it says nothing to anybody. */
  readAddress: (channel: Channel, externalId: string): string | null =>
    adapterOf(channel).readableContactId(externalId as ExternalContactId),

  /** How the channels spell the address that reads like this. */
  addressesReadAs: (text: string): string[] => Object.values(ADAPTERS).map((adapter) => adapter.contactIdReadAs(text)),
}

/** Why the channel cannot carry a message, as a message key; null when it can. Sizes are enough to tell. */
export function refuseBeyondChannel(
  channel: string,
  message: { readonly text: string; readonly files: readonly { mediaType: string; byteSize: number }[] },
): string | null {
  const known = CHANNELS.find((word) => word === channel)
  if (!known) return 'not_configured'
  const attachments = message.files.map(({ mediaType, byteSize }) => ({ mediaType, bytes: { length: byteSize } }))
  return refuseBeyond(adapterOf(known).capabilities, { text: message.text, attachments })?.code ?? null
}
