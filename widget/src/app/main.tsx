/**
 * Starts the chat in its frame: reads the inbox key from the address, joins the loader on the host page, and hands
 * clock, chance, network and storage to what needs them. Nothing else in the app reaches for those by itself.
 */
import { render } from 'preact'
import { inkOn } from '../colour.ts'
import { isColour } from '../protocol.ts'
import { App } from './app.tsx'
import { Chat } from './chat.ts'
import { joinHost } from './host.ts'
import { openMemory } from './memory.ts'
import { createPace } from './pace.ts'
import { shareStream } from './share.ts'
import { wakeUntilOf } from './waking.ts'
import { wordsFor } from './words.ts'
import './app.css'

const DEFAULT_COLOUR = '#0b6b62'
const ID_BYTES = 16

const inboxKey = location.pathname.split('/')[2] ?? ''
const memory = openMemory(inboxKey)
const pace = createPace(Math.random)
const randomId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(ID_BYTES)), (byte) => byte.toString(16).padStart(2, '0')).join('')
const chat = new Chat({
  inboxKey,
  memory,
  pace,
  randomId,
  fetch: (path, options) => fetch(path, options),
  now: () => new Date(),
  share: (reader) => shareStream(`central-desk:${inboxKey}:${reader}`),
})

let isOpen = false
const look = () => chat.setVisible(isOpen && document.visibilityState === 'visible')

const host = joinHost({
  onIdentity: (identity) => chat.identify(identity),
  onShown(shown) {
    const isOpening = shown.isOpen && !isOpen
    isOpen = shown.isOpen
    look()
    // On a phone the field would bring up the keyboard over the greeting: the heading takes the focus there.
    if (isOpening) document.querySelector<HTMLElement>(shown.isModal ? 'h1' : 'textarea')?.focus()
  },
})
const words = wordsFor([host.language, ...navigator.languages])

let said = ''
function tell(): void {
  const { look: inbox, unread } = chat.state
  const colour = isColour(inbox?.colour) ? inbox.colour : DEFAULT_COLOUR
  const wakeUntil = wakeUntilOf(chat.state, memory.isLasting)
  if (said === `${unread} ${colour} ${wakeUntil}`) return
  said = `${unread} ${colour} ${wakeUntil}`
  const { style } = document.documentElement
  style.setProperty('--accent', colour)
  style.setProperty('--ink', inkOn(colour))
  document.title = inbox?.name ?? document.title
  host.say({ centralDesk: 'status', unread, colour, ...(wakeUntil !== null && { wakeUntil }) })
}
chat.subscribe(tell)
tell()

document.documentElement.lang = words.language
document.addEventListener('visibilitychange', look)
window.addEventListener('online', () => pace.wake())
render(
  <App
    chat={chat}
    memory={memory}
    api={`/widget/api/${inboxKey}`}
    words={words}
    randomId={randomId}
    pace={pace}
    onClose={host.isThere ? () => host.say({ centralDesk: 'close' }) : null}
  />,
  document.getElementById('root') as HTMLElement,
)
host.say({ centralDesk: 'ready' })
