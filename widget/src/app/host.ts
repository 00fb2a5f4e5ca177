/**
 * The chat's side of the talk with the loader on the host page. Says which origin it speaks to (the browser delivers to
 * no other), hears only its own parent under that origin, and only words of the protocol. Opened on its own, without a
 * host page around it, the chat works too, for an anonymous visitor.
 */
import { type AppWord, isHostWord } from '../protocol.ts'

export interface Host {
  /** Whether a loader is there that can close the panel. */
  isThere: boolean
  language: string | null
  say(word: AppWord): void
}

export interface HostListener {
  onIdentity(identity: string): void
  onShown(shown: { isOpen: boolean; isModal: boolean }): void
}

/** The origin in the frame's fragment, when it is spelled as one. */
export function originOf(text: string | null): string | null {
  try {
    return text && new URL(text).origin === text ? text : null
  } catch {
    return null
  }
}

export function joinHost(listener: HostListener): Host {
  const said = new URLSearchParams(location.hash.slice(1))
  const language = said.get('language')
  const origin = originOf(said.get('host'))
  if (!origin || window.parent === window) {
    listener.onIdentity('')
    listener.onShown({ isOpen: true, isModal: true })
    return { isThere: false, language, say: () => {} }
  }
  const say = (word: AppWord) => window.parent.postMessage(word, origin)
  window.addEventListener('message', ({ source, origin: from, data }) => {
    if (source !== window.parent || from !== origin || !isHostWord(data)) return
    if (data.centralDesk === 'identity') listener.onIdentity(data.identity)
    else listener.onShown(data)
  })
  return { isThere: true, language, say }
}
