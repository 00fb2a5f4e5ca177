/** Small schemas that many contracts share. */
import { type TObject, type TProperties, type TSchema, Type } from 'typebox'
import { idSchema } from './ids.ts'
import { LIMITS } from './limits.ts'

/** An object that refuses properties it does not name, so that a misspelt field is an error and not a silence. */
export function Strict<P extends TProperties>(properties: P): TObject<P> {
  return Type.Object(properties, { additionalProperties: false })
}

export const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])
export const Words = <const V extends readonly string[]>(values: V) => Type.Enum<[...V]>(values as unknown as [...V])

/** ISO 8601 in UTC with milliseconds. */
export const Instant = Type.String({ format: 'date-time' })
export const Name = Type.String({ minLength: 1, maxLength: LIMITS.nameCharacters, pattern: '\\S' })
export const Email = Type.String({ format: 'email', maxLength: LIMITS.emailCharacters })
/** Bytes are counted by the server; 1,024 code points is the coarse gate of the schema. */
export const Password = Type.String({ minLength: 1, maxLength: LIMITS.passwordBytes })
export const Cursor = Type.String({ maxLength: 400, pattern: '^[A-Za-z0-9_-]+$' })
export const PageSize = Type.Integer({ minimum: 1, maximum: LIMITS.pageSizeMax })
export const Count = Type.Integer({ minimum: 0 })

export const InWorkspace = Strict({ workspaceId: idSchema('workspace') })
export const WORKSPACE = '/api/v1/workspaces/:workspaceId'
