/** An attachment as the contract shows it. */
import type { Attachment } from '@central-desk/contract/conversations.ts'
import type { WorkspaceKeys } from '../../kernel/vault/index.ts'
import type { LinkFor } from './links.ts'
import type { AttachmentRow } from './queries.ts'

export function attachmentView(row: AttachmentRow, keys: WorkspaceKeys, linkFor: LinkFor): Attachment {
  return {
    id: row.id,
    fileName: fileNameOf(row, keys),
    mediaType: row.media_type,
    byteSize: row.byte_size,
    width: row.width,
    height: row.height,
    url: linkFor(row.id),
  }
}

export function fileNameOf(row: AttachmentRow, keys: WorkspaceKeys): string {
  return keys.unsealText({ table: 'attachment', row: row.id, field: 'file_name' }, row.file_name_sealed)
}

export function fileKeyOf(row: AttachmentRow, keys: WorkspaceKeys): Buffer {
  return keys.unseal({ table: 'attachment', row: row.id, field: 'key' }, row.key_sealed)
}
