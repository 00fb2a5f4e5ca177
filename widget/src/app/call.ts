/**
 * One HTTP call of the chat to its own origin, as a value: answered, refused (with the code of the contract) or
 * unreachable. Never throws, never sends cookies, and gives up on a silent server after a named time.
 */
import type { Problem } from '@central-desk/contract/errors.ts'

export type Answer<T> =
  | { kind: 'answered'; value: T }
  | { kind: 'refused'; status: number; code: string; retryAfterMs: number }
  | { kind: 'unreachable' }

export type Fetch = (path: string, options: RequestInit) => Promise<Response>

const SILENCE_TIMEOUT_MS = 20_000
const SERVER_ERROR = 500
const TOO_MANY_REQUESTS = 429

export function withToken(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}

/** What a refusal says of itself; also when a proxy answered with something that is no problem+json. */
export function refusalOf(status: number, body: unknown): Answer<never> {
  const { code, retryAfterSeconds } = Object(body) as Partial<Problem>
  const seconds = typeof retryAfterSeconds === 'number' ? retryAfterSeconds : 0
  return { kind: 'refused', status, code: typeof code === 'string' ? code : 'internal', retryAfterMs: seconds * 1_000 }
}

export async function call<T>(fetch: Fetch, path: string, options: RequestInit): Promise<Answer<T>> {
  try {
    const response = await fetch(path, {
      ...options,
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(SILENCE_TIMEOUT_MS),
    })
    if (!response.ok) return refusalOf(response.status, await response.json().catch(() => null))
    return { kind: 'answered', value: (await response.json()) as T }
  } catch {
    return { kind: 'unreachable' }
  }
}

/** How long the server asked us to wait. */
export function askedWaitMs(answer: Answer<unknown>): number {
  return answer.kind === 'refused' ? answer.retryAfterMs : 0
}

/** Whether the same call may succeed later without anything changed by the visitor. */
export function isPassing(answer: Answer<unknown>): boolean {
  if (answer.kind !== 'refused') return answer.kind === 'unreachable'
  return answer.status >= SERVER_ERROR || answer.status === TOO_MANY_REQUESTS
}
