/**
 * The front door of inboxes: its routes, and what other rooms ask. Intake and web chat find an inbox by its public key,
 * delivery asks for what sends, the pages room asks which sites may frame the widget, the demo connects inboxes.
 */
import type { Channel, InboxSettings } from '@central-desk/contract/inboxes.ts'
import { adapterOf } from '../../channels/registry.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { Secret } from '../../kernel/secret.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { Routes } from '../../kernel/web/routes.ts'
import { connectInbox, type InboxDraft, openInbox } from './connect.ts'
import { senderSecrets } from './queries.ts'
import { mountInboxes } from './routes.ts'
import { createRouting } from './routing.ts'

export { openInbox } from './connect.ts'
export type { RoutedInbox } from './routing.ts'
export { replayAsOperator } from './unreadable.ts'

/** What delivery needs to send for an inbox. */
export type Sender = {
  readonly channel: Channel
  readonly isEnabled: boolean
  readonly settings: InboxSettings
  /** Those that are good now, newest first. */
  readonly secrets: readonly Secret[]
}

/** Only in a transaction of desk_worker: no other role may read what sends. */
export async function senderOf(tx: WorkspaceTx, inboxId: string): Promise<Sender> {
  const { channel, settings, is_enabled: isEnabled } = await openInbox(tx, inboxId)
  const rows = await senderSecrets(tx, inboxId)
  const secrets = rows.map(
    ({ id, sealed }) => new Secret(tx.keys.unsealText({ table: 'inbox_sender', row: id, field: 'credential' }, sealed)),
  )
  return { channel, isEnabled, settings, secrets }
}

export type InboxesRoom = ReturnType<typeof createInboxesRoom>

export function createInboxesRoom(kernel: Kernel) {
  const routing = createRouting(kernel)
  return {
    findInboxByKey: routing.find,
    senderOf,
    connect: (tx: WorkspaceTx, draft: InboxDraft) => connectInbox(tx, kernel, draft),

    /** Origins that may frame the widget of that inbox; null when no switched-on inbox for visitors has that key. */
    async sitesOf(inboxKey: string): Promise<readonly string[] | null> {
      const inbox = await routing.find(inboxKey)
      if (!inbox || adapterOf(inbox.channel).authentication !== 'visitor') return null
      return inbox.settings.allowedOrigins ?? []
    },
    mount: (routes: Routes) => mountInboxes(routes, kernel, routing),
  }
}
