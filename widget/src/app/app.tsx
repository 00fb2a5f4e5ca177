/**
 * The chat's screen: head, thread, field, and the line that says who reads it. Paints what `Chat` holds and hands on
 * what the visitor does; decides nothing about sending.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { initialOf } from './bubble.tsx'
import { ANONYMOUS, type Chat, type ChatState } from './chat.ts'
import { Composer, limitsIn } from './composer.tsx'
import { Icon } from './icons.tsx'
import type { Memory } from './memory.ts'
import { Thread } from './thread-view.tsx'
import { type FileProblem, fittingName, postFile, Tray, type Upload } from './upload.ts'
import type { Words } from './words.ts'

function useChat(chat: Chat): ChatState {
  const [state, setState] = useState(chat.state)
  useEffect(() => {
    setState(chat.state)
    return chat.subscribe(() => setState(chat.state))
  }, [chat])
  return state
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** The text in the field, kept until it is sent. A visitor who signs in takes it along; nobody else finds it. */
function useDraft(memory: Memory, owner: string | null) {
  const [text, setText] = useState('')
  const before = useRef(owner)
  const keep = (next: string) => {
    setText(next)
    if (next) memory.write(`draft:${owner}`, next)
    else memory.forget(`draft:${owner}`)
  }
  useEffect(() => {
    const isOwnerNew = before.current === null || before.current === ANONYMOUS
    if (text && isOwnerNew) {
      memory.forget(`draft:${before.current}`)
      keep(text)
    } else setText(memory.read(`draft:${owner}`, isText) ?? '')
    before.current = owner
  }, [owner])
  return [text, keep] as const
}

function useTray(ports: AppProps) {
  const [held, setHeld] = useState<{ uploads: readonly Upload[]; problems: readonly FileProblem[] }>({
    uploads: [],
    problems: [],
  })
  const tray = useMemo(() => {
    const { chat, pace, randomId, api } = ports
    return new Tray({
      pace,
      randomId,
      post: (file, onProgress, stop) => {
        const address = `${api}/attachments?fileName=${encodeURIComponent(fittingName(file.name))}`
        return chat.visits.authorised((token) => postFile(address, token, file, onProgress, stop))
      },
      onChange: (uploads, problems) => setHeld({ uploads, problems }),
    })
  }, [])
  return { tray, ...held }
}

/** Files dragged over the chat, from anywhere. Counts, because the browser tells of every element that is entered. */
function useDrop(onFiles: (files: File[]) => void) {
  const [depth, setDepth] = useState(0)
  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
  return {
    isOver: depth > 0,
    handlers: {
      onDragEnter: (event: DragEvent) => setDepth((now) => (carriesFiles(event) ? now + 1 : now)),
      onDragLeave: (event: DragEvent) => setDepth((now) => (carriesFiles(event) ? Math.max(0, now - 1) : now)),
      onDragOver: (event: DragEvent) => {
        if (carriesFiles(event)) event.preventDefault()
      },
      onDrop: (event: DragEvent) => {
        setDepth(0)
        if (!carriesFiles(event)) return
        event.preventDefault()
        onFiles([...(event.dataTransfer?.files ?? [])])
      },
    },
  }
}

function Head({ state, words, onClose }: { state: ChatState; words: Words; onClose: (() => void) | null }) {
  const { look, visitor, messages, outgoing } = state
  const isNew = messages.length === 0 && outgoing.length === 0
  return (
    <header class={isNew ? 'tall' : ''}>
      <div class="title">
        <span class="mark" aria-hidden="true">
          {initialOf(look?.name ?? '')}
        </span>
        <div>
          <h1 tabIndex={-1} dir="auto">
            {look?.name ?? words.starting}
          </h1>
          {visitor?.name && <p dir="auto">{visitor.name}</p>}
        </div>
        {onClose && (
          <button type="button" class="icon-button" aria-label={words.close} title={words.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        )}
      </div>
      {isNew && (
        <p class={look ? 'greeting' : 'greeting blank'} dir="auto">
          {look && (look.greeting || words.greeting)}
        </p>
      )}
    </header>
  )
}

function StatusLine({ state, words }: { state: ChatState; words: Words }) {
  const isQuiet = state.phase === 'open' && state.isLive
  const text = navigator.onLine ? (state.phase === 'starting' ? words.starting : words.reconnecting) : words.offline
  return (
    <div role="status">
      {state.phase === 'unavailable' ? (
        <p class="status">{words.unavailable}</p>
      ) : (
        !isQuiet && <p class={navigator.onLine ? 'status late' : 'status'}>{text}</p>
      )}
    </div>
  )
}

/**
 * What to expect of leaving the page; where the browser keeps nothing for embedded pages, the way to one that it does.
 */
function Empty({ memory, words }: { memory: Memory; words: Words }) {
  if (memory.isLasting) return <p class="empty">{words.empty}</p>
  return (
    <p class="empty">
      {words.emptyFleeting}{' '}
      <a href={location.pathname} target="_blank" rel="noopener noreferrer">
        {words.ownTab}
      </a>
    </p>
  )
}

function Privacy({ state, words }: { state: ChatState; words: Words }) {
  const { visitor, look } = state
  return (
    <div class="privacy" id="privacy">
      <Icon name="shield" />
      <ul>
        <li>{words.whoReads(look?.name ?? words.team)}</li>
        <li>{words.whoHost}</li>
        <li>{words.whoKept}</li>
        <li>{visitor ? words.whoKnown(visitor.name ?? words.you) : words.whoAnonymous}</li>
      </ul>
    </div>
  )
}

export interface AppProps {
  chat: Chat
  memory: Memory
  api: string
  words: Words
  randomId: () => string
  pace: ConstructorParameters<typeof Tray>[0]['pace']
  /** Null where nobody can close the panel: the chat stands alone in a tab. */
  onClose: (() => void) | null
}

export function App(props: AppProps) {
  const { chat, words, onClose } = props
  const state = useChat(chat)
  const [text, setText] = useDraft(props.memory, state.owner)
  const { tray, uploads, problems } = useTray(props)
  const { isOver, handlers } = useDrop((files) => tray.add(files))
  const [isPrivacyOpen, setPrivacyOpen] = useState(false)
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.isComposing) return
      if (isPrivacyOpen) setPrivacyOpen(false)
      else onClose?.()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [isPrivacyOpen])
  const { files, size } = limitsIn(words)
  const send = () => {
    chat.send(text.trim(), tray.take())
    setText('')
  }
  const isEmpty = state.messages.length === 0 && state.outgoing.length === 0
  return (
    <div class="chat" {...handlers}>
      <Head state={state} words={words} onClose={onClose} />
      <main>
        <StatusLine state={state} words={words} />
        <Thread chat={chat} state={state} words={words} />
        {isEmpty && state.phase === 'open' && <Empty memory={props.memory} words={words} />}
        {isPrivacyOpen && <Privacy state={state} words={words} />}
        {state.phase !== 'unavailable' && (
          <Composer
            text={text}
            words={words}
            uploads={uploads}
            problems={problems}
            isLive={state.isLive}
            onText={setText}
            onFiles={(chosen) => tray.add(chosen)}
            onRemove={(key) => tray.remove(key)}
            onSend={send}
          />
        )}
        <div class="foot">
          <button
            type="button"
            class="link"
            aria-expanded={isPrivacyOpen}
            aria-controls="privacy"
            onClick={() => setPrivacyOpen(!isPrivacyOpen)}
          >
            {words.who}
          </button>
          <small id="limits">{words.limits(files, size)}</small>
        </div>
      </main>
      {isOver && <p class="drop">{words.drop}</p>}
    </div>
  )
}
