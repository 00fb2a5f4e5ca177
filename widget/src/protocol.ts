/**
 * The words that the loader on a host page and the chat in its frame say to each other by postMessage. Either side
 * looks at a message only after it has checked `source` and `origin`, and takes it only in exactly one of these
 * shapes. Nothing here ever carries what a visitor wrote.
 */

export type AppWord =
  /** The chat listens now: the loader answers with `identity` and `shown`. */
  | { centralDesk: 'ready' }
  | { centralDesk: 'close' }
  /** `wakeUntil`: until when (ms) a visitor who comes back may have an answer waiting; 0: none will; absent: not known. */
  | { centralDesk: 'status'; unread: number; colour: string; wakeUntil?: number }

export type HostWord =
  /** A signed JWT, or an empty text for a visitor who is not identified. */
  { centralDesk: 'identity'; identity: string } | { centralDesk: 'shown'; isOpen: boolean; isModal: boolean }

const IDENTITY_CHARACTERS_MAX = 4_000
const COLOUR = /^#[\da-f]{6}$/i

export function isColour(value: unknown): value is string {
  return typeof value === 'string' && COLOUR.test(value)
}

/** Whether the chat said this. */
export function isAppWord(said: unknown): said is AppWord {
  const { centralDesk, unread, colour, wakeUntil = 0 } = Object(said)
  if (centralDesk !== 'status') return centralDesk === 'ready' || centralDesk === 'close'
  return [unread, wakeUntil].every((count) => Number.isSafeInteger(count) && count >= 0) && isColour(colour)
}

/** Whether the loader said this. */
export function isHostWord(said: unknown): said is HostWord {
  const { centralDesk, identity, isOpen, isModal } = Object(said)
  if (centralDesk === 'identity') return typeof identity === 'string' && identity.length <= IDENTITY_CHARACTERS_MAX
  return centralDesk === 'shown' && typeof isOpen === 'boolean' && typeof isModal === 'boolean'
}
