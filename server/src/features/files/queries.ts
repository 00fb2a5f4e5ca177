/** All SQL of the files room. */
import { type Selectable, sql } from 'kysely'
import type { Database } from '../../kernel/pools.ts'
import type { WorkspaceTx } from '../../kernel/scope.ts'
import type { AttachmentTable } from '../../kernel/tables.ts'
import type { StoredFile } from './receiving.ts'

export type AttachmentRow = StoredFile & Pick<Selectable<AttachmentTable>, 'message_id' | 'note_id'>

const COLUMNS = [
  'id',
  'message_id',
  'note_id',
  'file_name_sealed',
  'key_sealed',
  'media_type',
  'byte_size',
  'width',
  'height',
] as const

export type Uploader = { readonly memberId: string } | { readonly visitorId: string }

export async function insertUpload(tx: WorkspaceTx, file: StoredFile, uploader: Uploader): Promise<AttachmentRow> {
  const by =
    'memberId' in uploader
      ? { uploaded_by_member_id: uploader.memberId }
      : { uploaded_by_visitor_id: uploader.visitorId }
  return tx.db
    .insertInto('attachment')
    .values({
      workspace_id: tx.workspaceId,
      ...file,
      ...by,
      created_at: tx.now,
    })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow()
}

export async function findAttachment(tx: WorkspaceTx, id: string): Promise<AttachmentRow | undefined> {
  return tx.db
    .selectFrom('attachment')
    .select(COLUMNS)
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** The files of these messages and notes, in the order they were given. */
export async function readAttachments(
  tx: WorkspaceTx,
  of: { messageIds: readonly string[]; noteIds: readonly string[] },
): Promise<AttachmentRow[]> {
  if (of.messageIds.length === 0 && of.noteIds.length === 0) return []
  return tx.db
    .selectFrom('attachment')
    .select(COLUMNS)
    .where('workspace_id', '=', tx.workspaceId)
    .where((eb) =>
      eb.or([
        eb('message_id', '=', sql<string>`any(${[...of.messageIds]}::uuid[])`),
        eb('note_id', '=', sql<string>`any(${[...of.noteIds]}::uuid[])`),
      ]),
    )
    .orderBy('position')
    .execute()
}

export async function isLiveMember(tx: WorkspaceTx, memberId: string): Promise<boolean> {
  const found = await tx.db
    .selectFrom('member')
    .select('id')
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', memberId)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  return found !== undefined
}

export async function isLiveVisitor(tx: WorkspaceTx, visitorId: string): Promise<boolean> {
  const found = await tx.db
    .selectFrom('visitor')
    .select('id')
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', visitorId)
    .executeTakeFirst()
  return found !== undefined
}

export async function findUnused(
  db: Database,
  before: Date,
  limit: number,
): Promise<{ workspace_id: string; attachment_id: string }[]> {
  const found = await sql<{ workspace_id: string; attachment_id: string }>`
    select workspace_id, attachment_id from app.unused_attachments(${before}, ${limit})
  `.execute(db)
  return found.rows
}

/** Deletes those that are still unused, and names them. */
export async function deleteUnused(tx: WorkspaceTx, ids: readonly string[]): Promise<string[]> {
  const gone = await tx.db
    .deleteFrom('attachment')
    .where('workspace_id', '=', tx.workspaceId)
    .where('id', '=', sql<string>`any(${[...ids]}::uuid[])`)
    .where('message_id', 'is', null)
    .where('note_id', 'is', null)
    .returning('id')
    .execute()
  return gone.map(({ id }) => id)
}
