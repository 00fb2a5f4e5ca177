/**
 * The files an agent is about to send, per conversation and mode, kept while one looks at another conversation. A file
 * is uploaded as soon as it is chosen; limits are checked before. Not kept over a reload: files cannot be.
 */
import type { Attachment } from '@central-desk/contract/conversations.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { isProgramName } from '@central-desk/contract/program-files.ts'
import { useCallback, useSyncExternalStore } from 'react'
import { Refusal } from '../../lib/refusal.ts'
import { upload } from '../../lib/upload.ts'
import type { Mode } from './model/outbox.ts'

export interface TrayFile {
  key: string
  name: string
  byteSize: number
  /** For a thumbnail; freed when the file leaves the tray. */
  previewUrl: string | null
  /** From 0 to 1. */
  progress: number
  state: 'uploading' | 'ready' | 'failed'
  attachment: Attachment | null
  /** The desk looked at it and will never take it: no use in trying again. */
  isProgram: boolean
}

interface Entry extends TrayFile {
  file: File
  abort: AbortController
}

export type TrayProblem = { kind: 'tooLarge' | 'program'; name: string } | { kind: 'tooMany' }

const EMPTY: readonly Entry[] = []
const trays = new Map<string, readonly Entry[]>()
const listeners = new Set<() => void>()
let counter = 0

function set(key: string, files: readonly Entry[]): void {
  if (files.length > 0) trays.set(key, files)
  else trays.delete(key)
  for (const listener of listeners) listener()
}

function patch(key: string, fileKey: string, change: Partial<Entry>): void {
  const files = trays.get(key) ?? EMPTY
  set(
    key,
    files.map((file) => (file.key === fileKey ? { ...file, ...change } : file)),
  )
}

async function start(key: string, workspaceId: string, entry: Entry): Promise<void> {
  patch(key, entry.key, { state: 'uploading', progress: 0 })
  try {
    const attachment = await upload(entry.file, {
      workspaceId,
      signal: entry.abort.signal,
      onProgress: (progress) => patch(key, entry.key, { progress }),
    })
    patch(key, entry.key, { state: 'ready', progress: 1, attachment })
  } catch (error) {
    patch(key, entry.key, { state: 'failed', isProgram: error instanceof Refusal && error.code === 'program_file' })
  }
}

function free(entry: Entry): void {
  entry.abort.abort()
  if (entry.previewUrl) URL.revokeObjectURL(entry.previewUrl)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useTray(workspaceId: string, conversationId: string, mode: Mode) {
  const key = `${conversationId} ${mode}`
  const files: readonly TrayFile[] = useSyncExternalStore(subscribe, () => trays.get(key) ?? EMPTY)
  const add = useCallback(
    (chosen: readonly File[]): TrayProblem | null => {
      const room = LIMITS.attachmentsPerMessage - (trays.get(key)?.length ?? 0)
      const tooLarge = chosen.find((file) => file.size > LIMITS.attachmentBytes)
      const program = chosen.find((file) => isProgramName(file.name))
      const fitting = chosen.filter((file) => file.size <= LIMITS.attachmentBytes && !isProgramName(file.name))
      const entries = fitting.slice(0, room).map((file): Entry => {
        counter++
        return {
          key: `file-${counter}`,
          file,
          name: file.name,
          byteSize: file.size,
          previewUrl: file.type.startsWith('image/') ? URL.createObjectURL(file) : null,
          progress: 0,
          state: 'uploading',
          attachment: null,
          isProgram: false,
          abort: new AbortController(),
        }
      })
      set(key, [...(trays.get(key) ?? EMPTY), ...entries])
      for (const entry of entries) start(key, workspaceId, entry)
      if (program) return { kind: 'program', name: program.name }
      if (tooLarge) return { kind: 'tooLarge', name: tooLarge.name }
      return fitting.length > room ? { kind: 'tooMany' } : null
    },
    [key, workspaceId],
  )
  const remove = useCallback(
    (fileKey: string) => {
      const all = trays.get(key) ?? EMPTY
      for (const entry of all) if (entry.key === fileKey) free(entry)
      set(
        key,
        all.filter((entry) => entry.key !== fileKey),
      )
    },
    [key],
  )
  const again = useCallback(
    (fileKey: string) => {
      const entry = trays.get(key)?.find((one) => one.key === fileKey)
      if (entry) start(key, workspaceId, entry)
    },
    [key, workspaceId],
  )
  const clear = useCallback(() => {
    for (const entry of trays.get(key) ?? EMPTY) free(entry)
    set(key, EMPTY)
  }, [key])
  return { files, add, remove, again, clear }
}
