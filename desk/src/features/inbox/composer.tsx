/**
 * Where one writes: a reply for the contact or a note for the team, in two shapes that cannot be mixed up. A plain text
 * field, because channels are plain text and Bangla keyboards work best with it. What is written is kept with every key;
 * sending paints the bubble at once and clears the field.
 */
import type { ListedRow } from '@central-desk/contract/conversations.ts'
import { LIMITS } from '@central-desk/contract/limits.ts'
import { LockKeyhole, Reply } from 'lucide-react'
import { type KeyboardEvent, useCallback, useEffect, useId, useRef, useState } from 'react'
import { useDesk } from '../../app/desk.tsx'
import { usePreferences, useText } from '../../app/preferences.tsx'
import { classes } from '../../ui/classes.ts'
import { Tabs } from '../../ui/tabs.tsx'
import { BlockedNotice } from './blocked-notice.tsx'
import { ComposerBar } from './composer-bar.tsx'
import { ConflictPanel } from './conflict-panel.tsx'
import { takeTexts } from './give-back.ts'
import { type Mode, mintClientMessageId } from './model/outbox.ts'
import { insertAt } from './model/slash.ts'
import { unfilled } from './model/variables.ts'
import { contactName } from './names.ts'
import { useOutbox } from './outbox.tsx'
import { SuggestionList, useSuggestions } from './suggestions.tsx'
import { type TrayProblem, useTray } from './tray.ts'
import { TrayFiles } from './tray-files.tsx'
import { useDraft } from './use-draft.ts'
import { useDropFiles } from './use-drop-files.ts'
import { useFillReply } from './use-fill-reply.ts'
import './composer.css'

interface Props {
  row: ListedRow
  mode: Mode
  onMode: (mode: Mode) => void
  /** Chosen by mouse or Enter: what is typed next belongs into the field. */
  onWrite: (mode: Mode) => void
  onSentAndClosed: () => void
}

const LIMIT: Readonly<Record<Mode, number>> = { reply: LIMITS.messageCharacters, note: LIMITS.noteCharacters }

export function Composer(props: Props) {
  const { inbox } = useText()
  const { may } = useDesk()
  if (!may('message.send')) return <p className="composer-viewer">{inbox.viewOnly}</p>
  if (props.row.contact.isBlocked && props.mode === 'reply') return <Blocked {...props} />
  return <Writing {...props} />
}

/** No reply to whom the team does not hear; a note is possible, and a reply begun before stays a draft. */
function Blocked({ row, onMode, onWrite }: Props) {
  const { inbox } = useText()
  const panelId = useId()
  return (
    <section className="composer composer-reply" aria-label={inbox.composer}>
      <div className="composer-top">
        <ModeTabs mode="reply" panelId={panelId} onMode={onMode} onWrite={onWrite} />
      </div>
      <div id={panelId} role="tabpanel" aria-label={inbox.reply}>
        <BlockedNotice row={row} />
      </div>
    </section>
  )
}

interface TabsProps extends Pick<Props, 'mode' | 'onMode' | 'onWrite'> {
  panelId: string
}

function ModeTabs({ mode, panelId, onMode, onWrite }: TabsProps) {
  const { inbox } = useText()
  return (
    <Tabs
      label={inbox.composer}
      value={mode}
      onChange={onMode}
      onActivate={onWrite}
      panelId={panelId}
      tabs={[
        { value: 'reply', label: inbox.reply, icon: <Reply aria-hidden="true" /> },
        { value: 'note', label: inbox.note, icon: <LockKeyhole aria-hidden="true" /> },
      ]}
    />
  )
}

