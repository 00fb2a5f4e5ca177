/** Below the field: files, saved replies, how it is sent. The note says "Add note", never "Send". */
import type { ListedRow } from '@central-desk/contract/conversations.ts'
import { Archive, ChevronDown, LockKeyhole, MessageSquareText, Paperclip, SendHorizontal } from 'lucide-react'
import { useRef, useState } from 'react'
import { useDesk, useSavedReplies } from '../../app/desk.tsx'
import { usePreferences } from '../../app/preferences.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Picker } from '../../ui/picker.tsx'
import type { Mode } from './model/outbox.ts'

interface Props {
  row: ListedRow
  mode: Mode
  over: number
  onFiles: (files: readonly File[]) => void
  onReply: (text: string) => void
  onSend: (close: boolean) => void
}

const COUNT_SHOWN_FROM = -500

export function ComposerBar({ row, mode, over, onFiles, onReply, onSend }: Props) {
  const { text, preferences } = usePreferences()
  const { inbox } = text
  const { may, format } = useDesk()
  const isNote = mode === 'note'
  const sendHint = preferences.enterSends ? inbox.enterHint : inbox.ctrlEnterHint
  const noteHint = preferences.enterSends ? inbox.enterNoteHint : inbox.ctrlEnterNoteHint
  const hint = isNote ? noteHint : sendHint
  const mayClose = may('conversation.changeStatus') && row.status !== 'closed'
  return (
    <div className="composer-bar">
      {may('attachment.upload') && <AttachButton onFiles={onFiles} />}
      {!isNote && <SavedReplyButton onReply={onReply} />}
      <span className="composer-hint meta truncate">
        {over > COUNT_SHOWN_FROM ? (
          <span className={over > 0 ? 'composer-over' : undefined}>
            {over > 0 ? inbox.tooLong(format.number(over)) : format.number(-over)}
          </span>
        ) : row.status === 'closed' && !isNote ? (
          inbox.replyClosedHint
        ) : (
          hint
        )}
      </span>
      {isNote ? (
        <Button look="note" icon={<LockKeyhole />} onClick={() => onSend(false)}>
          {inbox.addNote}
        </Button>
      ) : (
        <div className="composer-send">
          <Button look="primary" icon={<SendHorizontal />} onClick={() => onSend(false)}>
            {inbox.send}
          </Button>
          {mayClose && (
            <Menu
              side="top"
              align="end"
              trigger={
                <button type="button" className="button button-primary composer-more" aria-label={inbox.sendOptions}>
                  <ChevronDown aria-hidden="true" />
                </button>
              }
              entries={[
                {
                  kind: 'item',
                  label: inbox.send,
                  icon: <SendHorizontal />,
                  shortcut: 'Ctrl+Enter',
                  onSelect: () => onSend(false),
                },
                {
                  kind: 'item',
                  label: inbox.sendClose,
                  icon: <Archive />,
                  shortcut: 'Ctrl+Shift+Enter',
                  onSelect: () => onSend(true),
                },
              ]}
            />
          )}
        </div>
      )}
    </div>
  )
}

function AttachButton({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const { inbox } = usePreferences().text
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <IconButton label={inbox.attach} icon={<Paperclip />} onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={inbox.attach}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])])
          event.target.value = ''
        }}
      />
    </>
  )
}

function SavedReplyButton({ onReply }: { onReply: (text: string) => void }) {
  const { inbox } = usePreferences().text
  const { savedReplies } = useSavedReplies()
  const [isOpen, setOpen] = useState(false)
  return (
    <Picker
      side="top"
      align="start"
      label={inbox.savedReplies}
      findLabel={inbox.findSavedReply}
      emptyWords={inbox.noSavedReplies}
      isOpen={isOpen}
      onOpenChange={setOpen}
      options={savedReplies.map((reply) => ({
        value: reply.id,
        label: reply.title,
        words: `${reply.shortcut} ${reply.text}`,
        aside: `/${reply.shortcut}`,
      }))}
      onPick={(id) => {
        const reply = savedReplies.find((one) => one.id === id)
        // The picker gives the focus back to its button first; then the field takes it.
        if (reply) setTimeout(() => onReply(reply.text), 30)
      }}
      trigger={<IconButton label={inbox.savedReplies} shortcut="/" icon={<MessageSquareText />} />}
    />
  )
}
