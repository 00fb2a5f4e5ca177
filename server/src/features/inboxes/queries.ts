/** All SQL of the inboxes room. Secrets are written through these and read only where somebody verifies or sends. */
import type { Channel, InboxSettings } from '@central-desk/contract/inboxes.ts'
import type { Database } from '../../kernel/pools.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'

export type InboxRow = {
  id: string
  channel: Channel
  name: string
  key: string
  settings: InboxSettings
  is_enabled: boolean
  created_at: Date
}
export type ListedInboxRow = InboxRow & { last_received_at: Date | null }
const INBOX = ['id', 'channel', 'name', 'key', 'settings', 'is_enabled', 'created_at'] as const

export async function listInboxRows(tx: WorkspaceTx): Promise<ListedInboxRow[]> {
  const rows = await tx.db
    .selectFrom('inbox')
    .leftJoin('inbox_ledger', (join) =>
      join
        .onRef('inbox_ledger.workspace_id', '=', 'inbox.workspace_id')
        .onRef('inbox_ledger.inbox_id', '=', 'inbox.id'),
    )
    .select([...INBOX, 'inbox_ledger.last_received_at'])
    .where('inbox.workspace_id', '=', tx.workspaceId)
    .orderBy('name')
    .orderBy('id')
    .execute()
  return rows as ListedInboxRow[]
}

export async function findInboxRow(tx: WorkspaceTx, id: string): Promise<InboxRow | undefined> {
  const query = tx.db.selectFrom('inbox').select(INBOX).where('workspace_id', '=', tx.workspaceId).where('id', '=', id)
  return (await query.executeTakeFirst()) as InboxRow | undefined
}

/** Two admins who change the same inbox take turns. */
export async function lockInboxRow(tx: WorkspaceTx, id: string): Promise<InboxRow | undefined> {
  const query = tx.db.selectFrom('inbox').select(INBOX).where('workspace_id', '=', tx.workspaceId).where('id', '=', id)
  return (await query.forNoKeyUpdate().executeTakeFirst()) as InboxRow | undefined
}

/** Counts under the workspace's own lock, so that two who connect at once do not both take the last place. */
export async function countInboxesLocked(tx: WorkspaceTx): Promise<number> {
  await tx.db.selectFrom('workspace').select('id').where('id', '=', tx.workspaceId).forNoKeyUpdate().execute()
  const { count } = await tx.db
    .selectFrom('inbox')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('workspace_id', '=', tx.workspaceId)
    .executeTakeFirstOrThrow()
  return count
}

export async function insertInbox(tx: WorkspaceTx, row: InboxRow): Promise<void> {
  const workspace_id = tx.workspaceId
  await tx.db
    .insertInto('inbox')
    .values({ ...row, workspace_id, settings: JSON.stringify(row.settings) })
    .execute()
  await tx.db.insertInto('inbox_ledger').values({ workspace_id, inbox_id: row.id }).execute()
}

export async function updateInboxRow(
  tx: WorkspaceTx,
  id: string,
  row: Pick<InboxRow, 'name' | 'is_enabled' | 'settings'>,
): Promise<void> {
  await tx.db
    .updateTable('inbox')
    .set({ name: row.name, is_enabled: row.is_enabled, settings: JSON.stringify(row.settings) })
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .execute()
}

export type NewSecret = { readonly id: string; readonly inboxId: string; readonly sealed: Buffer }

export async function insertVerifier(tx: WorkspaceTx, { id, inboxId, sealed }: NewSecret): Promise<void> {
  const row = { workspace_id: tx.workspaceId, id, inbox_id: inboxId, created_at: tx.now }
  await tx.db
    .insertInto('inbox_verifier')
    .values({ ...row, secret_sealed: sealed })
    .execute()
}

export async function insertSender(tx: WorkspaceTx, { id, inboxId, sealed }: NewSecret): Promise<void> {
  const row = { workspace_id: tx.workspaceId, id, inbox_id: inboxId, created_at: tx.now }
  await tx.db
    .insertInto('inbox_sender')
    .values({ ...row, credential_sealed: sealed })
    .execute()
}

/** The newest secret goes at `until`; one that was already on its way out goes now. */
export async function retireSecrets(
  tx: WorkspaceTx,
  table: 'inbox_verifier' | 'inbox_sender',
  inboxId: string,
  until: Date,
): Promise<void> {
  const secrets = () =>
    tx.db.updateTable(table).where('workspace_id', '=', tx.workspaceId).where('inbox_id', '=', inboxId)
  await secrets().set({ retires_at: tx.now }).where('retires_at', '>', tx.now).execute()
  await secrets().set({ retires_at: until }).where('retires_at', 'is', null).execute()
}

export type SecretRow = { id: string; sealed: Buffer; retires_at: Date | null }

/** Newest first. Only desk_worker may read these. */
export function senderSecrets(tx: WorkspaceTx, inboxId: string): Promise<SecretRow[]> {
  return tx.db
    .selectFrom('inbox_sender')
    .select(['id', 'credential_sealed as sealed', 'retires_at'])
    .where('workspace_id', '=', tx.workspaceId)
    .where('inbox_id', '=', inboxId)
    .where((eb) => eb.or([eb('retires_at', 'is', null), eb('retires_at', '>', tx.now)]))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
}

export type RoutingRow = InboxRow & { workspace_id: string }

/** Whatever workspace it is in: a public key is all that a caller from outside has. Only desk_ingest may. */
export async function routingRow(db: Database, key: string): Promise<RoutingRow | undefined> {
  const query = db.selectFrom('inbox').select(['workspace_id', ...INBOX])
  return (await query.where('key', '=', key).executeTakeFirst()) as RoutingRow | undefined
}

/** Newest first. Only desk_ingest may read these. */
export function verifierSecrets(
  db: Database,
  { workspace_id, id }: Pick<RoutingRow, 'workspace_id' | 'id'>,
  now: Date,
): Promise<SecretRow[]> {
  return db
    .selectFrom('inbox_verifier')
    .select(['id', 'secret_sealed as sealed', 'retires_at'])
    .where('workspace_id', '=', workspace_id)
    .where('inbox_id', '=', id)
    .where((eb) => eb.or([eb('retires_at', 'is', null), eb('retires_at', '>', now)]))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
}
