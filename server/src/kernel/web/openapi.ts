/**
 * `/api/v1/openapi.json`: the contract as OpenAPI 3.1, made from the same values that the routes are mounted from, so it
 * cannot say anything else than what runs. Ids are described by their pattern and by `x-id`.
 */
import type { Endpoint } from '@central-desk/contract/endpoint.ts'
import { ENDPOINTS } from '@central-desk/contract/endpoints.ts'
import { Problem } from '@central-desk/contract/errors.ts'
import type { FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'

type WithProperties = TSchema & { properties?: Record<string, TSchema>; required?: string[] }

function parameters(schema: WithProperties, place: 'path' | 'query') {
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: schema.required?.includes(name) ?? false,
    schema: property,
  }))
}

const REPLY_TYPES = {
  json: 'application/json',
  stream: 'text/event-stream',
  bytes: 'application/octet-stream',
} as const

function securityOf(access: Endpoint['access']) {
  if (access === 'public') return []
  if (access === 'visitor') return [{ visitorToken: [] }]
  if (access === 'signature') return [{ webhookSignature: [] }]
  return [{ session: [] }]
}

function operation(endpoint: Endpoint) {
  const bodyType = endpoint.bodyKind === 'bytes' ? 'application/octet-stream' : 'application/json'
  const answer =
    endpoint.status === 204
      ? { description: 'Done.' }
      : {
          description: 'Done.',
          content: {
            [REPLY_TYPES[endpoint.replyKind]]: endpoint.replyKind === 'json' ? { schema: endpoint.reply } : {},
          },
        }
  return {
    operationId: endpoint.name,
    summary: endpoint.summary,
    'x-access': endpoint.access,
    'x-origin': endpoint.origin,
    security: securityOf(endpoint.access),
    parameters: [...parameters(endpoint.params, 'path'), ...parameters(endpoint.query, 'query')],
    ...(endpoint.bodyKind === 'none'
      ? {}
      : {
          requestBody: {
            required: true,
            content: { [bodyType]: endpoint.bodyKind === 'json' ? { schema: endpoint.body } : {} },
          },
        }),
    responses: {
      [endpoint.status]: answer,
      default: {
        description: 'A problem with a code.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

export function openApiDocument(version: string) {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const endpoint of ENDPOINTS) {
    const path = endpoint.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Central Desk', version },
    paths,
    components: {
      schemas: { Problem },
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'desk_session',
          description: 'With `x-csrf-token` on unsafe calls.',
        },
        visitorToken: { type: 'http', scheme: 'bearer' },
        webhookSignature: { type: 'apiKey', in: 'header', name: 'webhook-signature' },
      },
    },
  }
}

export function mountOpenApi(app: FastifyInstance, version: string): void {
  const text = JSON.stringify(openApiDocument(version))
  app.get(
    '/api/v1/openapi.json',
    { constraints: { origin: 'desk' }, config: { page: 'openapi' } },
    async (_request, reply) => reply.type('application/json; charset=utf-8').send(text),
  )
}
