/**
 * Files on their way into a message. Limits are checked before a byte leaves; files go one after the other (a phone on
 * a weak network finishes one rather than none); a lost connection is waited out; each can be cancelled. Their bytes
 * live in the page only: files that were not uploaded do not survive a reload, words do.
 */
import type { Attachment } from '@central-desk/contract/conversations.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { type Answer, askedWaitMs, isPassing, refusalOf, withToken } from './call.ts'
import type { Pace } from './pace.ts'

export interface Upload {
  key: string
  fileName: string
  byteSize: number
  /** blob: address of an image, for the tray. */
  previewUrl: string | null
  /** 0 to 1. */
  progress: number
  state: 'waiting' | 'uploading' | 'ready' | 'failed'
  code?: string
  attachment?: Attachment
}

export type FileProblem = { code: 'too_large' | 'too_many' | 'empty'; fileName: string }

/** Which files may be added to `held` others, and why the rest may not. Pure. */
export function chooseFiles<F extends Pick<File, 'name' | 'size'>>(files: readonly F[], held: number) {
  const chosen: F[] = []
  const problems: FileProblem[] = []
  for (const file of files) {
    const refuse = (code: FileProblem['code']) => problems.push({ code, fileName: file.name })
    if (file.size > LIMITS.attachmentBytes) refuse('too_large')
    else if (file.size === 0) refuse('empty')
    else if (held + chosen.length >= LIMITS.attachmentsPerMessage) refuse('too_many')
    else chosen.push(file)
  }
  return { chosen, problems }
}

/** A name within the contract's limit; the end is kept, for it says what kind of file this is. */
export function fittingName(name: string): string {
  return [...(name || 'file')].slice(-LIMITS.fileNameCharacters).join('')
}

/** XMLHttpRequest, because fetch does not tell how much of a body has left. */
export function postFile(
  address: string,
  token: string,
  file: Blob,
  onProgress: (part: number) => void,
  signal: AbortSignal,
): Promise<Answer<Attachment>> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open('POST', address)
    request.responseType = 'json'
    for (const [name, value] of Object.entries(withToken(token))) request.setRequestHeader(name, value)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
    request.onload = () => {
      const isGood = request.status >= 200 && request.status < 300 && request.response
      resolve(isGood ? { kind: 'answered', value: request.response } : refusalOf(request.status, request.response))
    }
    request.onerror = request.onabort = () => resolve({ kind: 'unreachable' })
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}

export interface TrayPorts {
  pace: Pace
  randomId: () => string
  post: (file: File, onProgress: (part: number) => void, signal: AbortSignal) => Promise<Answer<Attachment>>
  onChange: (uploads: readonly Upload[], problems: readonly FileProblem[]) => void
}

export class Tray {
  readonly #ports: TrayPorts
  readonly #files = new Map<string, { file: File; stop: AbortController }>()
  #uploads: Upload[] = []
  #problems: FileProblem[] = []
  #isSending = false

  constructor(ports: TrayPorts) {
    this.#ports = ports
  }

  add(files: readonly File[]): void {
    const { chosen, problems } = chooseFiles(files, this.#uploads.length)
    this.#problems = problems
    const added = chosen.map((file): Upload => {
      const key = this.#ports.randomId()
      this.#files.set(key, { file, stop: new AbortController() })
      const previewUrl = file.type.startsWith('image/') ? URL.createObjectURL(file) : null
      return { key, fileName: file.name, byteSize: file.size, previewUrl, progress: 0, state: 'waiting' }
    })
    this.#show([...this.#uploads, ...added])
    void this.#send()
  }

  remove(key: string): void {
    this.#files.get(key)?.stop.abort()
    this.#files.delete(key)
    const gone = this.#uploads.find((upload) => upload.key === key)
    if (gone?.previewUrl) URL.revokeObjectURL(gone.previewUrl)
    this.#problems = []
    this.#show(this.#uploads.filter((upload) => upload !== gone))
  }

  /** Gives the finished files away and empties the tray. */
  take(): Attachment[] {
    const attachments = this.#uploads.flatMap((upload) => upload.attachment ?? [])
    for (const { key } of this.#uploads) this.remove(key)
    return attachments
  }

  async #send(): Promise<void> {
    if (this.#isSending) return
    this.#isSending = true
    let tries = 0
    for (;;) {
      const next = this.#uploads.find((upload) => upload.state === 'waiting')
      const held = next && this.#files.get(next.key)
      if (!next || !held) break
      const { key } = next
      this.#change(key, { state: 'uploading' })
      const onProgress = (progress: number) => this.#change(key, { progress })
      const answer = await this.#ports.post(held.file, onProgress, held.stop.signal)
      if (answer.kind === 'answered') {
        tries = 0
        this.#change(key, { state: 'ready', progress: 1, attachment: answer.value })
      } else if (held.stop.signal.aborted) continue
      else if (isPassing(answer)) {
        this.#change(key, { state: 'waiting', progress: 0 })
        await this.#ports.pace.pause(tries++, askedWaitMs(answer))
      } else this.#change(key, { state: 'failed', code: answer.kind === 'refused' ? answer.code : undefined })
    }
    this.#isSending = false
  }

  #change(key: string, patch: Partial<Upload>): void {
    this.#show(this.#uploads.map((upload) => (upload.key === key ? { ...upload, ...patch } : upload)))
  }

  #show(uploads: Upload[]): void {
    this.#uploads = uploads
    this.#ports.onChange(uploads, this.#problems)
  }
}
