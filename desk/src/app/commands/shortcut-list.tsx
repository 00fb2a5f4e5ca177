/**
 * Every key by what one is doing, as the sheet and the keyboard page of the settings show it. Keys of writing are left out
 * for who does not write.
 */
import { Key } from '../../ui/key.tsx'
import { useDesk } from '../desk.tsx'
import { type Text, useText } from '../preferences.tsx'
import { shortcutOf } from './keymap.ts'
import './shortcut-list.css'

type Name = keyof Text['commands']['names']

const GROUPS: readonly { section: keyof Text['commands']['sections']; names: readonly Name[] }[] = [
  {
    section: 'conversation',
    names: ['reply', 'note', 'close', 'closeNext', 'closePrevious', 'snooze', 'assign', 'assignMe', 'tags', 'unread'],
  },
  { section: 'write', names: ['send', 'sendClose', 'savedReply', 'leave'] },
  { section: 'conversations', names: ['next', 'previous', 'back', 'undo', 'panes'] },
  {
    section: 'go',
    names: [
      'search',
      'palette',
      'sheet',
      'goMine',
      'goUnassigned',
      'goAll',
      'goSnoozed',
      'goClosed',
      'goContacts',
      'goSettings',
    ],
  },
]

/** Keys of the composer, which it handles itself. */
const WRITING: Partial<Record<Name, string>> = {
  send: 'Ctrl+Enter',
  sendClose: 'Ctrl+Shift+Enter',
  savedReply: '/',
  leave: 'Escape',
}

export function ShortcutList() {
  const text = useText()
  const { may } = useDesk()
  const groups = may('message.send') ? GROUPS : GROUPS.filter(({ section }) => section !== 'write')
  return (
    <div className="sheet">
      {groups.map(({ section, names }) => (
        <section key={section}>
          <h3>{text.commands.sections[section]}</h3>
          <dl>
            {names.map((name) => (
              <div key={name} className="sheet-line">
                <dt>{text.commands.names[name]}</dt>
                <dd>
                  <Keys keys={WRITING[name] ?? shortcutOf(name as never) ?? ''} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  )
}

function Keys({ keys }: { keys: string }) {
  const text = useText()
  const presses = keys.split(' ')
  return (
    <>
      <span className="visually-hidden">{presses.join(` ${text.commands.thenKey} `)}</span>
      {presses.map((press) => (
        <Key key={press}>{press}</Key>
      ))}
    </>
  )
}
