/** The endpoints of `contract/src/inboxes.ts`: a contract and one call each. */
import * as contract from '@central-desk/contract/inboxes.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Routes } from '../../kernel/web/routes.ts'
import { changeInbox, connectInbox, inboxView, listInboxes } from './connect.ts'
import { readLedger } from './ledger.ts'
import { ledgerRow } from './ledger-queries.ts'
import { rotateSecret } from './rotate.ts'
import type { InboxRouting } from './routing.ts'
import { listUnreadable, replayEvent } from './unreadable.ts'

export function mountInboxes(routes: Routes, kernel: Kernel, routing: InboxRouting): void {
  routes.workspace(contract.listInboxes, { limit: 'read' }, async (tx) => ({ inboxes: await listInboxes(tx) }))
  routes.workspace(contract.createInbox, { limit: 'write', audit: 'inbox.connected' }, (tx, { body }) =>
    connectInbox(tx, kernel, body),
  )
  routes.member(contract.updateInbox, { limit: 'write', audit: 'inbox.changed' }, async (call) => {
    const { row, ledger } = await call.inWorkspace(async (tx) => ({
      row: await changeInbox(tx, kernel, call.params.inboxId, call.body),
      ledger: await ledgerRow(tx, call.params.inboxId),
    }))
    routing.forget(row.key)
    return inboxView(row, ledger.last_received_at)
  })
  routes.member(contract.rotateInboxSecret, { limit: 'write', audit: 'inbox.secret_rotated' }, async (call) => {
    const rotated = await call.inWorkspace((tx) => rotateSecret(tx, kernel, call.params.inboxId))
    routing.forget(rotated.key)
    return rotated
  })

  routes.workspace(contract.getLedger, { limit: 'read' }, (tx, { params }) => readLedger(tx, params.inboxId))
  routes.workspace(contract.listUnreadableEvents, { limit: 'read' }, (tx, { params, query }) =>
    listUnreadable(tx, params.inboxId, query),
  )
  const replay = { limit: 'write', audit: 'inbound_event.replayed' } as const
  routes.member(contract.replayInboundEvent, replay, async (call) => {
    const replayed = await call.inWorkspace((tx) => replayEvent(tx, call.params.inboundEventId))
    kernel.signals.tell('inbound', undefined)
    return replayed
  })
}
