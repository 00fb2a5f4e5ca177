/**
 * Every limit that a client can meet, by name. Lengths are counted in UTF-16 units as JSON Schema counts characters
 * (code points), byte limits in bytes. The server refuses above each of them; the screens say the number beside the field.
 */
export const LIMITS = {
  /** How long a workspace may give its members to get a second factor. */
  secondFactorGraceDays: 90,
  jsonBodyBytes: 256 * 1024,
  hookBodyBytes: 1024 * 1024,
  attachmentBytes: 20 * 1024 * 1024,
  attachmentsPerMessage: 10,
  messageCharacters: 8_000,
  noteCharacters: 8_000,
  savedReplyCharacters: 8_000,
  savedReplyShortcutCharacters: 40,
  nameCharacters: 120,
  fileNameCharacters: 200,
  emailCharacters: 254,
  passwordBytes: 1_024,
  passwordCharactersMin: 12,
  searchCharacters: 200,
  tagCharacters: 40,
  tagsPerWorkspace: 500,
  tagsPerConversation: 30,
  savedRepliesPerWorkspace: 1_000,
  membersPerWorkspace: 500,
  inboxesPerWorkspace: 100,
  allowedOriginsPerInbox: 20,
  urlCharacters: 2_000,
  externalIdCharacters: 200,
  pageSizeMax: 100,
  threadPageSize: 50,
  listPageSize: 50,
  eventReplayMax: 1_000,
} as const
