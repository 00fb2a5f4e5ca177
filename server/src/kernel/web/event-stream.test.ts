/** Streams of one network have an end, are given back when they close, and end with the server. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import { Refusal } from '../refusal.ts'
import { type EventStream, endStreamsOnClose, openEventStream, STREAMS_PER_NETWORK } from './event-stream.ts'

test('a network that has all its streams is refused one more until one closes; others are not', async () => {
  const app = Fastify()
  endStreamsOnClose(app)
  const streams: EventStream[] = []
  app.get('/events', async (request, reply) => void streams.push(openEventStream(request, reply)))
  let refusal: unknown
  app.setErrorHandler((error, _request, reply) => {
    refusal = error
    return reply.code(429).send()
  })
  const ask = (remoteAddress: string) => app.inject({ url: '/events', remoteAddress })
  const opened: Promise<unknown>[] = []
  const open = async (remoteAddress: string) => {
    const before = streams.length
    opened.push(ask(remoteAddress))
    while (streams.length === before) await new Promise(setImmediate)
  }

  for (let count = 0; count < STREAMS_PER_NETWORK; count++) await open('203.0.113.7')
  assert.equal((await ask('::ffff:203.0.113.7')).statusCode, 429)
  assert.ok(refusal instanceof Refusal && refusal.code === 'too_many_requests' && refusal.details.retryAfterSeconds)
  await open('203.0.113.8')

  streams[0]?.end()
  await open('203.0.113.7')
  assert.equal((await ask('203.0.113.7')).statusCode, 429)

  await app.close()
  await Promise.all(opened)
  assert.ok(streams.every(({ isOpen }) => !isOpen))
})
