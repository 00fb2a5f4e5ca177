/**
 * Posts one message to the program behind an API inbox, signed, under the message's own id: the same id at every try,
 * so that a receiver that remembers ids keeps one. What the answer means stands in README.md beside this file; words of
 * the receiver are not taken over, because they may repeat the message.
 */
import type { Outbound, OutboundResult } from '../../kernel/outbound.ts'
import type { Capabilities, ExternalMessageId, Outcome, SendRequest } from '../port.ts'
import { refuseBeyond, rejected } from '../sending.ts'
import { signedHeaders } from './signature.ts'

const THROTTLE_DEFAULT_MS = 60_000
const THROTTLE_MIN_MS = 1_000
const THROTTLE_MAX_MS = 3_600_000
const ANSWER_BYTES_MAX = 16 * 1024

function bodyOf(request: SendRequest): Buffer {
  return Buffer.from(
    JSON.stringify({
      type: 'message',
      id: request.messageId,
      conversationId: request.conversationId,
      to: { id: request.to.externalId, name: request.to.name },
      text: request.text,
      sentAt: request.sentAt.toISOString(),
      attachments: request.attachments.map((file) => ({
        fileName: file.fileName,
        mediaType: file.mediaType,
        content: file.bytes.toString('base64'),
      })),
    }),
  )
}

/** Seconds or an HTTP date; null when there is none that can be read. */
function retryAfterMs(text: string | undefined, now: Date): number | null {
  if (text === undefined) return null
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime()
  return Number.isFinite(wait) ? Math.min(Math.max(wait, THROTTLE_MIN_MS), THROTTLE_MAX_MS) : null
}

function readStatus(status: number, retryAfter: string | undefined, request: SendRequest): Outcome {
  const detail = `HTTP ${status}`
  const wait = retryAfterMs(retryAfter, request.now)
  if (status >= 200 && status < 300) {
    return { kind: 'accepted', externalId: request.messageId as ExternalMessageId, state: 'sent' }
  }
  if (status === 429) return { kind: 'throttled', retryAfterMs: wait ?? THROTTLE_DEFAULT_MS }
  if (status === 503 && wait !== null) return { kind: 'throttled', retryAfterMs: wait }
  if (status === 410) return rejected('receiver_gone', detail)
  if (status >= 400 && status < 500) return rejected('receiver_refused', detail)
  if (status >= 300 && status < 400) return rejected('receiver_redirected', detail)
  return { kind: 'uncertain', code: 'receiver_error', detail }
}

function readResult(result: OutboundResult, request: SendRequest): Outcome {
  if (result.kind === 'response') return readStatus(result.status, result.headers['retry-after'], request)
  // The first line of the answer says it all; that the rest broke off or was too long changes nothing.
  if (result.status !== null) return readStatus(result.status, undefined, request)
  const { code, detail } = result
  if (!result.isCertain) return { kind: 'uncertain', code, detail }
  if (code === 'bad_url' || code === 'not_https' || code === 'private_address') return rejected('address_refused', code)
  if (code === 'request_too_large') return rejected('attachment_too_large', code)
  return { kind: 'unreachable', code, detail }
}

export async function send(capabilities: Capabilities, request: SendRequest, http: Outbound): Promise<Outcome> {
  const beyond = refuseBeyond(capabilities, request)
  if (beyond) return beyond
  const url = request.settings.callbackUrl
  if (!url) return rejected('not_configured', 'callbackUrl')
  if (request.secrets.length === 0) return rejected('not_configured', 'signingSecret')
  const body = bodyOf(request)
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'CentralDesk/1',
    ...signedHeaders(request.messageId, body, request.secrets, request.now),
  }
  const { timeoutMs } = request
  const result = await http.call({ method: 'POST', url, headers, body, timeoutMs, maxResponseBytes: ANSWER_BYTES_MAX })
  return readResult(result, request)
}
