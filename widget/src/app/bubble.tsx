/**
 * One message, or one that is still on its way. The text of either side is only ever a text node; links are made from
 * pieces that `links.ts` has passed, and open away from the chat without telling where they were clicked.
 */
import type { Attachment } from '@central-desk/contract/conversations.ts'
import { Icon } from './icons.tsx'
import { splitLinks, webAddress } from './links.ts'
import { FILES_LOST, type Outgoing } from './outbox.ts'
import type { Row } from './thread.ts'
import { languageOf, sizeOf, timeOf, type Words } from './words.ts'

const AWAY = { target: '_blank', rel: 'noopener noreferrer' } as const
const SHOWN_IMAGES = /^image\/(png|jpeg|gif|webp|avif)$/

function Text({ text }: { text: string }) {
  if (!text) return null
  return (
    <p class="text" dir="auto" lang={languageOf(text)}>
      {splitLinks(text).map((piece, index) =>
        piece.href ? (
          <a key={index} href={piece.href} {...AWAY}>
            {piece.text}
            {piece.realHost && ` (${piece.realHost})`}
          </a>
        ) : (
          piece.text
        ),
      )}
    </p>
  )
}

function File({ file, words, onBroken }: { file: Attachment; words: Words; onBroken: () => void }) {
  const href = webAddress(file.url)
  if (href && SHOWN_IMAGES.test(file.mediaType)) {
    const size = file.width && file.height ? { width: file.width, height: file.height } : {}
    return (
      <a class="picture" href={href} {...AWAY}>
        <img src={href} alt={file.fileName} loading="lazy" {...size} onError={onBroken} />
      </a>
    )
  }
  return (
    <a class="file" href={href} {...AWAY}>
      <Icon name="file" />
      <span class="file-name" dir="auto">
        {file.fileName}
      </span>
      <small>{sizeOf(file.byteSize, words)}</small>
    </a>
  )
}

function Body(props: { text: string; files: readonly Attachment[]; words: Words; onBroken: () => void }) {
  return (
    <div class="bubble">
      {props.files.map((file) => (
        <File key={file.id} file={file} words={props.words} onBroken={props.onBroken} />
      ))}
      <Text text={props.text} />
    </div>
  )
}

/** The first letter as a reader sees it: শ্রী is one. */
export function initialOf(name: string): string {
  const [first] = new Intl.Segmenter().segment(name.trim())
  return first?.segment ?? ''
}

interface MessageProps {
  row: Extract<Row, { kind: 'message' }>
  isNewest: boolean
  words: Words
  onBroken: () => void
}

export function Message({ row: { message, isFirst, isLast }, isNewest, words, onBroken }: MessageProps) {
  const isOwn = message.from === 'visitor'
  const author = isOwn ? words.you : (message.authorName ?? words.team)
  return (
    <li class={`message ${isOwn ? 'own' : 'desk'}${isFirst ? ' first' : ''}`}>
      <span class={isFirst && !isOwn ? 'author' : 'hidden'}>{author}</span>
      {!isOwn && isLast && (
        <span class="avatar" aria-hidden="true">
          {initialOf(author)}
        </span>
      )}
      <Body text={message.text} files={message.attachments} words={words} onBroken={onBroken} />
      {isLast && (
        <p class="meta">
          <time dateTime={message.sentAt}>{timeOf(new Date(message.sentAt), words)}</time>
          {isOwn && isNewest && ` · ${words.sent}`}
        </p>
      )}
    </li>
  )
}

function failureOf({ code }: Outgoing, words: Words): string {
  if (code === FILES_LOST) return `${words.notSent}. ${words.filesLost}`
  return `${words.notSent}.`
}

interface OutgoingProps {
  outgoing: Outgoing
  isLive: boolean
  words: Words
  onRetry: () => void
  onDiscard: () => void
}

export function OutgoingMessage({ outgoing, isLive, words, onRetry, onDiscard }: OutgoingProps) {
  const { state, text, attachments } = outgoing
  const canRetry = outgoing.code !== FILES_LOST || text !== ''
  return (
    <li class={`message own first ${state}`}>
      <span class="hidden">{words.you}</span>
      <Body text={text} files={attachments} words={words} onBroken={() => {}} />
      {state === 'failed' ? (
        <p class="meta failure">
          <span role="alert">
            <Icon name="alert" /> {failureOf(outgoing, words)}
          </span>
          {canRetry && (
            <button type="button" class="link" onClick={onRetry}>
              {words.tryAgain}
            </button>
          )}
          <button type="button" class="link" onClick={onDiscard}>
            {words.discard}
          </button>
        </p>
      ) : (
        <p class="meta">
          <Icon name={state === 'sent' ? 'check' : 'clock'} />{' '}
          {state === 'sent' ? words.sent : state === 'waiting' && !isLive ? words.waits : words.sending}
        </p>
      )}
    </li>
  )
}
