/**
 * Ids are UUIDs inside and prefixed text on the wire. Out of a contract schema this makes, once, the steps that translate
 * every place that carries `x-id`: inward for params, query and body, outward for replies and events. Outward it also
 * leaves out every property that the contract does not name, so that a row handed over whole gives nothing away. A place
 * inside a union is found by the branch whose constants fit.
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
type How = { translate: (kind: IdKind, id: string) => string; namedOnly: boolean }
type Step = (value: unknown) => unknown

const asItIs: Step = (value) => value

/** Whether any place in a schema carries an id; schemas without one are left as they are. */
function holdsIds(shape: Shape): boolean {
  if (shape['x-id']) return true
  if (shape.properties) return Object.values(shape.properties).some(holdsIds)
  if (shape.items) return holdsIds(shape.items)
  return shape.anyOf?.some(holdsIds) ?? false
}

function fitOf(shape: Shape): (value: unknown) => boolean {
  if (shape.type === 'null') return (value) => value === null
  if (!shape.properties) return (value) => value !== null && typeof value !== 'object'
  const constants = Object.entries(shape.properties).flatMap(([name, member]) =>
    'const' in member ? [[name, member.const] as const] : [],
  )
  return (value) =>
    value !== null && constants.every(([name, constant]) => (value as Record<string, unknown>)[name] === constant)
}

function stepOf(shape: Shape, how: How): Step {
  const step = stepOfSome(shape, how)
  return step === asItIs ? asItIs : (value) => (value === null || value === undefined ? value : step(value))
}

/** For a value that is there. */
function stepOfSome(shape: Shape, how: How): Step {
  const { 'x-id': kind, anyOf, items, properties } = shape
  if (kind) return (value) => (typeof value === 'string' ? how.translate(kind, value) : value)
  if (anyOf) return stepOfUnion(anyOf, how)
  if (items) {
    const step = stepOf(items, how)
    return step === asItIs ? asItIs : (value) => (Array.isArray(value) ? value.map(step) : value)
  }
  return properties ? stepOfObject(properties, how) : asItIs
}

function stepOfUnion(shapes: readonly Shape[], how: How): Step {
  const branches = shapes.map((shape) => ({ fits: fitOf(shape), step: stepOf(shape, how) }))
  if (branches.every(({ step }) => step === asItIs)) return asItIs
  return (value) => {
    const branch = branches.find(({ fits }) => fits(value))
    return branch ? branch.step(value) : value
  }
}

function stepOfObject(properties: Readonly<Record<string, Shape>>, how: How): Step {
  const members = Object.entries(properties).map(([name, member]) => ({ name, step: stepOf(member, how) }))
  if (!how.namedOnly && members.every(({ step }) => step === asItIs)) return asItIs
  return (value) => {
    if (typeof value !== 'object' || value instanceof Date) return value
    const given = value as Record<string, unknown>
    const copy: Record<string, unknown> = how.namedOnly ? {} : { ...given }
    for (const { name, step } of members) {
      const member = given[name]
      if (member !== undefined) copy[name] = step(member)
    }
    return copy
  }
}

function decode(kind: IdKind, id: string): string {
  const uuid = decodeId(kind, id)
  assert(uuid !== null, 'an id was checked against its schema before it is read')
  return uuid
}

export type IdTranslator = { inward: (value: unknown) => unknown; outward: (value: unknown) => unknown }

export function idTranslator(schema: TSchema): IdTranslator {
  const shape = schema as Shape
  return {
    inward: holdsIds(shape) ? stepOf(shape, { translate: decode, namedOnly: false }) : asItIs,
    outward: stepOf(shape, { translate: encodeId, namedOnly: true }),
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
