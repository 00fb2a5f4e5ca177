/** Patches the query cache by one event of the stream. What an event does not carry is read again. */
import type { DeskEvent } from '@central-desk/contract/events.ts'
import type { QueryClient } from '@tanstack/react-query'
import { cacheKeys } from './desk.tsx'

export interface Where {
  workspaceId: string
  memberId: string
}

export function applyEvent(queries: QueryClient, where: Where, event: DeskEvent): void {
  const ws = where.workspaceId
  const reread = (queryKey: readonly unknown[]) => queries.invalidateQueries({ queryKey })
  if (event.kind === 'tags.changed') reread(cacheKeys.tags(ws))
  if (event.kind === 'members.changed') reread(cacheKeys.members(ws))
  if (event.kind === 'inboxes.changed') reread(cacheKeys.inboxes(ws))
  if (event.kind === 'savedReplies.changed') reread(cacheKeys.savedReplies(ws))
  if (event.kind === 'workspace.changed') reread(cacheKeys.workspace(ws))
}
