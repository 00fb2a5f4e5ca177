/**
 * Connecting, changing and listing inboxes. A new inbox gets a public key and a signing secret; the secret is answered
 * to whoever connected it and kept sealed, once for each role that needs it. Refuses more inboxes than a workspace may
 * have. Every change is audited and told to all screens.
 */
import { encodeId } from '@central-desk/contract/ids.ts'
import type { Channel, InboxSettings } from '@central-desk/contract/inboxes.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { roleMay } from '@central-desk/contract/permissions.ts'
import type { Adapter } from '../../channels/port.ts'
import { adapterOf } from '../../channels/registry.ts'
import type { Randomness } from '../../kernel/clock.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { Actor, WorkspaceTx } from '../../kernel/scope.ts'
import {
  countInboxesLocked,
  findInboxRow,
  type InboxRow,
  insertInbox,
  insertSender,
  insertVerifier,
  listInboxRows,
  lockInboxRow,
  updateInboxRow,
} from './queries.ts'
import { fitSettings } from './settings.ts'

const KEY_CHARACTERS = 20
const KEY_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

export type InboxDraft = { readonly channel: Channel; readonly name: string; readonly settings: InboxSettings }
export type InboxChange = {
  readonly name?: string
  readonly isEnabled?: boolean
  readonly settings?: InboxSettings
}
export type InboxParts = Pick<Kernel, 'randomness' | 'mayCallLoopback'>

/** The gate: an inbox of this workspace, or 404. */
export async function openInbox(tx: WorkspaceTx, id: string): Promise<InboxRow> {
  const row = await findInboxRow(tx, id)
  if (!row) throw refuse('not_found')
  return row
}

/** The gate for whoever changes it. */
export async function openInboxLocked(tx: WorkspaceTx, id: string): Promise<InboxRow> {
  const row = await lockInboxRow(tx, id)
  if (!row) throw refuse('not_found')
  return row
}

/** 100 random bits: nobody finds an inbox by trying. */
function mintKey(randomness: Randomness): string {
  return [...randomness.bytes(KEY_CHARACTERS)].map((byte) => KEY_ALPHABET[byte % KEY_ALPHABET.length]).join('')
}

/** Makes a signing secret and keeps it where this channel needs it. The answer is the only time it is in the clear. */
export async function keepNewSecret(
  tx: WorkspaceTx,
  adapter: Adapter,
  inboxId: string,
  randomness: Randomness,
): Promise<string> {
  const secret = adapter.mintSecret(randomness)
  if (adapter.credentials.inbound.includes('signingSecret')) {
    const id = tx.nextId()
    await insertVerifier(tx, {
      id,
      inboxId,
      sealed: tx.keys.seal({ table: 'inbox_verifier', row: id, field: 'secret' }, secret),
    })
  }
  if (adapter.credentials.outbound.includes('signingSecret')) {
    const id = tx.nextId()
    await insertSender(tx, {
      id,
      inboxId,
      sealed: tx.keys.seal({ table: 'inbox_sender', row: id, field: 'credential' }, secret),
    })
  }
  return secret
}

export function inboxView(row: InboxRow, lastInboundAt: Date | null) {
  const { id, channel, name, key, settings } = row
  return { id, channel, name, key, isEnabled: row.is_enabled, settings, createdAt: row.created_at, lastInboundAt }
}

/** Who may not change an inbox reads which host is called, not what stands behind it: people put tokens there. */
function settingsFor(actor: Actor, settings: InboxSettings): InboxSettings {
  const isManager = actor.kind === 'member' && roleMay(actor.role, 'inbox.manage')
  if (isManager || !settings.callbackUrl) return settings
  return { ...settings, callbackUrl: new URL(settings.callbackUrl).origin }
}

export async function listInboxes(tx: WorkspaceTx) {
  const rows = await listInboxRows(tx)
  return rows.map((row) => inboxView({ ...row, settings: settingsFor(tx.actor, row.settings) }, row.last_received_at))
}

export async function connectInbox(tx: WorkspaceTx, parts: InboxParts, draft: InboxDraft) {
  const adapter = adapterOf(draft.channel)
  const settings = fitSettings(adapter, draft.settings, parts.mayCallLoopback)
  if ((await countInboxesLocked(tx)) >= LIMITS.inboxesPerWorkspace) throw refuse('limit_reached')
  const row: InboxRow = {
    id: tx.nextId(),
    channel: draft.channel,
    name: draft.name.trim(),
    key: mintKey(parts.randomness),
    settings,
    is_enabled: true,
    created_at: tx.now,
  }
  await insertInbox(tx, row)
  const signingSecret = await keepNewSecret(tx, adapter, row.id, parts.randomness)
  const { channel, name, key } = row
  tx.audit({ action: 'inbox.connected', target: encodeId('inbox', row.id), after: { channel, name, key, settings } })
  tx.publish({ kind: 'inboxes.changed' })
  return { inbox: inboxView(row, null), signingSecret }
}

/** Settings that are not named stay as they are. */
export async function changeInbox(tx: WorkspaceTx, parts: InboxParts, id: string, change: InboxChange) {
  const row = await openInboxLocked(tx, id)
  const given = change.settings ? fitSettings(adapterOf(row.channel), change.settings, parts.mayCallLoopback) : {}
  const changed: InboxRow = {
    ...row,
    name: change.name?.trim() ?? row.name,
    is_enabled: change.isEnabled ?? row.is_enabled,
    settings: { ...row.settings, ...given },
  }
  await updateInboxRow(tx, id, changed)
  const auditOf = ({ name, is_enabled: isEnabled, settings }: InboxRow) => ({ name, isEnabled, settings })
  tx.audit({ action: 'inbox.changed', target: encodeId('inbox', id), before: auditOf(row), after: auditOf(changed) })
  tx.publish({ kind: 'inboxes.changed' })
  return changed
}
