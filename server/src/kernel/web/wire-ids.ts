/**
 * Ids are UUIDs inside and prefixed text on the wire. This walks a contract schema beside a value and translates every
 * place that carries `x-id`: inward for params, query and body, outward for replies and events. Outward it also leaves
 * out every property that the contract does not name, so that a row handed over whole gives nothing away. A place inside
 * a union is found by the branch whose constants fit.
 */
import { decodeId, encodeId, type IdKind } from '@central-desk/contract/ids.ts'
import type { TSchema } from 'typebox'
import { assert } from '../assert.ts'

type Shape = TSchema & {
  'x-id'?: IdKind
  type?: string
  properties?: Record<string, Shape>
  items?: Shape
  anyOf?: Shape[]
  const?: unknown
}
type Walk = { translate: (kind: IdKind, id: string) => string; namedOnly: boolean }

/** Whether any place in a schema carries an id; schemas without one are not walked. */
function holdsIds(shape: Shape): boolean {
  if (shape['x-id']) return true
  if (shape.properties) return Object.values(shape.properties).some(holdsIds)
  if (shape.items) return holdsIds(shape.items)
  return shape.anyOf?.some(holdsIds) ?? false
}

function fitsBranch(shape: Shape, value: unknown): boolean {
  if (shape.type === 'null') return value === null
  if (value === null) return false
  if (!shape.properties) return typeof value !== 'object'
  return Object.entries(shape.properties).every(
    ([name, member]) => !('const' in member) || (value as Record<string, unknown>)[name] === member.const,
  )
}

function walk(shape: Shape, value: unknown, how: Walk): unknown {
  if (value === null || value === undefined) return value
  if (shape['x-id']) return typeof value === 'string' ? how.translate(shape['x-id'], value) : value
  if (shape.anyOf) {
    const branch = shape.anyOf.find((candidate) => fitsBranch(candidate, value))
    return branch ? walk(branch, value, how) : value
  }
  if (shape.items && Array.isArray(value)) return value.map((item) => walk(shape.items as Shape, item, how))
  if (!shape.properties || typeof value !== 'object' || value instanceof Date) return value
  const given = value as Record<string, unknown>
  const copy: Record<string, unknown> = how.namedOnly ? {} : { ...given }
  for (const [name, member] of Object.entries(shape.properties)) {
    if (given[name] !== undefined) copy[name] = walk(member, given[name], how)
  }
  return copy
}

function decode(kind: IdKind, id: string): string {
  const uuid = decodeId(kind, id)
  assert(uuid !== null, 'an id was checked against its schema before it is read')
  return uuid
}

export type IdTranslator = { inward: (value: unknown) => unknown; outward: (value: unknown) => unknown }

export function idTranslator(schema: TSchema): IdTranslator {
  const shape = schema as Shape
  const hasIds = holdsIds(shape)
  return {
    inward: (value) => (hasIds ? walk(shape, value, { translate: decode, namedOnly: false }) : value),
    outward: (value) => walk(shape, value, { translate: encodeId, namedOnly: true }),
  }
}

/** Every place of an object schema that carries an id, for `npm run routes`. */
export function idPlaces(schema: TSchema, prefix = ''): { path: string; kind: IdKind }[] {
  const shape = schema as Shape
  if (shape['x-id']) return [{ path: prefix, kind: shape['x-id'] }]
  const below = Object.entries(shape.properties ?? {}).flatMap(([name, member]) =>
    idPlaces(member, prefix ? `${prefix}.${name}` : name),
  )
  const items = shape.items ? idPlaces(shape.items, `${prefix}[]`) : []
  const branches = (shape.anyOf ?? []).flatMap((branch) => idPlaces(branch, prefix))
  return [...below, ...items, ...branches]
}
