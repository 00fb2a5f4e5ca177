/**
 * What can come back instead of an answer: the server refused (a code of the contract, words per field), or nothing
 * came back at all. Screens switch on `code`, never on the title. Everything else is a bug and stays an ordinary Error.
 */
import type { ErrorCode, FieldProblem, Problem } from '@central-desk/contract/errors.ts'

export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: ErrorCode
  readonly status: number
  readonly fields: readonly FieldProblem[]
  readonly requestId: string | null
  readonly retryAfterSeconds: number | null
  /** The whole problem document: some codes carry more than the common members. */
  readonly problem: Readonly<Record<string, unknown>>

  constructor(problem: Partial<Problem> & Record<string, unknown>, status: number) {
    super(typeof problem.title === 'string' ? problem.title : `HTTP ${status}`)
    this.code = (typeof problem.code === 'string' ? problem.code : codeOfStatus(status)) as ErrorCode
    this.status = status
    this.fields = Array.isArray(problem.fields) ? problem.fields : []
    this.requestId = typeof problem.requestId === 'string' ? problem.requestId : null
    this.retryAfterSeconds = typeof problem.retryAfterSeconds === 'number' ? problem.retryAfterSeconds : null
    this.problem = problem
  }

  /** The problem of one field, or undefined. A body field may be named `name` or `/name`. */
  field(name: string): FieldProblem | undefined {
    return this.fields.find((problem) => problem.field.replace(/^\//, '').replaceAll('/', '.') === name)
  }
}

/** No answer: offline, the connection broke, the server silent for too long. What was sent may have arrived. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  constructor(cause?: unknown) {
    super('The server did not answer.', { cause })
  }
}

/** A proxy in between may answer without a problem document; its status still says the kind of trouble. */
function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'not_signed_in'
  if (status === 403) return 'forbidden'
  if (status === 404) return 'not_found'
  if (status === 413) return 'body_too_large'
  if (status === 429) return 'too_many_requests'
  if (status === 502 || status === 503 || status === 504) return 'busy'
  return status >= 500 ? 'internal' : 'bad_request'
}

/** Worth another try without anybody changing anything. */
export function isPassing(error: unknown): boolean {
  if (error instanceof NoAnswer) return true
  return (
    error instanceof Refusal && (error.code === 'busy' || error.code === 'too_many_requests' || error.status >= 500)
  )
}
