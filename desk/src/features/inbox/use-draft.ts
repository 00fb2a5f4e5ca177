/**
 * The draft of one conversation and mode: on this machine with every key, on the server after a pause and whenever the
 * field or the page is left. The newer of both is shown; another version is offered, never dropped.
 */
import { listDrafts, saveDraft } from '@central-desk/contract/conversations.ts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { patchOwn } from '../../app/apply-event.ts'
import { cacheKeys, useDesk } from '../../app/desk.tsx'
import { call } from '../../lib/api.ts'
import { readPersonal, writePersonal } from '../../lib/storage.ts'
import { noteDraftSave } from './draft-saves.ts'
import { type DraftText, reconcileDrafts } from './model/draft.ts'
import type { Mode } from './model/outbox.ts'

const SAVE_AFTER_MS = 800

export interface DraftField {
  text: string
  setText: (text: string) => void
  /** What another device wrote, when it is worth offering. */
  other: string | null
  settle: (takeOther: boolean) => void
  flush: () => void
  state: 'none' | 'local' | 'saved'
}

const nameOf = (conversationId: string, mode: Mode) => `draft.${conversationId}.${mode}`

export function readLocalDraft(userId: string, conversationId: string, mode: Mode): DraftText | null {
  try {
    const kept = readPersonal(userId, nameOf(conversationId, mode))
    return kept ? (JSON.parse(kept) as DraftText) : null
  } catch {
    return null
  }
}

/** Give it a `key` per conversation and mode: it belongs to one draft for as long as it is there. */
export function useDraft(conversationId: string, mode: Mode): DraftField {
  const { workspaceId, user } = useDesk()
  const queries = useQueryClient()
  const [text, setShown] = useState(() => readLocalDraft(user.id, conversationId, mode)?.text ?? '')
  const [other, setOther] = useState<string | null>(null)
  const [state, setState] = useState<DraftField['state']>('none')
  const unsaved = useRef<string | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const hasTyped = useRef(false)
  const params = { workspaceId, conversationId }
  const server = useQuery({
    queryKey: cacheKeys.drafts(workspaceId, conversationId),
    queryFn: ({ signal }) => call(listDrafts, { params, signal }),
    staleTime: 0,
  })

  const save = useCallback(
    async (keepalive: boolean) => {
      clearTimeout(timer.current)
      const value = unsaved.current
      if (value === null) return
      unsaved.current = null
      noteDraftSave(conversationId, Date.now())
      try {
        const where = { workspaceId, conversationId, mode }
        await call(saveDraft, { params: where, body: { text: value }, keepalive })
        if (unsaved.current !== null) return
        setState(value ? 'saved' : 'none')
        if (!value) writePersonal(user.id, nameOf(conversationId, mode), null)
      } catch {
        // Kept on this machine; the next pause tries again.
        unsaved.current ??= value
      }
    },
    [workspaceId, conversationId, mode, user.id],
  )
  const setText = useCallback(
    (next: string) => {
      hasTyped.current = true
      setShown(next)
      setState(next ? 'local' : 'none')
      // An emptied draft is kept as empty until the server knows, or its old text would come back after a reload.
      // The workspace is told along, so that what is left behind there can be found.
      const kept: DraftText & { workspaceId: string } = { text: next, updatedAtMs: Date.now(), workspaceId }
      writePersonal(user.id, nameOf(conversationId, mode), JSON.stringify(kept))
      patchOwn(queries, workspaceId, conversationId, { hasDraft: next.trim() !== '' })
      unsaved.current = next
      clearTimeout(timer.current)
      timer.current = setTimeout(() => save(false), SAVE_AFTER_MS)
    },
    [queries, workspaceId, conversationId, mode, user.id, save],
  )

  useEffect(() => {
    const found = server.data?.drafts.find((draft) => draft.mode === mode)
    if (!server.data || hasTyped.current) return
    const kept = found ? { text: found.text, updatedAtMs: Date.parse(found.updatedAt) } : null
    const result = reconcileDrafts(readLocalDraft(user.id, conversationId, mode), kept)
    setShown(result.text)
    setOther(result.other)
    if (result.text) setState(kept?.text === result.text ? 'saved' : 'local')
  }, [server.data, conversationId, mode, user.id])

  useEffect(() => {
    const leave = () => save(true)
    window.addEventListener('pagehide', leave)
    return () => {
      window.removeEventListener('pagehide', leave)
      leave()
    }
  }, [save])

  const settle = useCallback(
    (takeOther: boolean) => {
      if (takeOther && other !== null) setText(other)
      setOther(null)
    },
    [other, setText],
  )
  return { text, setText, other, settle, flush: () => save(false), state }
}
