/**
 * The workspace one is in: who one is there, what one may do, and the short lists every screen needs (members, tags,
 * inboxes, saved replies) by id. The lists are cached and kept fresh by the event stream.
 */
import { type Inbox, listInboxes } from '@central-desk/contract/inboxes.ts'
import { listMembers, type Member } from '@central-desk/contract/members.ts'
import { type Permission, type Role, roleMay } from '@central-desk/contract/permissions.ts'
import type { CurrentUser, Membership } from '@central-desk/contract/session.ts'
import {
  getWorkspace,
  listSavedReplies,
  listTags,
  type SavedReply,
  type Tag,
  type Workspace,
} from '@central-desk/contract/workspaces.ts'
import { useQuery } from '@tanstack/react-query'
import { createContext, useContext, useMemo } from 'react'
import { call } from '../lib/api.ts'
import type { Format } from '../lib/format.ts'
import { useFormat } from './preferences.tsx'

/** Where each thing stands in the query cache. Everything of a workspace begins with its id. */
export const cacheKeys = {
  workspace: (ws: string) => [ws, 'workspace'] as const,
  members: (ws: string) => [ws, 'members'] as const,
  invitations: (ws: string) => [ws, 'invitations'] as const,
  tags: (ws: string) => [ws, 'tags'] as const,
  inboxes: (ws: string) => [ws, 'inboxes'] as const,
  savedReplies: (ws: string) => [ws, 'saved-replies'] as const,
  counts: (ws: string) => [ws, 'counts'] as const,
  lists: (ws: string) => [ws, 'list'] as const,
  /** `filter` is the whole filter as JSON, view included. */
  list: (ws: string, view: string, filter: string) => [ws, 'list', view, filter] as const,
  conversations: (ws: string) => [ws, 'conversation'] as const,
  conversation: (ws: string, id: string) => [ws, 'conversation', id] as const,
  thread: (ws: string, id: string) => [ws, 'thread', id] as const,
  drafts: (ws: string, id: string) => [ws, 'drafts', id] as const,
  contact: (ws: string, id: string) => [ws, 'contact', id] as const,
  contacts: (ws: string) => [ws, 'contacts'] as const,
}

export interface Desk {
  workspaceId: string
  slug: string
  name: string
  user: CurrentUser
  memberId: string
  role: Role
  may: (permission: Permission) => boolean
  format: Format
}

export const DeskContext = createContext<Desk | null>(null)

export function useDesk(): Desk {
  const desk = useContext(DeskContext)
  if (!desk) throw new Error('useDesk needs a workspace above it')
  return desk
}

/** Makes the context value out of the session; the time zone follows once the workspace is read. */
export function useMakeDesk(user: CurrentUser, membership: Membership): Desk {
  const { workspace, memberId, role } = membership
  const settings = useQuery({
    queryKey: cacheKeys.workspace(workspace.id),
    queryFn: ({ signal }) => call(getWorkspace, { params: { workspaceId: workspace.id }, signal }),
  })
  const format = useFormat(settings.data?.timeZone)
  const name = settings.data?.name ?? workspace.name
  return useMemo(
    () => ({
      workspaceId: workspace.id,
      slug: workspace.slug,
      name,
      user,
      memberId,
      role,
      may: (permission: Permission) => roleMay(role, permission),
      format,
    }),
    [workspace, name, user, memberId, role, format],
  )
}

export function useWorkspaceSettings(): Workspace | undefined {
  const { workspaceId } = useDesk()
  return useQuery({
    queryKey: cacheKeys.workspace(workspaceId),
    queryFn: ({ signal }) => call(getWorkspace, { params: { workspaceId }, signal }),
  }).data
}

const NO_MEMBERS: readonly Member[] = []
const NO_TAGS: readonly Tag[] = []
const NO_INBOXES: readonly Inbox[] = []
const NO_REPLIES: readonly SavedReply[] = []

export function useMembers() {
  const { workspaceId } = useDesk()
  const query = useQuery({
    queryKey: cacheKeys.members(workspaceId),
    queryFn: async ({ signal }) => (await call(listMembers, { params: { workspaceId }, signal })).members,
  })
  const members = query.data ?? NO_MEMBERS
  const byId = useMemo(() => new Map(members.map((member) => [member.id, member])), [members])
  return { members, byId, query }
}

export function useTags() {
  const { workspaceId } = useDesk()
  const query = useQuery({
    queryKey: cacheKeys.tags(workspaceId),
    queryFn: async ({ signal }) => (await call(listTags, { params: { workspaceId }, signal })).tags,
  })
  const tags = query.data ?? NO_TAGS
  const byId = useMemo(() => new Map(tags.map((tag) => [tag.id, tag])), [tags])
  return { tags, byId, query }
}

export function useInboxes() {
  const { workspaceId } = useDesk()
  const query = useQuery({
    queryKey: cacheKeys.inboxes(workspaceId),
    queryFn: async ({ signal }) => (await call(listInboxes, { params: { workspaceId }, signal })).inboxes,
  })
  const inboxes = query.data ?? NO_INBOXES
  const byId = useMemo(() => new Map(inboxes.map((inbox) => [inbox.id, inbox])), [inboxes])
  return { inboxes, byId, query }
}

export function useSavedReplies() {
  const { workspaceId } = useDesk()
  const query = useQuery({
    queryKey: cacheKeys.savedReplies(workspaceId),
    queryFn: async ({ signal }) => (await call(listSavedReplies, { params: { workspaceId }, signal })).savedReplies,
  })
  return { savedReplies: query.data ?? NO_REPLIES, query }
}
