/**
 * What a route promises, as a value: method, path, who may call it, what goes in and what comes out.
 * The server refuses to boot on a route without one; the desk and the widget build their calls from it.
 * Ids are prefixed text here and on the wire; schemas made with `idSchema` say which kind.
 */
import { type Static, type TObject, type TSchema, Type } from 'typebox'
import type { Permission } from './permissions.ts'

/**
 * `public`: anybody. `signedIn`: a session, no workspace. `visitor`: a widget visitor's bearer token.
 * `signature`: a call signed with an inbox secret. Anything else: a session whose member holds that permission.
 */
export type Access = Permission | 'public' | 'signedIn' | 'visitor' | 'signature'
export type Origin = 'desk' | 'widget' | 'files'
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** `json`: the parsed reply. `stream`: server-sent events. `bytes`: raw bytes in or out. */
export type BodyKind = 'json' | 'bytes' | 'none'

export interface Endpoint<
  P extends TObject = TObject,
  Q extends TObject = TObject,
  B extends TSchema = TSchema,
  R extends TSchema = TSchema,
> {
  name: string
  summary: string
  method: Method
  path: string
  origin: Origin
  access: Access
  params: P
  query: Q
  body: B
  bodyKind: BodyKind
  reply: R
  replyKind: 'json' | 'stream' | 'bytes'
  status: number
}

export const Nothing = Type.Object({}, { additionalProperties: false })

type Draft<P extends TObject, Q extends TObject, B extends TSchema, R extends TSchema> = {
  summary: string
  method: Method
  path: string
  access: Access
  origin?: Origin
  params?: P
  query?: Q
  body?: B
  bodyKind?: BodyKind
  reply?: R
  replyKind?: 'json' | 'stream' | 'bytes'
  status?: number
}

/** Fills in what an endpoint leaves out: no parameters, no query, no body, status 200 (204 when nothing is answered). */
export function endpoint<
  P extends TObject = typeof Nothing,
  Q extends TObject = typeof Nothing,
  B extends TSchema = typeof Nothing,
  R extends TSchema = typeof Nothing,
>(name: string, draft: Draft<P, Q, B, R>): Endpoint<P, Q, B, R> {
  return {
    name,
    summary: draft.summary,
    method: draft.method,
    path: draft.path,
    origin: draft.origin ?? 'desk',
    access: draft.access,
    params: draft.params ?? (Nothing as unknown as P),
    query: draft.query ?? (Nothing as unknown as Q),
    body: draft.body ?? (Nothing as unknown as B),
    bodyKind: draft.bodyKind ?? (draft.body ? 'json' : 'none'),
    reply: draft.reply ?? (Nothing as unknown as R),
    replyKind: draft.replyKind ?? 'json',
    status: draft.status ?? (draft.reply || draft.replyKind ? 200 : 204),
  }
}

export type ParamsOf<E extends Endpoint> = Static<E['params']>
export type QueryOf<E extends Endpoint> = Static<E['query']>
export type BodyOf<E extends Endpoint> = Static<E['body']>
export type ReplyOf<E extends Endpoint> = Static<E['reply']>
