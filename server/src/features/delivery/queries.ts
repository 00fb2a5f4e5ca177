/** All SQL of the delivery room: claims across workspaces (ids only), and one workspace's message as it is sent. */
import type { DeliveryState } from '@central-desk/contract/conversations.ts'
import { sql } from 'kysely'
import type { Database } from '../../kernel/pools.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'

export type Claim = {
  readonly workspaceId: string
  readonly messageId: string
  readonly conversationId: string
  readonly inboxId: string
  /** This try included. */
  readonly attempts: number
}
export type Share = {
  readonly limit: number
  readonly perInbox: number
  readonly perWorkspace: number
  /** One entry for each send that runs. */
  readonly inboxIds: readonly string[]
  readonly workspaceIds: readonly string[]
}

const CLAIM = sql`
  workspace_id as "workspaceId", message_id as "messageId", conversation_id as "conversationId",
  inbox_id as "inboxId", attempts
`

export async function claimDue(db: Database, now: Date, leaseUntil: Date, share: Share): Promise<Claim[]> {
  const { rows } = await sql<Claim>`
    select ${CLAIM} from app.claim_deliveries(
      ${now}, ${leaseUntil}, ${share.limit}, ${share.inboxIds}::uuid[], ${share.perInbox},
      ${share.workspaceIds}::uuid[], ${share.perWorkspace})
  `.execute(db)
  return rows
}

/** Those whose worker's lease has run out. */
export async function claimAbandoned(db: Database, now: Date, leaseUntil: Date, limit: number): Promise<Claim[]> {
  const { rows } = await sql<Claim>`
    select ${CLAIM} from app.abandoned_deliveries(${now}, ${leaseUntil}, ${limit})
  `.execute(db)
  return rows
}

export async function nextDueAt(db: Database): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`select app.next_delivery_at() as at`.execute(db)
  return rows[0]?.at ?? null
}

export function lockDelivery(tx: WorkspaceTx, messageId: string) {
  return tx.db
    .selectFrom('delivery')
    .select(['state', 'attempts'])
    .where('workspace_id', '=', tx.workspaceId)
    .where('message_id', '=', messageId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
}

export function outgoingRow(tx: WorkspaceTx, messageId: string) {
  return tx.db
    .selectFrom('message')
    .innerJoin('conversation', (join) =>
      join
        .onRef('conversation.workspace_id', '=', 'message.workspace_id')
        .onRef('conversation.id', '=', 'message.conversation_id'),
    )
    .innerJoin('contact_address', (join) =>
      join
        .onRef('contact_address.workspace_id', '=', 'conversation.workspace_id')
        .onRef('contact_address.id', '=', 'conversation.contact_address_id'),
    )
    .innerJoin('contact', (join) =>
      join
        .onRef('contact.workspace_id', '=', 'conversation.workspace_id')
        .onRef('contact.id', '=', 'conversation.contact_id'),
    )
    .select([
      'message.text_sealed',
      'message.sent_at',
      'contact_address.id as address_id',
      'contact_address.external_sealed',
      'contact.id as contact_id',
      'contact.name_sealed',
    ])
    .where('message.workspace_id', '=', tx.workspaceId)
    .where('message.id', '=', messageId)
    .executeTakeFirstOrThrow()
}

/** Puts a try on record before anything leaves. */
export async function insertAttempt(tx: WorkspaceTx, { messageId, attempts }: Claim): Promise<void> {
  await tx.db
    .insertInto('delivery_attempt')
    .values({ workspace_id: tx.workspaceId, message_id: messageId, number: attempts, started_at: tx.now })
    .execute()
}

export async function isOnRecord(tx: WorkspaceTx, { messageId, attempts }: Claim): Promise<boolean> {
  const row = await tx.db
    .selectFrom('delivery_attempt')
    .select('number')
    .where('workspace_id', '=', tx.workspaceId)
    .where('message_id', '=', messageId)
    .where('number', '=', attempts)
    .executeTakeFirst()
  return row !== undefined
}

export type AttemptEnd = {
  readonly outcome: 'accepted' | 'rejected' | 'throttled' | 'unreachable' | 'uncertain'
  readonly code: string | null
}

/** Also for a try that failed before it was on record. The first word on a try stands, unless it was accepted after all. */
export async function finishAttempt(tx: WorkspaceTx, { messageId, attempts }: Claim, end: AttemptEnd): Promise<void> {
  const ended = { finished_at: tx.now, ...end }
  await tx.db
    .insertInto('delivery_attempt')
    .values({
      workspace_id: tx.workspaceId,
      message_id: messageId,
      number: attempts,
      started_at: tx.now,
      ...ended,
    })
    .onConflict((conflict) => {
      const known = conflict.columns(['workspace_id', 'message_id', 'number']).doUpdateSet(ended)
      return end.outcome === 'accepted' ? known : known.where('delivery_attempt.finished_at', 'is', null)
    })
    .execute()
}

export async function hasUncertainAttempt(tx: WorkspaceTx, messageId: string): Promise<boolean> {
  const row = await tx.db
    .selectFrom('delivery_attempt')
    .select('number')
    .where('workspace_id', '=', tx.workspaceId)
    .where('message_id', '=', messageId)
    .where('outcome', '=', 'uncertain')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** What the other side calls the message, for its news. */
export async function rememberExternal(
  tx: WorkspaceTx,
  { inboxId, messageId }: Claim,
  externalKey: Buffer,
): Promise<void> {
  await tx.db
    .insertInto('delivery_external')
    .values({ workspace_id: tx.workspaceId, inbox_id: inboxId, external_key: externalKey, message_id: messageId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export type DeliveryChange = {
  readonly state: DeliveryState
  readonly nextAttemptAt: Date | null
  readonly reason: string | null
}

export async function moveDelivery(tx: WorkspaceTx, messageId: string, change: DeliveryChange): Promise<void> {
  await tx.db
    .updateTable('delivery')
    .set({
      state: change.state,
      next_attempt_at: change.nextAttemptAt,
      reason: change.reason,
      lease_until: null,
      updated_at: tx.now,
    })
    .where('workspace_id', '=', tx.workspaceId)
    .where('message_id', '=', messageId)
    .execute()
}
