/**
 * Cursors of keyset pages: where the next page goes on, as text that a client hands back unread. A cursor says a place
 * in an order and nothing about whose rows stand there; the query's own workspace decides that. What is no cursor of
 * that list is refused with the field's name, whatever was done to it.
 */
import type { Static, TSchema } from 'typebox'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { refuseField } from './refusal.ts'

/** Milliseconds since 1970, within what a timestamp column takes. */
export const CursorMoment = Type.Integer({ minimum: 0, maximum: 253_402_300_799_999 })
/** What an int column takes. */
export const CursorCount = Type.Integer({ minimum: 0, maximum: 2_147_483_647 })
/** What a bigint column takes and JavaScript counts exactly. */
export const CursorBigCount = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
export const CursorUuid = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' })

export interface CursorKind<S extends TSchema> {
  write(place: Static<S>): string
  /** Throws the refusal of `field`. */
  read(field: string, text: string): Static<S>
}

export function cursorOf<S extends TSchema>(schema: S): CursorKind<S> {
  const checker = Compile(schema)
  return {
    write: (place) => Buffer.from(JSON.stringify(place)).toString('base64url'),
    read(field, text) {
      const place = parsed(text)
      if (!checker.Check(place)) throw refuseField(field, 'wrong_form')
      return place as Static<S>
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
