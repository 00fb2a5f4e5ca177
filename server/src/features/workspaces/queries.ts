/** All SQL of the workspaces room, inside the transaction of one workspace. */
import type { SavedReply, Tag } from '@central-desk/contract/workspaces.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'

export type WorkspaceRow = {
  id: string
  slug: string
  name: string
  language: 'en' | 'bn'
  time_zone: string
  created_at: Date
  second_factor_from: Date | null
}

export function selectWorkspace(tx: WorkspaceTx, lock?: 'forUpdate'): Promise<WorkspaceRow> {
  const query = tx.db
    .selectFrom('workspace')
    .select(['id', 'slug', 'name', 'language', 'time_zone', 'created_at', 'second_factor_from'])
    .where('id', '=', tx.workspaceId)
  return (lock ? query.forNoKeyUpdate() : query).executeTakeFirstOrThrow()
}

/** Whether the member who acts has a second factor of their own. */
export async function hasSecondFactor(tx: WorkspaceTx, memberId: string): Promise<boolean> {
  const { has_second_factor } = await tx.db
    .selectFrom('member')
    .select('has_second_factor')
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', memberId)
    .executeTakeFirstOrThrow()
  return has_second_factor
}

export async function storeSettings(
  tx: WorkspaceTx,
  settings: { name: string; language: 'en' | 'bn'; timeZone: string; secondFactorFrom: Date | null },
): Promise<void> {
  const { name, language, timeZone, secondFactorFrom } = settings
  await tx.db
    .updateTable('workspace')
    .set({ name, language, time_zone: timeZone, second_factor_from: secondFactorFrom })
    .where('id', '=', tx.workspaceId)
    .execute()
}

export type TagRow = { id: string; name: string; name_folded: string; colour: Tag['colour'] }
const TAG = ['id', 'name', 'name_folded', 'colour'] as const

export function selectTags(tx: WorkspaceTx): Promise<TagRow[]> {
  return tx.db.selectFrom('tag').select(TAG).where('workspace_id', '=', tx.workspaceId).orderBy('name_folded').execute()
}

export function selectTag(tx: WorkspaceTx, id: string): Promise<TagRow | undefined> {
  return tx.db
    .selectFrom('tag')
    .select(TAG)
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

export async function countTags(tx: WorkspaceTx): Promise<number> {
  const { count } = await tx.db
    .selectFrom('tag')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('workspace_id', '=', tx.workspaceId)
    .executeTakeFirstOrThrow()
  return count
}

export async function insertTag(tx: WorkspaceTx, row: TagRow): Promise<void> {
  await tx.db
    .insertInto('tag')
    .values({ ...row, workspace_id: tx.workspaceId, created_at: tx.now })
    .execute()
}

export async function storeTag(tx: WorkspaceTx, id: string, change: Omit<TagRow, 'id'>): Promise<void> {
  await tx.db.updateTable('tag').set(change).where('workspace_id', '=', tx.workspaceId).where('id', '=', id).execute()
}

export async function removeTag(tx: WorkspaceTx, id: string): Promise<void> {
  await tx.db.deleteFrom('tag').where('workspace_id', '=', tx.workspaceId).where('id', '=', id).execute()
}

export type SavedReplyRow = {
  id: string
  shortcut: string
  title: string
  text_sealed: Buffer
  language: SavedReply['language']
  updated_at: Date
}
const SAVED_REPLY = ['id', 'shortcut', 'title', 'text_sealed', 'language', 'updated_at'] as const

export function selectSavedReplies(tx: WorkspaceTx): Promise<SavedReplyRow[]> {
  return tx.db
    .selectFrom('saved_reply')
    .select(SAVED_REPLY)
    .where('workspace_id', '=', tx.workspaceId)
    .orderBy('shortcut')
    .execute()
}

export function selectSavedReply(tx: WorkspaceTx, id: string): Promise<SavedReplyRow | undefined> {
  return tx.db
    .selectFrom('saved_reply')
    .select(SAVED_REPLY)
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

export async function countSavedReplies(tx: WorkspaceTx): Promise<number> {
  const { count } = await tx.db
    .selectFrom('saved_reply')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('workspace_id', '=', tx.workspaceId)
    .executeTakeFirstOrThrow()
  return count
}

export async function insertSavedReply(tx: WorkspaceTx, row: SavedReplyRow): Promise<void> {
  await tx.db
    .insertInto('saved_reply')
    .values({ ...row, workspace_id: tx.workspaceId, created_at: tx.now })
    .execute()
}

export async function storeSavedReply(tx: WorkspaceTx, { id, ...change }: SavedReplyRow): Promise<void> {
  await tx.db
    .updateTable('saved_reply')
    .set(change)
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .execute()
}

export async function removeSavedReply(tx: WorkspaceTx, id: string): Promise<void> {
  await tx.db.deleteFrom('saved_reply').where('workspace_id', '=', tx.workspaceId).where('id', '=', id).execute()
}
