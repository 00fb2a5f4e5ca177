/**
 * The one place that turns what went wrong into an answer: `application/problem+json` with a code of the contract.
 * A refusal says what it may; a bug says a reference and nothing else. No other file knows a status code of an error.
 */
import { ERRORS, type ErrorCode, type FieldProblem, type Problem } from '@central-desk/contract/errors.ts'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describeError, type Logger } from '../log.ts'
import { Refusal, type RefusalDetails } from '../refusal.ts'
import { isNoRoom, NO_ROOM_RETRY_AFTER_S } from '../disk.ts'
import { CONNECTION_LOST, NO_CONNECTION } from '../scope.ts'
import { KeyTrouble } from '../vault/index.ts'
import { InvalidInput } from './validation.ts'

/** Fastify's own refusals, in our words. */
const FASTIFY_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad_request',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'bad_request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'bad_request',
}
/**
 * Only who may enter a workspace gets far enough to hear that its keys were destroyed. A key provider that does not
 * answer now may answer later.
 */
const KEY_CODES: Readonly<Record<string, ErrorCode>> = {
  workspace_destroyed: 'workspace_destroyed',
  provider_unreachable: 'busy',
}
/** What PostgreSQL refuses for a reason a caller may know. */
const DATABASE_CODES: Readonly<Record<string, ErrorCode>> = {
  DK001: 'last_owner',
  [NO_CONNECTION]: 'busy',
  [CONNECTION_LOST]: 'busy',
  '55P03': 'busy',
  '57014': 'busy',
  // It is told to stop, has crashed, or is coming up.
  '57P01': 'busy',
  '57P02': 'busy',
  '57P03': 'busy',
  '53300': 'busy',
}

export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ErrorCode,
  details: RefusalDetails = {},
): FastifyReply {
  const { status, title } = ERRORS[code]
  const problem: Problem & Record<string, unknown> = {
    ...details.extra,
    type: 'about:blank',
    title,
    status,
    code,
    requestId: request.id,
  }
  if (details.fields) problem.fields = [...details.fields] as FieldProblem[]
  if (details.retryAfterSeconds !== undefined) {
    problem.retryAfterSeconds = details.retryAfterSeconds
    reply.header('retry-after', String(details.retryAfterSeconds))
  }
  reply.code(status).header('cache-control', 'no-store').type('application/problem+json; charset=utf-8')
  return reply.serializer(JSON.stringify).send(problem)
}

/** The refusal that an error amounts to, or null when it is a bug. */
function refusalOf(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error
  if (error instanceof InvalidInput) return new Refusal('invalid_fields', { fields: error.fields })
  if (isNoRoom(error)) return new Refusal('busy', { retryAfterSeconds: NO_ROOM_RETRY_AFTER_S })
  const code = (error as { code?: unknown }).code
  const codes = error instanceof KeyTrouble ? KEY_CODES : { ...FASTIFY_CODES, ...DATABASE_CODES }
  const known = typeof code === 'string' ? codes[code] : undefined
  if (known) return new Refusal(known, known === 'busy' ? { retryAfterSeconds: 1 } : {})
  const status = (error as Partial<FastifyError>).statusCode
  if (status === 413) return new Refusal('body_too_large')
  if (status === 415) return new Refusal('unsupported_media')
  if (status !== undefined && status >= 400 && status < 500) return new Refusal('bad_request')
  return null
}

export function installProblems(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error)
    if (refusal) {
      // Nobody refused this: the database did, and whoever runs the desk should know.
      if (refusal.code === 'busy' && refusal !== error) {
        const says = isNoRoom(error) ? 'there is no room on the disk' : 'the database is busy'
        log.warn({ requestId: request.id, error: describeError(error) }, says)
      }
      return sendProblem(request, reply, refusal.code, refusal.details)
    }
    log.error({ requestId: request.id, route: request.routeOptions.url, error: describeError(error) }, 'a bug')
    return sendProblem(request, reply, 'internal')
  })
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, 'not_found'))
}
