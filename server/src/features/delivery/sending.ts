/**
 * One try at one message: read it, put the try on record, send, settle. The transaction that reads has committed before
 * anything leaves, so whatever happens after it, the try is known. Never throws for what the receiver or the network
 * does; a bug or trouble of the desk's own is an outcome too, so that the message is not forgotten.
 */
import { encodeId } from '@central-desk/contract/ids.ts'
import type { Channel } from '@central-desk/contract/inboxes.ts'
import type { Adapter, ExternalContactId, OutboundFile, SendRequest } from '../../channels/port.ts'
import { rejected, SEND_TIMEOUT_MS } from '../../channels/sending.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { describeError } from '../../kernel/log.ts'
import { isDestroyed, type WorkspaceTx } from '../../kernel/scope.ts'
import { type FilesRoom, fileNameOf, readAttachments } from '../files/index.ts'
import type { Sender } from '../inboxes/index.ts'
import type { TryOutcome } from './outcome.ts'
import { type Claim, insertAttempt, lockDelivery, outgoingRow, rememberExternal } from './queries.ts'
import { externalKeyOf, type Settle } from './settle.ts'

export type SendParts = {
  readonly senderOf: (tx: WorkspaceTx, inboxId: string) => Promise<Sender>
  readonly adapterOf: (channel: Channel) => Adapter
  readonly files: Pick<FilesRoom, 'openBytes'>
}
type Ready = { readonly adapter: Adapter; readonly sender: Sender; readonly request: Omit<SendRequest, 'now'> }

export function createSend(kernel: Kernel, parts: SendParts, settle: Settle) {
  const { doors, outbound, clock, log } = kernel

  /** Null when somebody else has it by now: our lease ran out before we began. */
  async function prepare(tx: WorkspaceTx, claim: Claim): Promise<Ready | null> {
    const { state, attempts } = await lockDelivery(tx, claim.messageId)
    if (state !== 'sending' || attempts !== claim.attempts) return null
    const row = await outgoingRow(tx, claim.messageId)
    const sender = await parts.senderOf(tx, claim.inboxId)
    const adapter = parts.adapterOf(sender.channel)
    const messageId = encodeId('message', claim.messageId)
    const attachments = adapter.capabilities.attachments.areCarried ? await openFiles(tx, claim.messageId) : []
    const name = { table: 'contact', row: row.contact_id, field: 'name' }
    const address = { table: 'contact_address', row: row.address_id, field: 'external' }
    const request: Ready['request'] = {
      messageId,
      conversationId: encodeId('conversation', claim.conversationId),
      to: {
        externalId: tx.keys.unsealText(address, row.external_sealed) as ExternalContactId,
        name: row.name_sealed && tx.keys.unsealText(name, row.name_sealed),
      },
      text: tx.keys.unsealText({ table: 'message', row: claim.messageId, field: 'text' }, row.text_sealed),
      sentAt: row.sent_at,
      attachments,
      settings: sender.settings,
      secrets: sender.secrets,
      timeoutMs: SEND_TIMEOUT_MS,
    }
    await insertAttempt(tx, claim)
    const externalId = adapter.externalIdOf?.(messageId)
    if (externalId) await rememberExternal(tx, claim, externalKeyOf(tx, externalId))
    return { adapter, sender, request }
  }

  async function openFiles(tx: WorkspaceTx, messageId: string): Promise<OutboundFile[]> {
    const files: OutboundFile[] = []
    for (const row of await readAttachments(tx, { messageIds: [messageId], noteIds: [] })) {
      const bytes = await parts.files.openBytes(tx, row)
      files.push({ fileName: fileNameOf(row, tx.keys), mediaType: row.media_type, bytes })
    }
    return files
  }

  function noteTrouble(claim: Claim, error: unknown): void {
    const { workspaceId, messageId } = claim
    log.error({ workspaceId, messageId, error: describeError(error) }, 'a message could not be sent by us')
  }

  async function attempt({ adapter, sender, request }: Ready, claim: Claim): Promise<TryOutcome> {
    if (!sender.isEnabled) return rejected('not_configured', 'switched off')
    try {
      return await adapter.send({ ...request, now: clock.now() }, outbound)
    } catch (error) {
      noteTrouble(claim, error)
      return { kind: 'uncertain', code: 'desk_error', detail: '' }
    }
  }

  return async function send(claim: Claim): Promise<void> {
    let ready: Ready | null
    try {
      const options = { workspaceId: claim.workspaceId, actor: { kind: 'system' }, door: 'desk_worker' } as const
      ready = await doors.inWorkspace(options, (tx) => prepare(tx, claim))
    } catch (error) {
      if (isDestroyed(error)) return settle(claim, rejected('not_configured', 'keys destroyed'))
      noteTrouble(claim, error)
      return settle(claim, { kind: 'unreachable', code: 'desk_error', detail: '' })
    }
    if (ready) await settle(claim, await attempt(ready, claim))
  }
}
