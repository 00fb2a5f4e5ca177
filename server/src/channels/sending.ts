/**
 * What is the same for sending in every channel: what is too much for it is refused before anything leaves, and how
 * long to wait before the next try.
 */
import type { Randomness } from '../kernel/clock.ts'
import type { Capabilities, Outcome, RejectionCode } from './port.ts'

/** How long one `send` may take; the time that a receiver is promised for its answer. */
export const SEND_TIMEOUT_MS = 15_000

type Rejected = Extract<Outcome, { kind: 'rejected' }>

/** Waits differ by up to a fifth each way, so that a receiver that comes back is not met by everyone at once. */
const JITTER = 0.2
const RANDOM_RANGE = 0x1_0000_0000

export function rejected(code: RejectionCode, detail = ''): Rejected {
  return { kind: 'rejected', code, detail }
}

/** In code points, as JSON Schema counts. */
export function isLongerThan(text: string, characters: number): boolean {
  return text.length > characters && [...text].length > characters
}

/** The rejection of a message that the channel cannot carry, or null. */
export function refuseBeyond(
  capabilities: Capabilities,
  message: {
    readonly text: string
    /** Their sizes are enough, so that a message can be judged before its files are opened. */
    readonly attachments: readonly { readonly mediaType: string; readonly bytes: { readonly length: number } }[]
  },
): Rejected | null {
  const { maxCount, maxBytes, maxTotalBytes, mediaTypes } = capabilities.attachments
  const files = message.attachments
  if (isLongerThan(message.text, capabilities.maxTextCharacters)) return rejected('text_too_long')
  if (files.length > maxCount) return rejected('too_many_attachments')
  const total = files.reduce((sum, file) => sum + file.bytes.length, 0)
  if (total > maxTotalBytes || files.some((file) => file.bytes.length > maxBytes)) {
    return rejected('attachment_too_large')
  }
  if (mediaTypes !== 'any' && files.some((file) => !mediaTypes.includes(file.mediaType))) {
    return rejected('attachment_type_refused')
  }
  return null
}

/** How long to wait before the next try, when `triesMade` have been made; null when there is none left. */
export function retryDelayMs(capabilities: Capabilities, triesMade: number, randomness: Randomness): number | null {
  const delay = capabilities.retryDelaysMs[triesMade]
  if (delay === undefined) return null
  const chance = randomness.bytes(4).readUInt32BE() / RANDOM_RANGE
  return Math.round(delay * (1 - JITTER + 2 * JITTER * chance))
}
