/**
 * Uploads one file with progress. By XMLHttpRequest, because fetch cannot tell how much has gone out. The same refusals
 * as `call`: `Refusal` with a code, `NoAnswer` for silence; aborting by the signal ends it.
 */
import { type Attachment, uploadAttachment } from '@central-desk/contract/conversations.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { addressOf } from './address.ts'
import { announceSignedOut, currentCsrfToken } from './api.ts'
import { NoAnswer, Refusal } from './refusal.ts'

export interface UploadOptions {
  workspaceId: string
  signal: AbortSignal
  /** From 0 to 1. */
  onProgress: (done: number) => void
}

export function upload(file: File, { workspaceId, signal, onProgress }: UploadOptions): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const fileName = (file.name || 'file').slice(-LIMITS.fileNameCharacters)
    request.open(uploadAttachment.method, addressOf(uploadAttachment.path, { workspaceId }, { fileName }))
    request.setRequestHeader('content-type', file.type || 'application/octet-stream')
    request.setRequestHeader('accept', 'application/json, application/problem+json')
    const token = currentCsrfToken()
    if (token) request.setRequestHeader('x-csrf-token', token)
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    request.onload = () => {
      const answer = parse(request.responseText)
      if (request.status < 300 && answer) resolve(answer as unknown as Attachment)
      else {
        const refusal = new Refusal(answer ?? {}, request.status)
        if (refusal.code === 'not_signed_in') announceSignedOut()
        reject(refusal)
      }
    }
    request.onerror = () => reject(new NoAnswer())
    request.ontimeout = () => reject(new NoAnswer())
    request.onabort = () => reject(new DOMException('The upload was cancelled', 'AbortError'))
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const document: unknown = JSON.parse(text)
    return typeof document === 'object' && document !== null ? (document as Record<string, unknown>) : null
  } catch {
    return null
  }
}
