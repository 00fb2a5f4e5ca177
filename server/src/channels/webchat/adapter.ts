/**
 * Web chat: visitors of a site write in the widget. Nothing is posted outward: the visitor's stream reads the thread
 * from the desk itself, so a stored message is sent. That the visitor's browser showed it is other news, which this
 * adapter does not claim.
 */
import { LIMITS } from '@central-desk/contract/limits.ts'
import type { Capabilities, ExternalMessageId, VisitorAdapter } from '../port.ts'
import { refuseBeyond } from '../sending.ts'
import { envelope, normalise } from './envelope.ts'
import { anonymousContactId, identifiedContactId, mintSecret, readableContactId, verifyIdentity } from './identity.ts'

const capabilities: Capabilities = {
  maxTextCharacters: LIMITS.messageCharacters,
  attachments: {
    areCarried: false,
    maxCount: LIMITS.attachmentsPerMessage,
    maxBytes: LIMITS.attachmentBytes,
    maxTotalBytes: LIMITS.attachmentsPerMessage * LIMITS.attachmentBytes,
    mediaTypes: 'any',
  },
  isIdempotent: true,
  deliveryStates: ['sent'],
  // Nothing leaves, so only trouble of the desk's own can be in the way.
  retryDelaysMs: [0, 1_000, 10_000, 60_000, 600_000],
}

export const webchat: VisitorAdapter = {
  channel: 'webchat',
  authentication: 'visitor',
  capabilities,
  credentials: { inbound: ['signingSecret'], outbound: [] },
  settingNames: ['allowedOrigins', 'colour', 'greeting'],
  mintSecret,
  normalise,
  readableContactId,
  contactIdReadAs: identifiedContactId,
  envelope,
  anonymousContactId,
  verifyIdentity,
  async send(request) {
    const beyond = refuseBeyond(capabilities, request)
    if (beyond) return beyond
    return { kind: 'accepted', externalId: request.messageId as ExternalMessageId, state: 'sent' }
  },
}
