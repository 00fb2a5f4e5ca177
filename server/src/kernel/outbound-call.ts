/**
 * What a call outward is, its limits, and everything that can come of it. A failure has a name, and the name says
 * whether it is certain that the other side has not seen the call: only then may it be repeated without thought.
 */

export const OUTBOUND_LIMITS = {
  /** Name, connection and TLS together. */
  connectTimeoutMs: 5_000,
  requestBytes: 32 * 1024 * 1024,
  /** Unless a call asks for another limit. */
  responseBytes: 64 * 1024,
  responseHeaderBytes: 16 * 1024,
} as const

/** Every failure, and whether it is certain that the other side has not seen the call. */
const IS_CERTAIN = {
  bad_url: true,
  not_https: true,
  private_address: true,
  request_too_large: true,
  dns_failed: true,
  connect_failed: true,
  tls_failed: true,
  timed_out_before_send: true,
  timed_out_after_send: false,
  connection_lost: false,
  response_too_large: false,
  bad_response: false,
} as const

export type FailureCode = keyof typeof IS_CERTAIN
export const FAILURE_CODES = Object.keys(IS_CERTAIN) as FailureCode[]

export interface Failure {
  readonly kind: 'failed'
  readonly code: FailureCode
  readonly isCertain: boolean
  /** Known when the answer broke off after its first line. */
  readonly status: number | null
  /** An error code such as ECONNREFUSED; never a word of the call or the answer. */
  readonly detail: string
}

export interface OutboundResponse {
  readonly kind: 'response'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export type OutboundResult = OutboundResponse | Failure

export interface OutboundCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | null
  /** For the whole call, from resolving the name to the last byte of the answer. */
  readonly timeoutMs: number
  readonly maxResponseBytes?: number
}

export interface Outbound {
  call(call: OutboundCall): Promise<OutboundResult>
}

export function failed(code: FailureCode, detail = '', status: number | null = null): Failure {
  return { kind: 'failed', code, isCertain: IS_CERTAIN[code], status, detail }
}
