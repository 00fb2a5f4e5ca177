/**
 * The outbox of this person and workspace, wired to the network, the storage and the caches. It lives in the shell, so
 * that messages go out whatever page is open.
 */
import { sendMessage, type ThreadItem, writeNote } from '@central-desk/contract/conversations.ts'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from 'react'
import { cacheKeys, useDesk } from '../../app/desk.tsx'
import { useLive } from '../../app/live.tsx'
import { useSession } from '../../app/session.tsx'
import { call } from '../../lib/api.ts'
import { Refusal } from '../../lib/refusal.ts'
import { personalNames, readPersonal, writePersonal } from '../../lib/storage.ts'
import type { OutboxEntry } from './model/outbox.ts'
import { addItem, type ThreadState } from './model/thread.ts'
import { type OutboxIo, OutboxStore } from './outbox-store.ts'

const PREFIX = 'outbox.'
/** Longer than the silence that shows as "not confirmed"; then the same id is tried again. */
const SEND_TIMEOUT_MS = 20_000

const OutboxContext = createContext<OutboxStore | null>(null)

export function useOutbox(): OutboxStore {
  const store = useContext(OutboxContext)
  if (!store) throw new Error('useOutbox needs OutboxProvider above it')
  return store
}

export function useUnsent(): readonly OutboxEntry[] {
  const store = useOutbox()
  return useSyncExternalStore(
    (listener) => store.subscribe(listener),
    () => store.all(),
  )
}

export function OutboxProvider({ children }: { children: ReactNode }) {
  const { workspaceId, user } = useDesk()
  const queries = useQueryClient()
  const { subscribe } = useLive()
  const { session } = useSession()
  const store = useMemo(() => new OutboxStore(ioOf(queries, workspaceId, user.id)), [queries, workspaceId, user.id])

  useEffect(() => {
    store.pump()
    const wake = () => store.wake()
    const onStorage = (event: StorageEvent) => {
      const id = event.key?.split(`${user.id}.${PREFIX}`)[1]
      if (!id) return
      const entry = parse(event.newValue)
      if (!entry || entry.workspaceId === workspaceId) store.adopt(id, entry)
    }
    window.addEventListener('online', wake)
    window.addEventListener('storage', onStorage)
    return () => {
      window.removeEventListener('online', wake)
      window.removeEventListener('storage', onStorage)
    }
  }, [store, user.id, workspaceId])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new session is the reason to try again
  useEffect(() => store.wake(), [store, session?.csrfToken])
  useEffect(
    () =>
      subscribe((event) => {
        const { item } = event
        if (item && item.kind !== 'activity' && item.clientMessageId) store.confirm(item.clientMessageId)
      }),
    [subscribe, store],
  )
  return <OutboxContext value={store}>{children}</OutboxContext>
}

function parse(kept: string | null): OutboxEntry | null {
  try {
    return kept ? (JSON.parse(kept) as OutboxEntry) : null
  } catch {
    return null
  }
}

function ioOf(queries: QueryClient, workspaceId: string, userId: string): OutboxIo {
  return {
    load: () =>
      personalNames(userId, PREFIX)
        .flatMap((name) => parse(readPersonal(userId, name)) ?? [])
        .filter((entry) => entry.workspaceId === workspaceId)
        .sort((a, b) => a.createdAtMs - b.createdAtMs),
    save: (id, entry) => writePersonal(userId, PREFIX + id, entry && JSON.stringify(entry)),
    send: async (entry) => {
      try {
        return await send(entry)
      } catch (error) {
        if (error instanceof Refusal && error.code === 'teammate_replied') showAnswer(queries, entry, error)
        throw error
      }
    },
    onSent: (entry, item) =>
      queries.setQueryData<ThreadState>(
        cacheKeys.thread(workspaceId, entry.conversationId),
        (thread) => thread && addItem(thread, item),
      ),
    exclusive: async (name, run) => {
      if (!navigator.locks) return run()
      await navigator.locks.request(`central-desk-send-${name}`, { ifAvailable: true }, (lock) =>
        lock ? run() : undefined,
      )
    },
    isOnline: () => navigator.onLine,
    nowMs: () => Date.now(),
    random: () => Math.random(),
    later: (run, ms) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  }
}

/** The refusal carries what the teammate wrote; it is shown even when the stream is what is broken. */
function showAnswer(queries: QueryClient, entry: OutboxEntry, refusal: Refusal): void {
  const items = (refusal.problem.items ?? []) as readonly ThreadItem[]
  queries.setQueryData<ThreadState>(
    cacheKeys.thread(entry.workspaceId, entry.conversationId),
    (thread) => thread && items.reduce(addItem, thread),
  )
}

function send(entry: OutboxEntry): Promise<ThreadItem> {
  const { workspaceId, conversationId, clientMessageId, text } = entry
  const params = { workspaceId, conversationId }
  const attachmentIds = entry.attachments.map((attachment) => attachment.id)
  if (entry.mode === 'note') {
    return call(writeNote, { params, body: { clientMessageId, text, attachmentIds }, timeoutMs: SEND_TIMEOUT_MS })
  }
  const body = {
    clientMessageId,
    text,
    attachmentIds,
    seenNumber: entry.seenNumber,
    ...(entry.force ? { force: true } : {}),
    ...(entry.close ? { close: true } : {}),
  }
  return call(sendMessage, { params, body, timeoutMs: SEND_TIMEOUT_MS })
}
