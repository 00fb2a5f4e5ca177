/**
 * What a host page includes as /widget.js: one button, and on the first click the frame that holds the chat. For who has
 * a thread the frame is made unasked once the page has loaded, behind the closed button, so that it shows an answer that
 * came meanwhile. Promises: one request while closed to everybody else; nothing of the host page read or changed but one
 * element and that one mark in its storage; no inline style or script, no Trusted Types sink. Messages from the frame count only by source, origin and shape; what is said to the frame
 * always names the widget's origin. Refuses to start twice on a page.
 */
import { inkOn } from '../colour.ts'
import { type HostWord, isAppWord, isColour } from '../protocol.ts'
import css from './loader.css?inline'

export interface CentralDeskApi {
  open(): void
  close(): void
  /** A JWT signed by the host's server; an empty text makes the visitor anonymous again. */
  identify(identity: string): void
  /** Calls back with the number of unread messages: now, and whenever it changes. */
  onUnread(listener: (unread: number) => void): void
}
declare global {
  interface Window {
    CentralDesk?: CentralDeskApi
  }
}

const DEFAULT_COLOUR = '#0b6b62'
/** The page's own work comes first. */
const WAKE_AFTER_MS = 1_000

const script = document.currentScript as HTMLScriptElement
const { inbox, language, position, colour } = script.dataset
const { origin } = new URL(script.src)
const spoken = language || document.documentElement.lang || navigator.language
const isBangla = /^bn/i.test(spoken)
const chat = isBangla ? 'চ্যাট' : 'Chat'
const markName = `central-desk:${inbox}`

const host = document.createElement('central-desk')
const root = host.attachShadow({ mode: 'closed' })
const section = root.appendChild(document.createElement('section'))
const button = section.appendChild(document.createElement('button'))
const badge = button.appendChild(document.createElement('b'))
const panel = section.appendChild(document.createElement('dialog'))
const frame = document.createElement('iframe')
const phone = matchMedia('(max-width:479px),(max-height:479px)')

let identity = script.dataset.identity ?? ''
let isReady = false
let isOpen = false
let unread = 0
const listeners: ((unread: number) => void)[] = []

const tell = (word: HostWord) => isReady && frame.contentWindow?.postMessage(word, origin)

function paint(hex: string): void {
  section.style.setProperty('--colour', hex)
  section.style.setProperty('--ink', inkOn(hex))
}

function count(now: number): void {
  // Not by toLocaleString: its first call costs a slow phone some 50 ms, at every page view.
  const number = isBangla ? `${now}`.replace(/\d/g, (digit) => '০১২৩৪৫৬৭৮৯'[+digit] as string) : `${now}`
  const news = isBangla ? `${number}টি নতুন বার্তা` : `${number} new message${now > 1 ? 's' : ''}`
  button.setAttribute('aria-label', now ? `${chat}, ${news}` : chat)
  badge.textContent = now ? number : ''
  if (now !== unread) for (const listener of listeners) listener(now)
  unread = now
}

/** Brings the panel in line with `isOpen`. Modal on a phone: the browser then makes the page behind it inert. */
function show(): void {
  const hadFocus = root.activeElement
  button.setAttribute('aria-expanded', `${isOpen}`)
  panel.close()
  if (isOpen) {
    // A panel that covers the page must not be a trap: so not before the chat shows its own close button.
    if (isReady && phone.matches) panel.showModal()
    else panel.show()
    frame.focus()
  } else if (hadFocus) button.focus()
  tell({ centralDesk: 'shown', isOpen, isModal: phone.matches })
}

function load(): void {
  if (frame.isConnected) return
  frame.title = chat
  // A site opened from a link in the chat is an ordinary page, not one of ours in a sandbox.
  frame.setAttribute(
    'sandbox',
    'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads',
  )
  frame.src = `${origin}/widget/${inbox}#host=${location.origin}&language=${spoken}`
  panel.append(frame)
}

/** Until when an answer may wait, by the page's storage; a new value is kept there. It says nothing of the visitor. */
function mark(wakeUntil?: number): number {
  try {
    if (wakeUntil) localStorage.setItem(markName, `${wakeUntil}`)
    else if (wakeUntil === 0) localStorage.removeItem(markName)
    return +(localStorage.getItem(markName) ?? 0)
  } catch {
    // A page without storage: the button shows what is new once the chat was opened.
    return 0
  }
}

/** Once the page has loaded, for who has a thread. */
function wake(): void {
  if (mark() <= Date.now()) return
  const later = () => setTimeout(load, WAKE_AFTER_MS)
  if (document.readyState === 'complete') later()
  else addEventListener('load', later)
}

function open(): void {
  load()
  isOpen = true
  show()
}

function close(): void {
  if (!isOpen) return
  isOpen = false
  show()
}

function identify(jwt: string): void {
  identity = jwt
  tell({ centralDesk: 'identity', identity })
}

function onMessage({ data, source, origin: from }: MessageEvent): void {
  if (source !== frame.contentWindow || from !== origin || !isAppWord(data)) return
  if (data.centralDesk === 'close') close()
  else if (data.centralDesk === 'status') {
    mark(data.wakeUntil)
    count(data.unread)
    paint(data.colour)
  } else {
    isReady = true
    identify(identity)
    show()
  }
}

function start(): CentralDeskApi {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  root.adoptedStyleSheets = [sheet]
  section.setAttribute('aria-label', chat)
  panel.setAttribute('aria-label', chat)
  section.className = position ?? ''
  paint(isColour(colour) ? colour : DEFAULT_COLOUR)
  count(0)
  show()
  button.onclick = () => (isOpen ? close() : open())
  section.onkeydown = (event) => {
    // Answers nothing: a listener that answers false cancels the key.
    if (event.key === 'Escape') close()
  }
  // The browser closes a modal panel by itself: Escape, or the back gesture of a phone.
  panel.onclose = () => {
    if (!panel.open) close()
  }
  phone.onchange = () => {
    if (isOpen) show()
  }
  addEventListener('message', onMessage)
  ;(document.body ?? document.documentElement).append(host)
  wake()
  return {
    open,
    close,
    identify,
    onUnread(listener) {
      listeners.push(listener)
      listener(unread)
    },
  }
}

if (!window.CentralDesk) window.CentralDesk = start()
