/**
 * One line a request and a job, as JSON on standard error. Ids and codes; never bodies, names, addresses, tokens or
 * query values: nothing is logged but what a line names.
 */
import pino from 'pino'

export type Logger = pino.Logger
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export function createLog(level: LogLevel): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: false }),
  )
}

const PLACE = /^ {4}at /
/**
 * The language and Node quote the value that did not fit ("canary" is not valid JSON; Cannot create property 'x' on
 * string 'canary'; Received type string ('canary')). Kind, code and place are enough to find such a bug.
 */
const QUOTING_KINDS: ReadonlySet<string> = new Set([
  'SyntaxError',
  'TypeError',
  'RangeError',
  'ReferenceError',
  'URIError',
  'EvalError',
])

function mayBeRead(error: Error): boolean {
  if ('severity' in error || QUOTING_KINDS.has(error.name)) return false
  return !(error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)
}

/** What a log may say of an error: its kind, code and where it arose, and the same of its causes; no values. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { kind: typeof error }
  const code = (error as { code?: unknown }).code
  const database = 'severity' in error
  return {
    kind: error.name,
    code: typeof code === 'string' ? code : undefined,
    // PostgreSQL names the offending values in message and detail; its code and routine say enough.
    message: mayBeRead(error) ? error.message : undefined,
    constraint: database ? (error as { constraint?: string }).constraint : undefined,
    routine: database ? (error as { routine?: string }).routine : undefined,
    // Places only: a message of several lines stands in the stack too, and may quote what was written.
    at: error.stack
      ?.split('\n')
      .filter((line) => PLACE.test(line))
      .slice(0, 7)
      .map((line) => line.trim()),
    cause: error.cause === undefined ? undefined : describeError(error.cause),
  }
}
