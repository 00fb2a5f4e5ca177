/**
 * Reading contacts and their conversations. The list goes by recency, so a message from anybody may move it: it is read
 * again soon after one. A contact's conversations follow the events that name that contact.
 */
import { type Contact, getContact, listContacts } from '@central-desk/contract/contacts.ts'
import { listConversations, type View } from '@central-desk/contract/conversations.ts'
import type { DeskEvent } from '@central-desk/contract/events.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { cacheKeys, useDesk } from '../../app/desk.tsx'
import { useLive } from '../../app/live.tsx'
import { call } from '../../lib/api.ts'

const AFTER_EVENT_MS = 1_500
const CONVERSATIONS_SHOWN = 20

/** Runs `refresh` soon after an event that concerns it; a burst runs it once. */
function useAfterEvents(concerns: (event: DeskEvent) => boolean, refresh: () => void): void {
  const { subscribe } = useLive()
  const latest = useRef({ concerns, refresh })
  useEffect(() => {
    latest.current = { concerns, refresh }
  })
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = subscribe((event) => {
      if (!latest.current.concerns(event)) return
      timer ??= setTimeout(() => {
        timer = undefined
        latest.current.refresh()
      }, AFTER_EVENT_MS)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [subscribe])
}

export function useContacts(q: string, onlyBlocked: boolean) {
  const { workspaceId } = useDesk()
  const queries = useQueryClient()
  useAfterEvents(
    ({ kind, item }) => kind === 'message.created' && item?.kind === 'message' && item.direction === 'in',
    () => queries.invalidateQueries({ queryKey: cacheKeys.contacts(workspaceId) }),
  )
  return useInfiniteQuery({
    queryKey: [...cacheKeys.contacts(workspaceId), q, onlyBlocked],
    queryFn: ({ pageParam, signal }) => {
      const query = {
        limit: LIMITS.listPageSize,
        ...(q === '' ? {} : { q }),
        ...(onlyBlocked ? { only: 'blocked' as const } : {}),
        ...(pageParam === null ? {} : { cursor: pageParam }),
      }
      return call(listContacts, { params: { workspaceId }, query, signal })
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  })
}

export function useContact(contactId: string) {
  const { workspaceId } = useDesk()
  const queries = useQueryClient()
  return useQuery<Contact>({
    queryKey: cacheKeys.contact(workspaceId, contactId),
    queryFn: ({ signal }) => call(getContact, { params: { workspaceId, contactId }, signal }),
    // What the list knows is shown at once and read again behind it.
    placeholderData: () => {
      const lists = queries.getQueriesData<{ pages: { contacts: Contact[] }[] }>({
        queryKey: cacheKeys.contacts(workspaceId),
      })
      for (const [, list] of lists) {
        const found = list?.pages.flatMap((page) => page.contacts).find(({ id }) => id === contactId)
        if (found) return found
      }
      return undefined
    },
  })
}

/** The conversations of a contact in one view, newest first. */
export function useConversationsOf(contactId: string, view: View) {
  const { workspaceId } = useDesk()
  const queries = useQueryClient()
  const queryKey = [...cacheKeys.contact(workspaceId, contactId), 'conversations', view]
  useAfterEvents(
    ({ conversation }) => conversation?.contact.id === contactId,
    () => queries.invalidateQueries({ queryKey }),
  )
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => {
      const cursor = pageParam === null ? {} : { cursor: pageParam }
      const query = { view, contactId, limit: CONVERSATIONS_SHOWN, ...cursor }
      return call(listConversations, { params: { workspaceId }, query, signal })
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  })
}
