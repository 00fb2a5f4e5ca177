/**
 * Checks what comes in against the contract's schemas, without forgiving: nothing is dropped, nothing is turned into
 * another type in a body. In a query and a path everything is text, so numbers and booleans are read out of it there.
 * Text with a NUL or a lone surrogate is refused everywhere: no database column and no screen can hold it. Lists and
 * nesting beyond anything a contract takes are refused before a schema looks: it would look at each item, and where
 * items must differ at each pair of them, for seconds in which nobody else is answered.
 */
import type { FieldProblem } from '@central-desk/contract/errors.ts'
import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'

const FIELDS_MAX = 20
/** Above what any contract takes. */
export const MEMBERS_MAX = 200
export const DEPTH_MAX = 20

export class InvalidInput extends Error {
  override readonly name = 'InvalidInput'
  readonly fields: readonly FieldProblem[]
  constructor(fields: readonly FieldProblem[]) {
    super('the input does not fit the contract')
    this.fields = fields
  }
}

type SchemaError = { keyword: string; instancePath: string; message: string; params: Record<string, unknown> }

/** Message keys by schema keyword; screens translate them. */
const CODES: Readonly<Record<string, string>> = {
  minLength: 'too_short',
  maxLength: 'too_long',
  minimum: 'too_small',
  maximum: 'too_large',
  maxItems: 'too_many',
  required: 'missing',
  additionalProperties: 'unknown_field',
  pattern: 'wrong_form',
  format: 'wrong_form',
  enum: 'not_a_choice',
  type: 'wrong_type',
}

function fieldPath(instancePath: string): string {
  return instancePath.split('/').slice(1).join('.')
}

function toProblems(errors: SchemaError[]): FieldProblem[] {
  const problems = new Map<string, FieldProblem>()
  for (const error of errors) {
    if (error.keyword === 'boolean' || error.keyword === 'anyOf') continue
    const names =
      error.keyword === 'required'
        ? (error.params.requiredProperties as string[])
        : error.keyword === 'additionalProperties'
          ? (error.params.additionalProperties as string[])
          : ['']
    for (const name of names) {
      const field = [fieldPath(error.instancePath), name].filter(Boolean).join('.')
      if (problems.has(field) || problems.size >= FIELDS_MAX) continue
      problems.set(field, { field, code: CODES[error.keyword] ?? 'not_valid', detail: error.message })
    }
  }
  return [...problems.values()]
}

/** The first list or object with too many members, or value that lies too deep, or null. Looks no further than either limit. */
function outOfBounds(value: unknown, path = '', depth = 0): FieldProblem | null {
  if (value === null || typeof value !== 'object') return null
  if (depth >= DEPTH_MAX) return { field: path, code: 'not_valid' }
  const members = Array.isArray(value) ? value.length : Object.keys(value).length
  if (members > MEMBERS_MAX) return { field: path, code: 'too_many' }
  for (const [name, member] of Object.entries(value)) {
    const found = outOfBounds(member, path ? `${path}.${name}` : name, depth + 1)
    if (found !== null) return found
  }
  return null
}

/** Path of the first text that no column can hold, or null. */
function unstorableText(value: unknown, path = ''): string | null {
  if (typeof value === 'string') return value.includes('\u0000') || !value.isWellFormed() ? path : null
  if (value === null || typeof value !== 'object') return null
  for (const [name, member] of Object.entries(value)) {
    const found = unstorableText(member, path ? `${path}.${name}` : name)
    if (found !== null) return found
  }
  return null
}

export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const checker = Compile(schema)
  const isText = httpPart === 'querystring' || httpPart === 'params'
  return (input: unknown) => {
    const beyond = isText ? null : outOfBounds(input)
    if (beyond !== null) return { error: new InvalidInput([beyond]) }
    const value = isText ? Value.Convert(schema, { ...(input as object) }) : input
    if (!checker.Check(value)) {
      return { error: new InvalidInput(toProblems(checker.Errors(value) as unknown as SchemaError[])) }
    }
    const unstorable = unstorableText(value)
    if (unstorable !== null) return { error: new InvalidInput([{ field: unstorable, code: 'unstorable_text' }]) }
    return { value }
  }
}
