/**
 * Calls the server by the contract's endpoint values: `call(sendMessage, { params, body })` is typed by the endpoint.
 * Every unsafe call carries the CSRF token of the session; when the server says the token is old, it is read again and
 * the call made once more. A lost session is announced once, so that the shell can ask for the password in place.
 * Expected refusals are thrown as `Refusal`, silence as `NoAnswer`.
 */
import type { BodyOf, Endpoint, ParamsOf, QueryOf, ReplyOf } from '@central-desk/contract/endpoint.ts'
import { getSession, type SessionView } from '@central-desk/contract/session.ts'
import { addressOf } from './address.ts'
import { isPersonHere } from './presence.ts'
import { NoAnswer, Refusal } from './refusal.ts'

type Needed<Name extends string, T> = keyof T extends never
  ? { [K in Name]?: undefined }
  : Partial<T> extends T
    ? { [K in Name]?: T }
    : { [K in Name]: T }

export type CallInput<E extends Endpoint> = Needed<'params', ParamsOf<E>> &
  Needed<'query', QueryOf<E>> &
  Needed<'body', BodyOf<E>> & { signal?: AbortSignal | undefined; timeoutMs?: number; keepalive?: boolean }

const DEFAULT_TIMEOUT_MS = 30_000

let csrfToken: string | null = null
const signedOutListeners = new Set<() => void>()
const keptOutListeners = new Set<() => void>()

/** The screens tell the client the token whenever they read or change the session. */
export function keepCsrfToken(token: string): void {
  csrfToken = token
}

/** For calls that cannot go through `call`, such as uploads with progress. */
export function currentCsrfToken(): string | null {
  return csrfToken
}

/** Tells when a call was answered with `not_signed_in`. Returns the function that stops listening. */
export function onSignedOut(listener: () => void): () => void {
  signedOutListeners.add(listener)
  return () => signedOutListeners.delete(listener)
}

/** Tells when a workspace began to ask for a second factor that this session has not proved. */
export function onKeptOut(listener: () => void): () => void {
  keptOutListeners.add(listener)
  return () => keptOutListeners.delete(listener)
}

export function announceSignedOut(): void {
  for (const listener of signedOutListeners) listener()
}

interface Loose {
  params?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
  signal?: AbortSignal
  timeoutMs?: number
  /** Goes out even when the page is being left; for small bodies. */
  keepalive?: boolean
}

export async function call<E extends Endpoint>(
  endpoint: E,
  ...[input]: Record<string, never> extends CallInput<E> ? [CallInput<E>?] : [CallInput<E>]
): Promise<ReplyOf<E>> {
  const loose = (input ?? {}) as Loose
  try {
    return await callOnce(endpoint, loose)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (error.code === 'csrf_failed' && endpoint.method !== 'GET') {
      const session = (await callOnce(getSession, {})) as SessionView
      csrfToken = session.csrfToken
      return await callOnce(endpoint, loose)
    }
    if (error.code === 'not_signed_in' && endpoint.name !== 'signIn') announceSignedOut()
    if (error.code === 'second_factor_needed') for (const listener of keptOutListeners) listener()
    throw error
  }
}

async function callOnce<E extends Endpoint>(endpoint: E, input: Loose): Promise<ReplyOf<E>> {
  const headers: Record<string, string> = { accept: 'application/json, application/problem+json' }
  if (endpoint.method !== 'GET' && csrfToken !== null) headers['x-csrf-token'] = csrfToken
  if (endpoint.bodyKind === 'json') headers['content-type'] = 'application/json'
  if (isPersonHere()) headers['x-user-active'] = '1'
  const timeout = AbortSignal.timeout(input.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  const signal = input.signal ? AbortSignal.any([input.signal, timeout]) : timeout
  let response: Response
  try {
    response = await fetch(addressOf(endpoint.path, input.params, input.query), {
      method: endpoint.method,
      headers,
      body: endpoint.bodyKind === 'json' ? JSON.stringify(input.body ?? {}) : null,
      credentials: 'same-origin',
      cache: 'no-store',
      keepalive: input.keepalive ?? false,
      signal,
    })
  } catch (error) {
    if (input.signal?.aborted) throw error
    throw new NoAnswer(error)
  }
  return await replyOf(response)
}

async function replyOf<R>(response: Response): Promise<R> {
  if (response.status === 204) return {} as R
  let document: unknown
  try {
    document = await response.json()
  } catch (error) {
    if (!response.ok) throw new Refusal({}, response.status)
    throw new NoAnswer(error)
  }
  if (!response.ok) throw new Refusal((document ?? {}) as Record<string, unknown>, response.status)
  return document as R
}
