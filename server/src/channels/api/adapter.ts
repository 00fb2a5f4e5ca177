/**
 * The API inbox: any program posts signed messages in and receives signed messages out. The public contract is
 * README.md beside this file.
 */
import { LIMITS } from '@central-desk/contract/limits.ts'
import type { Capabilities, ExternalContactId, ExternalMessageId, SignedAdapter } from '../port.ts'
import { normalise } from './normalise.ts'
import { send } from './send.ts'
import { mintSecret, verify } from './signature.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const capabilities: Capabilities = {
  maxTextCharacters: LIMITS.messageCharacters,
  attachments: {
    areCarried: true,
    maxCount: LIMITS.attachmentsPerMessage,
    maxBytes: LIMITS.attachmentBytes,
    // They travel inside one JSON body, a third longer as base64.
    maxTotalBytes: LIMITS.attachmentBytes,
    mediaTypes: 'any',
  },
  isIdempotent: true,
  deliveryStates: ['sent', 'delivered', 'read', 'failed'],
  retryDelaysMs: [0, 5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR],
}

export const api: SignedAdapter = {
  channel: 'api',
  authentication: 'signature',
  capabilities,
  credentials: { inbound: ['signingSecret'], outbound: ['signingSecret'] },
  settingNames: ['callbackUrl'],
  mintSecret,
  verify,
  normalise,
  externalIdOf: (messageId) => messageId as ExternalMessageId,
  readableContactId: (id) => id,
  contactIdReadAs: (text) => text as ExternalContactId,
  send: (request, http) => send(capabilities, request, http),
}