function Writing({ row, mode, onMode, onWrite, onSentAndClosed }: Props) {
  const { text: words, preferences } = usePreferences()
  const { inbox } = words
  const { workspaceId, format } = useDesk()
  const outbox = useOutbox()
  const draft = useDraft(row.id, mode)
  const tray = useTray(workspaceId, row.id, mode)
  const field = useRef<HTMLTextAreaElement>(null)
  const panelId = useId()
  const [problem, setProblem] = useState<string | null>(null)
  const fill = useFillReply(row)
  const over = draft.text.length - LIMIT[mode]

  const write = useCallback(
    (text: string, caret?: number) => {
      draft.setText(text)
      setProblem(null)
      if (caret === undefined) return
      requestAnimationFrame(() => {
        field.current?.focus()
        field.current?.setSelectionRange(caret, caret)
      })
    },
    [draft.setText],
  )
  const insertReply = useCallback(
    (replyText: string) => {
      const start = field.current?.selectionStart ?? draft.text.length
      const end = field.current?.selectionEnd ?? start
      const result = insertAt(draft.text, { start, end }, fill(replyText))
      write(result.text, result.caret)
    },
    [draft.text, fill, write],
  )
  const suggestions = useSuggestions({
    field,
    text: draft.text,
    mode,
    fill,
    onTake: (insert, place) => {
      const result = insertAt(draft.text, place, insert)
      write(result.text, result.caret)
    },
  })
  const addFiles = (files: readonly File[]) => setProblem(trayWords(tray.add(files)))
  const trayWords = (found: TrayProblem | null) => {
    if (!found) return null
    if (found.kind === 'tooMany') return inbox.tooManyFiles(format.number(LIMITS.attachmentsPerMessage))
    if (found.kind === 'program') return inbox.programFile(found.name)
    return inbox.fileTooLarge(found.name, format.bytes(LIMITS.attachmentBytes))
  }
  const isOver = useDropFiles(field, addFiles)
  useEffect(
    () =>
      takeTexts({
        conversationId: row.id,
        mode,
        giveBack: (given) => write(draft.text ? `${draft.text}\n${given}` : given, 0),
        insert: (given) => insertReply(given),
      }),
    [row.id, mode, draft.text, write, insertReply],
  )
  useAutosize(field, draft.text)

  const send = (close: boolean) => {
    const text = draft.text.trim()
    const attachments = tray.files.flatMap((file) => file.attachment ?? [])
    const isBusy = tray.files.some((file) => file.state === 'uploading')
    const open = unfilled(text)
    if (text === '' && attachments.length === 0 && !isBusy) return field.current?.focus()
    if (over > 0) return setProblem(inbox.tooLong(format.number(over)))
    if (isBusy) return setProblem(inbox.filesStillUploading)
    if (open && mode === 'reply') {
      const lead = draft.text.indexOf(text)
      field.current?.focus()
      field.current?.setSelectionRange(lead + open.start, lead + open.end)
      return setProblem(inbox.unfilledVariable)
    }
    if (close) onSentAndClosed()
    outbox.add({
      clientMessageId: mintClientMessageId(),
      workspaceId,
      conversationId: row.id,
      mode,
      text,
      attachments,
      seenNumber: row.lastMessageNumber,
      force: false,
      close,
      createdAtMs: Date.now(),
      state: 'waiting',
      tries: 0,
      retryAtMs: null,
      reason: null,
    })
    write('')
    draft.flush()
    tray.clear()
  }

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (suggestions.onKeyDown(event)) return
    const hasCtrl = event.ctrlKey || event.metaKey
    if (event.key === 'Enter' && hasCtrl) {
      event.preventDefault()
      send(event.shiftKey && mode === 'reply')
    } else if (event.key === 'Enter' && preferences.enterSends && !event.shiftKey && !event.altKey) {
      event.preventDefault()
      send(false)
    } else if (event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      draft.flush()
      leaveField(row.id)
    }
  }
  const name = contactName(row.contact)
  const label = mode === 'note' ? inbox.note : inbox.replyTo(name)
  return (
    <section className={classes('composer', `composer-${mode}`)} aria-label={inbox.composer}>
      <ConflictPanel row={row} onKeep={(given) => write(draft.text ? `${given}\n${draft.text}` : given, 0)} />
      <div className="composer-top">
        <ModeTabs mode={mode} panelId={panelId} onMode={onMode} onWrite={onWrite} />
        <DraftState draft={draft} />
      </div>
      <div id={panelId} role="tabpanel" aria-label={label} className="composer-box">
        {suggestions.isOpen && <SuggestionList list={suggestions} />}
        <textarea
          ref={field}
          className="composer-field"
          aria-label={label}
          aria-describedby={problem ? `${panelId}-problem` : undefined}
          aria-invalid={problem ? true : undefined}
          {...suggestions.fieldProps}
          placeholder={mode === 'note' ? inbox.notePlaceholder : inbox.replyPlaceholder}
          rows={1}
          spellCheck
          autoCapitalize="off"
          value={draft.text}
          onChange={(event) => write(event.target.value)}
          onSelect={suggestions.onSelect}
          onKeyDown={onKeyDown}
          onBlur={draft.flush}
          onPaste={(event) => {
            const files = [...event.clipboardData.files]
            if (files.length === 0) return
            event.preventDefault()
            addFiles(files)
          }}
        />
        <TrayFiles tray={tray} />
        {problem && (
          <p id={`${panelId}-problem`} className="composer-problem" role="alert">
            {problem}
          </p>
        )}
        <ComposerBar row={row} mode={mode} onFiles={addFiles} onReply={insertReply} onSend={send} over={over} />
      </div>
      {isOver && <div className="composer-drop">{inbox.dropHere}</div>}
    </section>
  )
}

/** Escape leaves the field; the focus goes to the row of this conversation. */
function leaveField(conversationId: string): void {
  const row = document.querySelector<HTMLElement>(`[data-row="${CSS.escape(conversationId)}"]`)
  if (row && row.offsetParent !== null) row.focus()
  else (document.activeElement as HTMLElement | null)?.blur()
}

function DraftState({ draft }: { draft: ReturnType<typeof useDraft> }) {
  const { inbox } = useText()
  if (draft.other !== null) {
    return (
      <p className="composer-other">
        {inbox.otherVersion}{' '}
        <button type="button" onClick={() => draft.settle(true)}>
          {inbox.restoreOther}
        </button>{' '}
        <button type="button" onClick={() => draft.settle(false)}>
          {inbox.keepThis}
        </button>
      </p>
    )
  }
  if (draft.state === 'none') return null
  return <p className="meta truncate">{draft.state === 'saved' ? inbox.draftSaved : inbox.draftLocal}</p>
}

/** Where the browser does not grow a field by itself, its height follows the text. */
function useAutosize(field: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what changes the height
  useEffect(() => {
    const element = field.current
    if (!element || CSS.supports('field-sizing', 'content')) return
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight}px`
  }, [field, text])
}
