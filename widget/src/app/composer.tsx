/**
 * Where the visitor writes. Enter sends, Shift+Enter breaks the line, and neither does anything while an input method
 * is composing a letter. Files come by picker, paste or drop; their limits stand below the field before any is chosen.
 * The unsent text is kept in this browser, so that a reload loses nothing.
 */
import { LIMITS } from '@central-desk/contract/limits.ts'
import type { TargetedClipboardEvent, TargetedKeyboardEvent } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { Icon } from './icons.tsx'
import type { FileProblem, Upload } from './upload.ts'
import { sizeOf, type Words } from './words.ts'

/** Safari reports the Enter that ends a composition only by this code. */
const COMPOSING_KEY_CODE = 229

export function limitsIn(words: Words) {
  return {
    files: LIMITS.attachmentsPerMessage.toLocaleString(words.locale),
    size: sizeOf(LIMITS.attachmentBytes, words),
  }
}

function problemText({ code, fileName }: FileProblem, words: Words): string {
  const { files, size } = limitsIn(words)
  if (code === 'too_large') return words.tooLarge(fileName, size)
  return code === 'too_many' ? words.tooMany(files) : words.emptyFile(fileName)
}

function uploadText({ state, progress, byteSize, code }: Upload, words: Words, isLive: boolean): string {
  if (state === 'failed') return code === 'program_file' ? words.programFile : words.uploadFailed
  if (state === 'uploading') return progress.toLocaleString(words.locale, { style: 'percent' })
  if (state === 'waiting') return isLive ? words.uploading : words.uploadWaits
  return sizeOf(byteSize, words)
}

interface TrayProps {
  uploads: readonly Upload[]
  problems: readonly FileProblem[]
  words: Words
  isLive: boolean
  onRemove: (key: string) => void
}

function TrayView({ uploads, problems, words, isLive, onRemove }: TrayProps) {
  return (
    <>
      {uploads.length > 0 && (
        <ul class="tray">
          {uploads.map((upload) => (
            <li key={upload.key} class={upload.state}>
              {upload.previewUrl ? <img src={upload.previewUrl} alt="" /> : <Icon name="file" />}
              <span class="file-name" dir="auto">
                {upload.fileName}
              </span>
              <small>{uploadText(upload, words, isLive)}</small>
              {upload.state === 'uploading' && <progress value={upload.progress} aria-label={upload.fileName} />}
              <button
                type="button"
                class="icon-button"
                aria-label={words.remove(upload.fileName)}
                onClick={() => onRemove(upload.key)}
              >
                <Icon name="remove" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div role="alert">
        {problems.map((problem) => (
          <p class="problem" key={problem.fileName}>
            {problemText(problem, words)}
          </p>
        ))}
      </div>
    </>
  )
}

function Tools(props: { words: Words; canSend: boolean; onFiles: (files: File[]) => void }) {
  const { words, canSend, onFiles } = props
  return (
    <div class="tools">
      <label class="icon-button" title={words.attach}>
        <input
          type="file"
          class="picker"
          multiple
          aria-label={words.attach}
          aria-describedby="limits"
          onChange={(event) => {
            onFiles([...(event.currentTarget.files ?? [])])
            event.currentTarget.value = ''
          }}
        />
        <Icon name="attach" />
      </label>
      <button type="submit" class="send" aria-label={words.send} title={words.send} aria-disabled={!canSend}>
        <Icon name="send" />
      </button>
    </div>
  )
}

export interface ComposerProps extends TrayProps {
  text: string
  onText: (text: string) => void
  onFiles: (files: File[]) => void
  onSend: () => void
}

export function Composer(props: ComposerProps) {
  const { text, words, uploads, onText, onFiles, onSend } = props
  const field = useRef<HTMLTextAreaElement>(null)
  const isReady = uploads.every((upload) => upload.state === 'ready')
  const canSend = isReady && (text.trim() !== '' || uploads.length > 0)
  const send = () => {
    if (!canSend) return
    onSend()
    field.current?.focus()
  }
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== 'Enter' || event.shiftKey) return
    if (event.isComposing || event.keyCode === COMPOSING_KEY_CODE) return
    event.preventDefault()
    send()
  }
  const onPaste = (event: TargetedClipboardEvent<HTMLTextAreaElement>) => {
    const files = [...(event.clipboardData?.files ?? [])]
    if (files.length === 0) return
    event.preventDefault()
    onFiles(files)
  }
  // Browsers without `field-sizing` grow the field by hand.
  useLayoutEffect(() => {
    const { current } = field
    if (!current || CSS.supports('field-sizing', 'content')) return
    current.style.height = 'auto'
    current.style.height = `${current.scrollHeight}px`
  }, [text])
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <TrayView {...props} />
      <textarea
        ref={field}
        rows={1}
        value={text}
        maxLength={LIMITS.messageCharacters}
        aria-label={words.message}
        placeholder={words.message}
        lang={words.language}
        dir="auto"
        enterkeyhint="send"
        onInput={(event) => onText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
      />
      <Tools words={words} canSend={canSend} onFiles={onFiles} />
    </form>
  )
}
