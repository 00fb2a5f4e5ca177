/**
 * The routes of a desk as its own OpenAPI document tells them, so that a route which is added joins the attacks by itself.
 * Says of each what it takes and which ids of whose kind are in it, asks it, and swaps one id for somebody else's.
 */
import type { Answer, Caller, OriginName } from './caller.ts'
import type { Target } from './probe.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
/** A place of a call where an id stands: `kind` is what it names, such as `conversation`. */
export type IdPlace = {
  readonly in: 'path' | 'query' | 'body'
  readonly name: string
  readonly kind: string
  readonly isList: boolean
}
// biome-ignore lint/suspicious/noExplicitAny: JSON Schema
export type Schema = any
export type Parameter = {
  readonly in: 'path' | 'query'
  readonly name: string
  readonly isRequired: boolean
  readonly schema: Schema
}
export type Route = {
  /** The operation's id, such as `createTag`. */
  readonly name: string
  readonly method: Method
  /** With its parameters in braces. */
  readonly path: string
  readonly origin: OriginName
  /** A permission, or `public`, `signedIn`, `visitor`, `signature`. */
  readonly access: string
  /** Status of an answer that succeeds. */
  readonly status: number
  readonly parameters: readonly Parameter[]
  readonly body: 'json' | 'bytes' | 'none'
  /** Of a JSON body. */
  readonly bodySchema: Schema
  readonly isStream: boolean
  readonly ids: readonly IdPlace[]
}
export type Ask = {
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
}
export type Swap = { readonly place: IdPlace; readonly ask: Ask }

export async function readRoutes(target: Target): Promise<Route[]> {
  const answer = await target.caller().raw('GET', '/api/v1/openapi.json')
  const paths = Object.entries((answer.body?.paths ?? {}) as Record<string, Record<string, Schema>>)
  return paths.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => routeOf(path, method, operation)),
  )
}

function routeOf(path: string, method: string, operation: Schema): Route {
  const content = operation.requestBody?.content
  const bodySchema = content?.['application/json']?.schema
  const [[status = '', done] = []] = Object.entries(operation.responses as Record<string, Schema>)
  const parameters = (operation.parameters as Schema[]).map(({ in: where, name, required, schema }) => ({
    in: where as Parameter['in'],
    name: name as string,
    isRequired: required === true,
    schema,
  }))
  const bodyParts = Object.entries((bodySchema?.properties ?? {}) as Record<string, Schema>)
  return {
    name: operation.operationId,
    method: method.toUpperCase() as Method,
    path,
    origin: operation['x-origin'],
    access: operation['x-access'],
    status: Number(status),
    parameters,
    body: bodySchema ? 'json' : content ? 'bytes' : 'none',
    bodySchema,
    isStream: done?.content?.['text/event-stream'] !== undefined,
    ids: [
      ...parameters.flatMap((parameter) => idPlaces(parameter.in, parameter.name, parameter.schema)),
      ...bodyParts.flatMap(([name, schema]) => idPlaces('body', name, schema)),
    ],
  }
}

function idPlaces(where: IdPlace['in'], name: string, schema: Schema): IdPlace[] {
  const own = [schema, ...(schema.anyOf ?? [])].find((one) => one['x-id'] !== undefined)
  if (own) return [{ in: where, name, kind: own['x-id'], isList: false }]
  const inList = schema.items?.['x-id']
  return inList ? [{ in: where, name, kind: inList, isList: true }] : []
}

/** Whether it is a route of one workspace, for its members. */
export function isOfWorkspace(route: Route): boolean {
  return route.path.includes('{workspaceId}')
}

export function addressOf(route: Route, { path = {}, query = {} }: Ask): string {
  const filled = route.path.replaceAll(/\{(\w+)\}/g, (_braces, name: string) => encodeURIComponent(path[name] ?? ''))
  const asked = new URLSearchParams(query).toString()
  return asked === '' ? filled : `${filled}?${asked}`
}

/** As a page or a program of that caller would. */
export function askRoute(caller: Caller, route: Route, ask: Ask): Promise<Answer> {
  const headers: Record<string, string> = route.body === 'bytes' ? { 'content-type': 'application/octet-stream' } : {}
  const body = route.body === 'none' ? undefined : (ask.body ?? {})
  return caller.call(route.method, addressOf(route, ask), { origin: route.origin, headers, body })
}

/** One's own ids of a call's path, by kind; what `ask` names stands. */
export function withOwnIds(route: Route, ids: Readonly<Record<string, string>>, ask: Ask = {}): Ask {
  const own = route.ids.filter((place) => place.in === 'path').map(({ name, kind }) => [name, ids[kind] ?? ''])
  return { ...ask, path: { ...Object.fromEntries(own), ...ask.path } }
}

/** The call with that one id replaced by `id`. */
export function withId(ask: Ask, place: IdPlace, id: string): Ask {
  const value = place.isList ? [id] : id
  if (place.in !== 'body') return { ...ask, [place.in]: { ...ask[place.in], [place.name]: id } }
  return { ...ask, body: { ...(ask.body as object), [place.name]: value } }
}

/** One call for each id in it, with that id swapped for theirs. */
export function swapsOf(route: Route, ask: Ask, theirs: Readonly<Record<string, string>>): Swap[] {
  return route.ids.map((place) => ({ place, ask: withId(ask, place, theirs[place.kind] ?? '') }))
}
