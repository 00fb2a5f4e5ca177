/** One workspace: its settings, tags and saved replies. */
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { idSchema } from './ids.ts'
import { LIMITS } from './limits.ts'
import { LANGUAGES } from './session.ts'
import { InWorkspace, Instant, Name, Nullable, Strict, WORKSPACE, Words } from './shapes.ts'

export const Workspace = Strict({
  id: idSchema('workspace'),
  slug: Type.String(),
  name: Type.String(),
  language: Words(LANGUAGES),
  timeZone: Type.String(),
  createdAt: Instant,
  /** Members without a second factor are kept out from then on. Null: not asked for. */
  secondFactorFrom: Nullable(Instant),
})
export type Workspace = Static<typeof Workspace>

export const getWorkspace = endpoint('getWorkspace', {
  summary: 'The settings of a workspace.',
  method: 'GET',
  path: WORKSPACE,
  access: 'workspace.read',
  params: InWorkspace,
  reply: Workspace,
})

export const updateWorkspace = endpoint('updateWorkspace', {
  summary: 'Changes the settings of a workspace.',
  method: 'PATCH',
  path: WORKSPACE,
  access: 'workspace.update',
  params: InWorkspace,
  body: Strict({
    name: Type.Optional(Name),
    language: Type.Optional(Words(LANGUAGES)),
    timeZone: Type.Optional(Type.String({ maxLength: 60 })),
    /** At most 90 days ahead; whoever asks for it needs one themselves. */
    secondFactorFrom: Type.Optional(Nullable(Instant)),
  }),
  reply: Workspace,
})

export const TAG_COLOURS = ['grey', 'teal', 'blue', 'violet', 'rose', 'amber', 'green'] as const
const TagName = Type.String({ minLength: 1, maxLength: LIMITS.tagCharacters, pattern: '\\S' })
export const Tag = Strict({ id: idSchema('tag'), name: TagName, colour: Words(TAG_COLOURS) })
export type Tag = Static<typeof Tag>
const OneTag = Strict({ workspaceId: idSchema('workspace'), tagId: idSchema('tag') })

export const listTags = endpoint('listTags', {
  summary: 'All tags, by name.',
  method: 'GET',
  path: `${WORKSPACE}/tags`,
  access: 'tag.read',
  params: InWorkspace,
  reply: Strict({ tags: Type.Array(Tag) }),
})
export const createTag = endpoint('createTag', {
  summary: 'Makes a tag.',
  method: 'POST',
  path: `${WORKSPACE}/tags`,
  access: 'tag.manage',
  params: InWorkspace,
  body: Strict({ name: TagName, colour: Words(TAG_COLOURS) }),
  reply: Tag,
  status: 201,
})
export const updateTag = endpoint('updateTag', {
  summary: 'Renames or recolours a tag.',
  method: 'PATCH',
  path: `${WORKSPACE}/tags/:tagId`,
  access: 'tag.manage',
  params: OneTag,
  body: Strict({ name: Type.Optional(TagName), colour: Type.Optional(Words(TAG_COLOURS)) }),
  reply: Tag,
})
export const deleteTag = endpoint('deleteTag', {
  summary: 'Deletes a tag and takes it off every conversation.',
  method: 'DELETE',
  path: `${WORKSPACE}/tags/:tagId`,
  access: 'tag.manage',
  params: OneTag,
})

const Shortcut = Type.String({ minLength: 1, maxLength: LIMITS.savedReplyShortcutCharacters, pattern: '^\\S+$' })
const ReplyText = Type.String({ minLength: 1, maxLength: LIMITS.savedReplyCharacters, pattern: '\\S' })
export const REPLY_LANGUAGES = ['bn', 'en', 'banglish'] as const
export const SavedReply = Strict({
  id: idSchema('savedReply'),
  shortcut: Type.String(),
  title: Type.String(),
  text: Type.String(),
  language: Words(REPLY_LANGUAGES),
  updatedAt: Instant,
})
export type SavedReply = Static<typeof SavedReply>
const OneReply = Strict({ workspaceId: idSchema('workspace'), savedReplyId: idSchema('savedReply') })

export const listSavedReplies = endpoint('listSavedReplies', {
  summary: 'All saved replies, by shortcut.',
  method: 'GET',
  path: `${WORKSPACE}/saved-replies`,
  access: 'savedReply.read',
  params: InWorkspace,
  reply: Strict({ savedReplies: Type.Array(SavedReply) }),
})
export const createSavedReply = endpoint('createSavedReply', {
  summary: 'Makes a saved reply. `{{contact.first_name|there}}` is filled in when an agent inserts it.',
  method: 'POST',
  path: `${WORKSPACE}/saved-replies`,
  access: 'savedReply.manage',
  params: InWorkspace,
  body: Strict({ shortcut: Shortcut, title: Name, text: ReplyText, language: Words(REPLY_LANGUAGES) }),
  reply: SavedReply,
  status: 201,
})
export const updateSavedReply = endpoint('updateSavedReply', {
  summary: 'Changes a saved reply.',
  method: 'PATCH',
  path: `${WORKSPACE}/saved-replies/:savedReplyId`,
  access: 'savedReply.manage',
  params: OneReply,
  body: Strict({
    shortcut: Type.Optional(Shortcut),
    title: Type.Optional(Name),
    text: Type.Optional(ReplyText),
    language: Type.Optional(Words(REPLY_LANGUAGES)),
  }),
  reply: SavedReply,
})
export const deleteSavedReply = endpoint('deleteSavedReply', {
  summary: 'Deletes a saved reply.',
  method: 'DELETE',
  path: `${WORKSPACE}/saved-replies/:savedReplyId`,
  access: 'savedReply.manage',
  params: OneReply,
})
