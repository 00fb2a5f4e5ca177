/**
 * Expected failures, with a code from the contract. Safe to show to whoever asked. One mapper (problems.ts) knows which
 * status they get; no room does.
 */
import { ERRORS, type ErrorCode, type FieldProblem } from '@central-desk/contract/errors.ts'

export type RefusalDetails = {
  readonly fields?: readonly FieldProblem[]
  readonly retryAfterSeconds?: number
  /** Further members of the problem document, ids already in their wire spelling. */
  readonly extra?: Readonly<Record<string, unknown>>
}

export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: ErrorCode
  readonly details: RefusalDetails

  constructor(code: ErrorCode, details: RefusalDetails = {}) {
    super(ERRORS[code].title)
    this.code = code
    this.details = details
  }
}

export function refuse(code: ErrorCode, details: RefusalDetails = {}): Refusal {
  return new Refusal(code, details)
}

/** A refusal that names one field; `code` is the message key the screen shows beside it. */
export function refuseField(field: string, code: string, detail?: string): Refusal {
  return new Refusal('invalid_fields', { fields: [detail === undefined ? { field, code } : { field, code, detail }] })
}
