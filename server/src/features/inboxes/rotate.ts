/**
 * Changing the signing secret of an inbox. The new one is good at once, the one before it for 24 hours more, so that
 * both ends can change over; a third is never good: rotating twice cuts an old one off.
 */
import { encodeId } from '@central-desk/contract/ids.ts'
import { adapterOf } from '../../channels/registry.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import { type InboxParts, keepNewSecret, openInboxLocked } from './connect.ts'
import { retireSecrets } from './queries.ts'

export const PREVIOUS_SECRET_GOOD_MS = 24 * 3_600_000

export async function rotateSecret(tx: WorkspaceTx, parts: InboxParts, inboxId: string) {
  const row = await openInboxLocked(tx, inboxId)
  const previousGoodUntil = new Date(tx.now.getTime() + PREVIOUS_SECRET_GOOD_MS)
  await retireSecrets(tx, 'inbox_verifier', inboxId, previousGoodUntil)
  await retireSecrets(tx, 'inbox_sender', inboxId, previousGoodUntil)
  const signingSecret = await keepNewSecret(tx, adapterOf(row.channel), inboxId, parts.randomness)
  tx.audit({ action: 'inbox.secret_rotated', target: encodeId('inbox', inboxId), after: { previousGoodUntil } })
  return { key: row.key, signingSecret, previousGoodUntil }
}
