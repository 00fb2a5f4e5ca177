/**
 * Every refusal a client can meet: its code and its HTTP status. The body is `application/problem+json`:
 * `{ type, title, status, code, detail?, fields?, requestId, ... }`. Screens translate the code, never the title.
 */
import { type Static, Type } from 'typebox'

export const ERRORS = {
  bad_request: { status: 400, title: 'The request cannot be read.' },
  invalid_fields: { status: 422, title: 'Some fields are not valid.' },
  not_signed_in: { status: 401, title: 'Sign in first.' },
  wrong_credentials: { status: 401, title: 'The e-mail or the password is wrong, or too many tries were made.' },
  csrf_failed: { status: 403, title: 'The request did not carry the token of this session.' },
  forbidden: { status: 403, title: 'Your role does not allow this.' },
  not_found: { status: 404, title: 'Not found, or not yours to see.' },
  method_not_allowed: { status: 405, title: 'This address does not know that method.' },
  conflict: { status: 409, title: 'Somebody changed this meanwhile.' },
  teammate_replied: { status: 409, title: 'A teammate answered after what you had seen.' },
  last_owner: { status: 409, title: 'A workspace keeps at least one owner.' },
  already_taken: { status: 409, title: 'That is taken already.' },
  limit_reached: { status: 409, title: 'The workspace has as many of these as it may have.' },
  workspace_destroyed: {
    status: 410,
    title: 'The keys of this workspace were destroyed: nothing in it can be read again.',
  },
  gone: { status: 410, title: 'This link was used, withdrawn or has run out.' },
  body_too_large: { status: 413, title: 'The body is larger than this address takes.' },
  unsupported_media: { status: 415, title: 'This address does not take that kind of body.' },
  program_file: { status: 415, title: 'Programs cannot be attached.' },
  wrong_code: { status: 401, title: 'The code is wrong, was used, has run out, or too many were tried.' },
  second_factor_needed: { status: 403, title: 'This workspace opens to people with a second factor only.' },
  weak_password: { status: 422, title: 'The password is not strong enough.' },
  cannot_reply: { status: 409, title: 'This conversation cannot be answered now.' },
  contact_blocked: { status: 409, title: 'This contact is blocked; unblock them first.' },
  bad_signature: { status: 401, title: 'The signature does not fit the body, the time or the secret.' },
  too_many_requests: { status: 429, title: 'Too many requests; wait a little.' },
  busy: { status: 503, title: 'The desk is busy; try again.' },
  internal: { status: 500, title: 'Something went wrong on our side.' },
} as const

export type ErrorCode = keyof typeof ERRORS

/** `field` is the JSON path in the body or the query, such as `name` or `settings.colour`. `code` is a message key. */
export const FieldProblem = Type.Object({
  field: Type.String(),
  code: Type.String(),
  detail: Type.Optional(Type.String()),
})
export type FieldProblem = Static<typeof FieldProblem>

export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  detail: Type.Optional(Type.String()),
  fields: Type.Optional(Type.Array(FieldProblem)),
  requestId: Type.String(),
  retryAfterSeconds: Type.Optional(Type.Integer()),
})
export type Problem = Static<typeof Problem>
